"""Sums of rows between two moments, for `growing`: what came of outcomes, and how jobs ended."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from django.db.models import Count, DurationField, ExpressionWrapper, F, Sum

from compression.history import measures
from core.choices import ENDED_JOBS
from core.jobs.kinds import kinds
from core.models import Job
from metrics.models import HourSums, SummedUntil
from metrics.prometheus.growing import Numbers, Table, plus
from metrics.prometheus.labels import algorithm_label, kind_label

OTHER_KIND: Final = "other"
BY: Final = ("operation", "algorithm", "kind")
NUMBERS: Final = ("count", "failures", "bytes_in", "bytes_out", "micros")
LATEST: Final = datetime.max.replace(tzinfo=UTC)


def outcome_sums(since: datetime | None, until: datetime | None) -> Table:
    """Return number, failures, original and compressed bytes, and microseconds of outcomes, by labels.

    From the beginning on, the sums of hours are read as far as they go.
    """
    found = []
    if since is None:
        since = _summed_until(until or LATEST)
        found += list(_of_hours(since))
    found += list(_of_ledger(since, until or LATEST))
    table: Table = {}
    for (operation, algorithm, kind), numbers in found:
        table = plus(table, {(operation, algorithm_label(algorithm), kind_label(kind)): numbers})
    return table


def _summed_until(until: datetime) -> datetime:
    reached = SummedUntil.objects.filter(pk=1, hour__lte=until).first()
    return reached.hour if reached else datetime.min.replace(tzinfo=UTC)


def _of_hours(until: datetime) -> Iterator[tuple[measures.Key, Numbers]]:
    rows = HourSums.objects.order_by().filter(hour__lt=until)
    summed = rows.values_list(*BY).annotate(**{f"of_{name}": Sum(name) for name in NUMBERS})
    for row in summed:
        yield row[: len(BY)], tuple(map(int, row[len(BY) :]))


def _of_ledger(since: datetime, until: datetime) -> Iterator[tuple[measures.Key, Numbers]]:
    for key, one in measures.sums(measures.within(measures.outcomes(), [(since, until)]), BY):
        yield key, (one.count, one.failures, one.bytes_in, one.bytes_out, one.micros)


def job_sums(since: datetime | None, until: datetime | None) -> Table:
    """Return number and microseconds of jobs that have ended, by kind and state."""
    rows = Job.objects.order_by().filter(status__in=sorted(ENDED_JOBS))
    if since is not None:
        rows = rows.filter(ended_at__gte=since)
    if until is not None:
        rows = rows.filter(ended_at__lt=until)
    took = ExpressionWrapper(F("ended_at") - F("started_at"), output_field=DurationField())
    summed = rows.values_list("kind", "status").annotate(number=Count("pk"), time=Sum(took))
    table: Table = {}
    for kind, state, number, time in summed:
        micros = round(time.total_seconds() * 1_000_000) if time else 0
        table = plus(table, {(kind if kind in kinds else OTHER_KIND, state): (number, micros)})
    return table
