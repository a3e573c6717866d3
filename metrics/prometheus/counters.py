"""Counters from the truth: outcomes from the ledger, jobs from their rows, requests from the shared files."""

from collections.abc import Iterator
from itertools import accumulate
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.utils import floatToGoString

from core.choices import ENDED_JOBS
from core.jobs.kinds import kinds
from metrics.prometheus import http
from metrics.prometheus.growing import Growing, Table
from metrics.prometheus.middleware import counted
from metrics.prometheus.sums import job_sums, outcome_sums

OUTCOME_LABELS: Final = ["operation", "algorithm", "kind"]
JOB_LABELS: Final = ["kind", "state"]


_outcomes = Growing("outcomes", outcome_sums)
_jobs = Growing("jobs", job_sums)


def outcomes() -> Iterator[Metric]:
    """Yield what came of compressing and decompressing."""
    families = [
        _counter(
            "dynacomp_compression_operations", "Outcomes in the ledger, failures included.", OUTCOME_LABELS
        ),
        _counter(
            "dynacomp_compression_failures", "Outcomes in the ledger that are failures.", OUTCOME_LABELS
        ),
        _counter(
            "dynacomp_compression_original_bytes",
            "Original bytes of what was compressed or restored.",
            OUTCOME_LABELS,
        ),
        _counter(
            "dynacomp_compression_compressed_bytes",
            "Compressed bytes of what was compressed or restored.",
            OUTCOME_LABELS,
        ),
        _counter(
            "dynacomp_compression_codec_seconds",
            "Wall time of the codecs at these operations, without verification.",
            OUTCOME_LABELS,
        ),
    ]
    for labels, (*numbers, micros) in sorted(_outcomes.read().items()):
        for family, value in zip(families, [*numbers, micros / 1e6], strict=True):
            family.add_metric(labels, value)
    yield from families


def jobs() -> Iterator[Metric]:
    """Yield how jobs ended. Every kind has all its states from the beginning: a first failure is an increase."""
    ended = _counter("dynacomp_jobs", "Jobs that have ended.", JOB_LABELS)
    seconds = _counter(
        "dynacomp_job_seconds", "Time from the first start of ended jobs to their end.", JOB_LABELS
    )
    found = _jobs.read()
    silent: Table = {(kind, state): (0, 0) for kind in kinds for state in ENDED_JOBS}
    for labels, (number, micros) in sorted((silent | found).items()):
        ended.add_metric(labels, number)
        seconds.add_metric(labels, micros / 1e6)
    yield from (ended, seconds)


def requests() -> Iterator[Metric]:
    """Yield the requests of all web processes of this machine."""
    requests = _counter(http.REQUESTS, http.REQUESTS_HELP, list(http.LABELS))
    seconds = HistogramMetricFamily(http.SECONDS, http.SECONDS_HELP, labels=list(http.LABELS))
    bounds = [floatToGoString(bound) for bound in http.BOUNDS]
    for labels, series in counted().series().items():
        requests.add_metric(labels, series.requests)
        steps = list(zip(bounds, accumulate(series.buckets), strict=True))
        seconds.add_metric(labels, buckets=steps, sum_value=series.seconds)
    yield from (requests, seconds)
    running = GaugeMetricFamily(http.IN_PROGRESS, http.IN_PROGRESS_HELP)
    running.add_metric([], counted().in_progress())
    yield running


def _counter(name: str, help_: str, labels: list[str]) -> CounterMetricFamily:
    return CounterMetricFamily(name, help_, labels=labels)
