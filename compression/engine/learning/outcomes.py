"""An outcome: one chunk of content with all that was tried on it. What states are trained on and policies judged by."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

from compression.engine.analysis.features import FEATURES_VERSION
from compression.engine.learning.actions import ACTION_SET_VERSION, CHUNK
from compression.engine.places import SLICE, SLICES

SAMPLE = SLICES * SLICE
"""Bytes of a chunk that trials are made on: those that features are of."""
GROWTH = 1.5
FASTEST_MB_S, SLOWEST_MB_S = 100_000.0, 0.001
"""No codec makes content larger than by so much (and a little), nor is faster or slower than these."""
ROOM = 64 * 1024


@dataclass(frozen=True, slots=True)
class Trial:
    """What an action made of a chunk, and of a sample of it. Sizes in bytes, times in CPU seconds.

    Of what was tried on the sample alone `size` is None; `error` says why there is nothing.
    """

    action: str
    sample_size: int | None = None
    sample_cpu_s: float | None = None
    size: int | None = None
    encode_s: float | None = None
    decode_s: float | None = None
    error: str = ""


@dataclass(frozen=True)
class Outcome:
    """One chunk with its trials. `group` is the content that the chunk was cut from, `kind` what sort of content.

    `machine` is how many times as long as the reference machine this one takes (`calibration`), `owner` whose content
    it was, as any word that tells owners apart.
    """

    content: str
    kind: str
    group: str
    size: int
    features: Mapping[str, float]
    machine: float
    trials: Mapping[str, Trial] = field(default_factory=dict)
    owner: str = ""
    features_version: int = FEATURES_VERSION
    action_set: int = ACTION_SET_VERSION

    @property
    def sample(self) -> int:
        """Bytes of the sample."""
        return min(self.size, SAMPLE)

    def config(self) -> dict[str, Any]:
        """The outcome as JSON data."""
        return {**asdict(self), "trials": [asdict(trial) for trial in self.trials.values()]}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """The inverse of `config()`; raises TypeError or KeyError for what is none."""
        trials = [Trial(**trial) for trial in config["trials"]]
        return cls(**{**config, "trials": {trial.action: trial for trial in trials}})


def fault(outcome: Outcome) -> str:
    """Why an outcome is not to be believed, in a word or two; empty where nothing speaks against it."""
    if outcome.features_version != FEATURES_VERSION or outcome.action_set != ACTION_SET_VERSION:
        return "another version"
    if not 0 < outcome.size <= CHUNK:
        return "size"
    if not 0.01 <= outcome.machine <= 100:
        return "calibration"
    if not outcome.features or not all(map(math.isfinite, outcome.features.values())):
        return "features"
    return "" if any(believable(trial, outcome) for trial in outcome.trials.values()) else "no trial"


def believable(trial: Trial, outcome: Outcome) -> bool:
    """Whether a trial has figures that a working codec on a real machine can have."""
    if trial.error or trial.size is None or trial.encode_s is None or trial.decode_s is None:
        return False
    most = GROWTH * outcome.size + ROOM
    return 0 < trial.size <= most and all(
        _possible(outcome.size, seconds) for seconds in (trial.encode_s, trial.decode_s)
    )


def _possible(size: int, seconds: float) -> bool:
    """Clocks have an end: what is done within a microsecond is possible."""
    if not math.isfinite(seconds) or seconds < 0:
        return False
    return size / 1e6 / FASTEST_MB_S - 1e-6 <= seconds <= size / 1e6 / SLOWEST_MB_S + 60


def distinct(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """One outcome for each content, with what most trials of it say (the median): however often it was seen."""
    by_content: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        by_content.setdefault(outcome.content, []).append(outcome)
    return [_merged(found) for found in by_content.values()]


def _merged(found: list[Outcome]) -> Outcome:
    if len(found) == 1:
        return found[0]
    first = found[0]
    names = dict.fromkeys(name for outcome in found for name in outcome.trials)
    trials = {}
    for name in names:
        told = [
            _as_on(trial, first.machine / outcome.machine)
            for outcome in found
            if (trial := outcome.trials.get(name)) is not None and believable(trial, outcome)
        ]
        told.sort(key=lambda trial: (trial.size or 0, trial.encode_s or 0))
        if told:
            trials[name] = told[len(told) // 2]
    return Outcome(
        **{**{name: getattr(first, name) for name in first.__dataclass_fields__}, "trials": trials}
    )


def _as_on(trial: Trial, factor: float) -> Trial:
    """A trial as it would have been on a machine that takes `factor` times as long."""
    times = {name: getattr(trial, name) for name in ("sample_cpu_s", "encode_s", "decode_s")}
    return replace(trial, **{name: value * factor for name, value in times.items() if value is not None})
