"""The page of metrics: who sees it, what it says first, and which charts it has."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from core.health import Status
from metrics import names
from metrics.alerting import evaluating, services
from metrics.components.looking import Component
from metrics.page import charts, figures
from metrics.page.words import words
from metrics.types import Sample
from tests.metrics.samples import CPU, MACHINE, store

Browser = Callable[..., Client]
PAGE, PART = "/metrics", "/metrics/now"
PAGE_QUERIES, PART_QUERIES = 9, 6


def text(response: Any) -> str:
    """Return an answer as it is read: figures and units apart by plain blanks."""
    return response.content.decode().replace("\u00a0", " ")


def part(title: str, status: Status = Status.OK) -> figures.Card:
    """Return the card of a part in that state."""
    found = Component(title.lower(), title, status.value, 1.0, 60.0, "seen", timezone.now(), [])
    return figures.card(found)


@pytest.mark.parametrize("address", [PAGE, PART])
def test_it_is_for_who_operates(browser: Browser, ada: User, otto: User, address: str) -> None:
    assert browser(ada).get(address).status_code == 403
    assert browser(otto).get(address).status_code == 200


def test_the_navigation_names_it_to_who_may_open_it(browser: Browser, ada: User, otto: User) -> None:
    assert f'href="{PAGE}"' not in text(browser(ada).get("/"))
    assert f'href="{PAGE}"' in text(browser(otto).get("/"))


def test_before_the_first_sample_it_says_so(browser: Browser, otto: User) -> None:
    page = text(browser(otto).get(PAGE))
    assert 'data-series="system.cpu_percent"' in page
    assert "What was measured last" not in page
    assert figures.verdict([part("Web")], None).text == "Nothing was measured yet"


def test_the_newest_values_stand_there_without_scripts(browser: Browser, otto: User) -> None:
    store(timezone.now(), 41.26, system__load_1=2.5, jobs__running=3.0, jobs__queued=1.0, redis__clients=7.0)
    page = text(browser(otto).get(PAGE))
    assert '41.3<span class="statistic-unit">%</span>' in page
    assert '3<span class="statistic-unit">running</span>' in page
    assert "1 waiting" in page
    assert '<th scope="row">Connections</th><td>Redis</td><td class="number">7.00</td>' in page
    assert "No sample since" not in page


def test_one_of_several_machines_is_chosen(browser: Browser, otto: User) -> None:
    store(timezone.now(), 41.26)
    alone = text(browser(otto).get(PAGE))
    assert 'id="machine"' not in alone
    assert f'data-machine="{MACHINE}"' in alone
    store(timezone.now(), 77.75, machine="b & b", gpu__busy_percent__0=1.0)
    both = text(browser(otto).get(PAGE))
    assert f"<option selected>{MACHINE}</option>" in both
    assert f'data-machine="{MACHINE}"' in both, "the first is meant where none is named"
    other = text(browser(otto).get(PAGE, {"machine": "b & b"}))
    assert "<option selected>b &amp; b</option>" in other
    assert 'data-machine="b &amp; b"' in other
    assert "gpu.busy_percent.0" in other
    assert "gpu.busy_percent.0" not in both
    assert 'href="?range=6h&amp;machine=b%20%26%20b"' in other
    assert 'hx-get="/metrics/now?machine=b%20%26%20b"' in other
    assert "77.8" in text(browser(otto).get(PART, {"machine": "b & b"}))
    assert "41.3" in text(browser(otto).get(PAGE, {"machine": "nowhere"}))


def test_a_silent_sampler_is_told_with_the_time(browser: Browser, otto: User) -> None:
    fell_silent = timezone.now() - timedelta(minutes=2)
    store(fell_silent)
    page = text(browser(otto).get(PART))
    assert re.search(f"No sample since <time [^>]*>{fell_silent:%H:%M:%S} UTC</time>", page)


def test_an_alert_that_fires_stands_at_the_top(browser: Browser, otto: User) -> None:
    now = timezone.now()
    rule = services.rule_create(
        actor=otto, values={"name": "Busy <one>", "metric": CPU, "threshold": 50, "for_s": 0}
    )
    store(now, 95)
    evaluating.look(now + timedelta(seconds=1))
    page = text(browser(otto).get(PART))
    assert f'<a href="{rule.get_absolute_url()}">Busy &lt;one&gt;</a>' in page


def test_every_part_has_a_card_with_its_state_in_a_word(browser: Browser, otto: User) -> None:
    page = text(browser(otto).get(PART))
    for title in ("Web", "Database", "Redis", "Workers"):
        assert f'aria-label="{title}"' in page
    assert "PostgreSQL" in page
    assert page.count('class="component-status') == page.count('class="component component')


def test_what_is_untrusted_in_a_log_stays_text() -> None:
    from django.template.loader import render_to_string

    one = Component("web", "Web", "down", None, None, "<b>gone</b>", timezone.now(), ["<script>1</script>"])
    shown = render_to_string("metrics/_component.html", {"card": figures.card(one), "one": one})
    assert "<script>" not in shown
    assert "<b>gone" not in shown
    assert "open" in shown.split("<summary")[0]


def test_lines_of_a_log_are_read_not_decoded() -> None:
    line = (
        '{"t": "2026-11-28T19:42:08.067+00:00", "level": "WARNING", "logger": "x", "message": "it is late"}'
    )
    one = Component("web", "Web", "ok", None, None, "", timezone.now(), [line, "as it is", "[1]", '{"a": 1}'])
    assert figures.card(one).log == ["19:42:08 WARNING it is late", "as it is", "[1]", '{"a": 1}']


def test_the_number_of_queries_does_not_grow(
    browser: Browser, otto: User, django_assert_num_queries: Any
) -> None:
    client = browser(otto)
    client.get(PAGE)
    for cores in (1, 40):
        values: dict[str, Any] = {f"system__core_percent__{core}": 5.0 for core in range(cores)}
        for second in range(cores):
            store(timezone.now() - timedelta(seconds=second + cores), **values)
        with django_assert_num_queries(PAGE_QUERIES):
            client.get(PAGE)
        with django_assert_num_queries(PART_QUERIES):
            client.get(PART)


def test_the_verdict_names_what_is_not_well() -> None:
    now, old = (Sample(MACHINE, timezone.now() - age, {}) for age in (timedelta(), timedelta(seconds=30)))
    well, slow, down = part("Web"), part("Queues", Status.DEGRADED), part("Redis", Status.DOWN)
    cases = [
        ([well], now, "good", "All is well"),
        ([well, slow], now, "warn", "In trouble: Queues"),
        ([well, slow, down], now, "bad", "Not well: Redis"),
        ([part("Database", Status.DOWN), down], now, "bad", "Not well: Database and Redis"),
        ([well, slow], old, "bad", "Not known: the sampler is silent"),
    ]
    alerted = figures.verdict([well], now, ["Memory"])
    assert (alerted.tone, alerted.text) == ("warn", "All parts answer, an alert fires")
    for cards, sample, tone, said in cases:
        found = figures.verdict(cards, sample)
        assert (found.tone, found.text) == (tone, said)


# Charts

ALL = [chart for section in charts.SECTIONS for chart in section.charts]
# What other families say better, or what the head of the page says.
UNSHOWN = {
    "system.memory_percent",
    "system.swap_percent",
    "system.disk_used_bytes",
    "system.disk_free_bytes",
    "system.network_errors_s",
    "process.count",
    "sampler.cpu_percent",
    "sampler.late_ms",
    "database.deadlocks_s",
    "storage.free_bytes",
    "storage.files",
    "gpu.memory_used_bytes",
    "gpu.temperature_c",
    "component.up",
}


@pytest.mark.parametrize("chart", ALL, ids=lambda chart: chart.id)
def test_the_lines_of_a_chart_have_one_unit(chart: charts.Chart) -> None:
    assert {names.families.get(one.family).unit for one in chart.lines} == {chart.unit}


def test_every_family_is_on_a_chart_or_left_out_on_purpose() -> None:
    shown = {one.family for chart in ALL for one in chart.lines}
    assert {name for name, _ in names.families.items()} - shown == UNSHOWN
    assert len({chart.id for chart in ALL}) == len(ALL)


def test_cores_are_in_order_and_of_different_looks() -> None:
    known = ["system.cpu_percent", *(f"system.core_percent.{core}" for core in range(12))]
    found = charts.lines_of(ALL[0], known)
    assert [line.label for line in found] == ["all cores", *(f"core {core}" for core in range(12))]
    assert len({(line.token, line.dash) for line in found}) == 13


def test_an_algorithm_has_its_colour() -> None:
    chart = next(chart for chart in ALL if chart.id == "algorithms")
    known = [
        "compression.bytes_in_s",
        *(f"compression.bytes_in_s.{name}" for name in ("zstd", "xz", "dcz", "own")),
    ]
    assert {line.label: line.token for line in charts.lines_of(chart, known)} == {
        "zstd": "--c1",
        "xz": "--c2",
        "dcz": "--c3",
        "own": "--c3",
    }


def test_a_chart_of_things_that_there_are_not_is_left_out() -> None:
    gpu = next(chart for chart in ALL if chart.id == "gpu")
    assert charts.lines_of(gpu, ["system.cpu_percent"]) == []


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (41.26, "%", "41.3 %"),
        (1.2e9, "bytes", "1.20 GB"),
        (2.5e6, "bytes/s", "2.50 MB/s"),
        (41.2, "MB/s", "41.2 MB/s"),
        (3, "1/s", "3.00/s"),
        (72, "s", "1 min 12 s"),
        (4.5, "ms", "4.50 ms"),
        (2, "", "2.00"),
        (None, "%", "–"),
    ],
)
def test_values_are_said_as_the_graphs_say_them(value: float | None, unit: str, said: str) -> None:
    assert words(value, unit).replace("\u00a0", " ") == said
