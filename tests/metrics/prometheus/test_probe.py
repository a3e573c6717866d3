"""Requests as the sampler sees them."""

from pathlib import Path

import pytest

from metrics.names import find
from metrics.probes.http import Http, quantile
from metrics.prometheus.http import BOUNDS, Counting


def test_rates_and_times_are_of_what_came_since_the_last_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [100.0]
    monkeypatch.setattr("metrics.probes.http.time.monotonic", lambda: clock[0])
    counting, probe = Counting(tmp_path), Http(tmp_path)
    counting.ended("GET", "none", 404, 9.0)
    assert probe.read() == {}, "what was before is nobody's second"
    for _ in range(18):
        counting.ended("GET", "pages:start", 200, 0.02)
    for _ in range(2):
        counting.ended("POST", "api:files:upload", 503, 0.3)
    clock[0] += 2
    found = probe.read()
    assert found["http.requests_s"] == 10
    assert found["http.errors_s"] == 1
    assert 10 < found["http.latency_p50_ms"] <= 25
    assert 250 < found["http.latency_p95_ms"] <= 500
    assert all(find(name) for name in found)
    clock[0] += 1
    assert probe.read() == {"http.requests_s": 0, "http.errors_s": 0}, "no requests have no time"


def test_counters_that_began_anew_have_no_rate(tmp_path: Path) -> None:
    counting, probe = Counting(tmp_path), Http(tmp_path)
    for _ in range(3):
        counting.ended("GET", "none", 404, 0.1)
    probe.read()
    for path in tmp_path.iterdir():
        path.unlink()
    Counting(tmp_path).ended("GET", "none", 404, 0.1)
    assert probe.read() == {}


@pytest.mark.parametrize(
    ("buckets", "share", "seconds"),
    [
        ({0.01: 10}, 0.5, 0.0075),
        ({0.01: 10, 0.5: 10}, 0.5, 0.01),
        ({0.01: 10, 0.5: 10}, 0.75, 0.375),
        ({float("inf"): 4}, 0.5, 30.0),
    ],
)
def test_quantiles_are_those_of_prometheus(buckets: dict[float, int], share: float, seconds: float) -> None:
    assert quantile([buckets.get(bound, 0) for bound in BOUNDS], share) == pytest.approx(seconds)
