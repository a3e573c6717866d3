"""What the page says first: is the platform well, and what is it doing?"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from core.health import Status
from metrics import names
from metrics.components.looking import Component
from metrics.page.charts import SECTIONS, lines_of
from metrics.page.words import words
from metrics.types import Sample

# A sampler that is late misses a second or two; one that is silent for longer does not run.
SILENT_AFTER = timedelta(seconds=6)


@dataclass(frozen=True, slots=True)
class Statistic:
    """One large figure: as `components/statistic.html` takes it."""

    label: str
    value: str
    unit: str
    note: str


@dataclass(frozen=True, slots=True)
class Card:
    """How a part is, as templates/metrics/_component.html shows it: `tone` is good, warn or bad."""

    part: Component
    tone: str
    word: str
    log: Sequence[str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How all of it is, in a sentence: `tone` is good, warn or bad."""

    tone: str
    text: str
    why: str = ""


_TONES = {
    Status.OK: ("good", "well"),
    Status.DEGRADED: ("warn", "in trouble"),
    Status.DOWN: ("bad", "down"),
}


def card(part: Component) -> Card:
    """Return a part with its status in a word."""
    tone, word = _TONES[Status(part.status)]
    return Card(part, tone, word, [_plain(line) for line in part.log])


def _plain(line: str) -> str:
    """Return a line of our own logs as people read it, and others as they are."""
    try:
        told = json.loads(line)
        return f"{told['t'][11:19]} {told['level']} {told['message']}"
    except (ValueError, TypeError, KeyError):
        return line


def verdict(cards: Sequence[Card], sample: Sample | None, alerts: Sequence[str] = ()) -> Verdict:
    """Say how the platform is by its parts and by the names of alerts that fire, and whether it is known at all."""
    down = [one.part.title for one in cards if one.tone == "bad"]
    degraded = [one.part.title for one in cards if one.tone == "warn"]
    if down:
        return Verdict(
            "bad", f"Not well: {_listed(down)}", "The card says what was seen, and its log what came before."
        )
    if sample is None:
        return Verdict(
            "warn", "Nothing was measured yet", "Samples come once a second when the sampler runs."
        )
    if silent_since(sample):
        return Verdict("bad", "Not known: the sampler is silent", "Graphs end where it fell silent.")
    if degraded:
        return Verdict("warn", f"In trouble: {_listed(degraded)}", "It works, but not as it should.")
    if alerts:
        said = "an alert fires" if len(alerts) == 1 else f"{len(alerts)} alerts fire"
        return Verdict("warn", f"All parts answer, {said}")
    return Verdict("good", "All is well", f"{len(cards)} parts answer.")


def silent_since(sample: Sample) -> datetime | None:
    """Return when the last sample came, where that is too long ago."""
    return sample.t if timezone.now() - sample.t > SILENT_AFTER else None


def statistics(values: Mapping[str, float]) -> list[Statistic]:
    """Return what the platform is doing, in five figures."""

    def said(name: str) -> str:
        family = names.find(name)
        return words(values.get(name), family.unit if family else "")

    running, waiting = values.get("jobs.running"), values.get("jobs.queued")
    return [
        _figure("Processor", said("system.cpu_percent"), f"load {said('system.load_1')}"),
        _figure(
            "Memory", said("system.memory_percent"), f"{said('system.memory_available_bytes')} available"
        ),
        Statistic(
            "Jobs",
            "–" if running is None else f"{running:.0f}",
            "running",
            "" if waiting is None else f"{waiting:.0f} waiting",
        ),
        _figure("Compressing", said("compression.bytes_in_s"), f"ratio {said('compression.ratio')}"),
        _figure("Requests", said("http.requests_s"), f"p95 {said('http.latency_p95_ms')}"),
    ]


def current(values: Mapping[str, float]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield each chart's title with the labels and values of its lines: what the graphs end with."""
    for section in SECTIONS:
        for chart in section.charts:
            rows = [
                (line.label, words(values[line.name], chart.unit))
                for line in lines_of(chart, values)
                if line.name in values
            ]
            if rows:
                yield chart.title, rows


def _figure(label: str, text: str, note: str) -> Statistic:
    value, _, unit = text.partition("\u00a0")
    return Statistic(label, value, unit, note)


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
