"""Our text is the one that the library writes."""

import pytest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as generate_open
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_open
from prometheus_client.parser import text_string_to_metric_families as parse
from prometheus_client.registry import Collector

from metrics.prometheus.text import encoded


def families() -> list[Metric]:
    """Return families with all that can be in them."""
    counter = CounterMetricFamily("a", 'What "a" is, with a \\ and\na line.', labels=["x", "b"])
    counter.add_metric(["1", 'quotes " and \\ and\nlines'], 12345678901234567890)
    counter.add_metric(["ümlaut", ""], 0.1)
    gauge = GaugeMetricFamily("b_seconds", "Another.")
    gauge.add_metric([], -1.5)
    odd = GaugeMetricFamily("c", "Odd numbers.", labels=["n"])
    for value in (float("inf"), float("-inf"), 1e-9, 3):
        odd.add_metric([str(value)], value)
    histogram = HistogramMetricFamily("d", "Times.", labels=["route"])
    histogram.add_metric(["r"], buckets=[("0.005", 1.0), ("+Inf", 3.0)], sum_value=2.5)
    return [counter, gauge, odd, histogram, GaugeMetricFamily("e", "Nothing.")]


class Given(Collector):
    """Has the families."""

    def collect(self) -> list[Metric]:
        return families()


@pytest.mark.parametrize("open_metrics", [False, True])
def test_it_says_what_the_library_says(open_metrics: bool) -> None:
    ours = encoded(families(), open_metrics=open_metrics).decode()
    theirs = (generate_open if open_metrics else generate_latest)(Given()).decode()
    read = parse_open if open_metrics else parse
    assert list(read(ours)) == list(read(theirs))
    assert [line.split(" ")[0] for line in ours.splitlines()] == [
        line.split(" ")[0] for line in theirs.splitlines()
    ]
    comments = [line for line in ours.splitlines() if line.startswith("#")]
    assert comments == [line for line in theirs.splitlines() if line.startswith("#")]
