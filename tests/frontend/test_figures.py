"""Figures are written with units, three significant digits, and a dash where there is none."""

from datetime import UTC, datetime, timedelta

import pytest

from core import formatting

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def plain(text: str) -> str:
    return text.replace(formatting.SPACE, " ")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.4123, "0.412"),
        (3.02, "3.02"),
        (41.26, "41.3"),
        (999.96, "1,000"),
        (1210, "1,210"),
        (-0.5, "−0.500"),
    ],
)
def test_three_significant_digits(value, text):
    assert formatting.significant(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.00 kB"),
        (999_499, "999 kB"),
        (999_999, "1.00 MB"),
        (1_210_000_000, "1.21 GB"),
        (5 * 10**18, "5,000 PB"),
    ],
)
def test_bytes_in_the_fitting_unit(value, text):
    assert plain(formatting.size(value)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 s"),
        (0.41, "410 ms"),
        (12.34, "12.3 s"),
        (59.99, "1 min"),
        (72, "1 min 12 s"),
        (7500, "2 h 5 min"),
        (273_600, "3 d 4 h"),
    ],
)
def test_durations_in_the_fitting_unit(value, text):
    assert plain(formatting.duration(value)) == text


def test_speeds_shares_and_changes():
    assert plain(formatting.rate(41.23)) == "41.2 MB/s"
    assert plain(formatting.byte_rate(41_230_000)) == "41.2 MB/s"
    assert plain(formatting.percent(0.64)) == "64 %"
    assert plain(formatting.percent(0.0321)) == "3.2 %"
    assert plain(formatting.change(-0.34)) == "−34 %"
    assert plain(formatting.change(0.12)) == "+12 %"
    assert plain(formatting.exact_bytes(294_702)) == "294,702 bytes"


def test_of_nothing_there_is_no_ratio():
    assert (formatting.ratio(0), formatting.ratio(0.0004), formatting.ratio(3)) == ("–", "0.000400", "3.00")


@pytest.mark.parametrize("value", [None, "", "x", float("nan"), float("inf")])
@pytest.mark.parametrize(
    "write",
    [
        formatting.significant,
        formatting.count,
        formatting.size,
        formatting.exact_bytes,
        formatting.rate,
        formatting.byte_rate,
        formatting.ratio,
        formatting.percent,
        formatting.change,
        formatting.duration,
    ],
)
def test_where_there_is_no_figure_there_is_a_dash(write, value):
    assert write(value) == formatting.DASH


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ((64e6, 100e6, "bytes", 3e6, 12), "64 % · 3.00 MB/s · 12 s left"),
        ((12, 80, "files", None, None), "12 of 80 files"),
        ((5e6, None, "bytes", None, None), "5.00 MB"),
        ((3, 100, "trials", 1.5, 64.7), "3 of 100 trials · 1.50 trials/s · 1 min 5 s left"),
        ((0, None, "bytes", None, None), ""),
    ],
)
def test_progress_says_what_was_measured(given, text):
    assert plain(formatting.progress(*given)) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(3, "just now"), (61, "1 minute ago"), (-7200, "in 2 hours"), (3 * 86400, "3 days ago")],
)
def test_how_long_ago(seconds, text):
    assert formatting.relative(NOW - timedelta(seconds=seconds), NOW) == text


def test_a_moment_is_exact_for_machines(show):
    shown = show("{{ moment|when }}", moment=NOW)
    assert 'datetime="2026-01-01T12:00:00+00:00" title="1 Jan 2026, 12:00:00 UTC"' in shown
    assert show("{{ moment|when }}", moment=None) == formatting.DASH


@pytest.mark.parametrize(
    ("state", "tone"),
    [
        ("succeeded", "good"),
        ("running", "accent"),
        ("paused", "warn"),
        ("failed", "bad"),
        ("queued", "quiet"),
        ("odd", "quiet"),
    ],
)
def test_a_state_has_its_tone(show, state, tone):
    assert f"badge--{tone}" in show('{% ui "badge" label=state %}', state=state)


def test_bars_are_shares_of_the_largest(show):
    rows = [{"label": "a", "value": 200, "text": "200"}, {"label": "b", "value": 50, "text": "50"}]
    shown = show('{% ui "bars" label="Sizes" rows=rows %}', rows=rows)
    assert 'width="100.00%"' in shown
    assert 'width="25.00%"' in shown


def test_an_interval_is_drawn_around_its_point(show):
    shown = show('{% ui "statistic" label="R" value="3" low=2 high=4 point=3 %}')
    assert 'x="25.00%" y="2" width="50.00%"' in shown
    assert 'x="50.00%" width="3"' in shown
    assert "<svg" not in show('{% ui "statistic" label="R" value="3" low=3 high=3 point=3 %}')
