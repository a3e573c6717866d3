"""What is now: jobs that are open, queues, the database's limit, and the newest sample of this machine."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.db.models import Count, DateTimeField, Min, Q
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric

from core import health
from core.choices import OPEN_JOBS, JobStatus
from core.models import Job
from metrics.names import families
from metrics.prometheus.naming import COMPONENT_UP, Name, translate
from metrics.sampling.machine import this_machine
from metrics.sampling.watching import UP
from metrics.storage import latest

# An older sample says nothing of now.
FRESH: Final = timedelta(seconds=15)


def open_jobs() -> Iterator[Metric]:
    """Yield the jobs that have not ended, and how long the oldest of those that are due has waited."""
    states = {str(state): 0 for state in sorted(OPEN_JOBS)}
    rows = Job.objects.order_by().filter(status__in=sorted(OPEN_JOBS))
    states |= dict(rows.values_list("status").annotate(Count("pk")))
    jobs = GaugeMetricFamily("dynacomp_jobs_open", "Jobs that have not ended.", labels=["state"])
    for state, number in states.items():
        jobs.add_metric([state], number)
    yield jobs
    depth = GaugeMetricFamily("dynacomp_queue_jobs", "Jobs that wait.", labels=["queue"])
    age = GaugeMetricFamily(
        "dynacomp_queue_oldest_seconds", "How long the oldest job that is due has waited.", labels=["queue"]
    )
    due_at = Coalesce("available_at", "created_at", output_field=DateTimeField())
    waiting: dict[str, Any] = {
        row["queue"]: row
        for row in rows.filter(status=JobStatus.QUEUED)
        .values("queue")
        .annotate(
            number=Count("pk"),
            since=Min(due_at, filter=Q(available_at=None) | Q(available_at__lte=Now())),
            now=Now(),
        )
    }
    for queue in settings.QUEUES:
        row = waiting.get(queue, {"number": 0, "since": None})
        depth.add_metric([queue], row["number"])
        seconds = (row["now"] - row["since"]).total_seconds() if row["since"] else 0.0
        age.add_metric([queue], max(0.0, seconds))
    yield from (depth, age)


def database() -> Iterator[Metric]:
    """Yield how many connections PostgreSQL takes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('max_connections')::int")
        most = cursor.fetchone()[0]
    family = GaugeMetricFamily(
        "dynacomp_database_connections_limit", "Connections that PostgreSQL takes at most."
    )
    family.add_metric([], most)
    yield family


def sampled() -> Iterator[Metric]:
    """Yield the newest sample of this machine, unless it is old; what is well is then asked for here."""
    sample = latest(this_machine())
    moment = GaugeMetricFamily(
        "dynacomp_sample_timestamp_seconds", "When the newest sample of this machine was taken; 0: never."
    )
    moment.add_metric([], sample.t.timestamp() if sample else 0)
    yield moment
    fresh = sample is not None and timezone.now() - sample.t < FRESH
    values = sample.values if sample and fresh else {}
    found: dict[str, GaugeMetricFamily] = {}
    for name, value in sorted(values.items()):
        if translated := translate(name):
            _family(found, translated).add_metric(translated.instance, value * translated.factor)
    if COMPONENT_UP not in found:
        up = translate("component.up.x")
        assert up
        for component in health.look():
            _family(found, up).add_metric([component.name], UP[component.status])
    yield from found.values()


def _family(found: dict[str, GaugeMetricFamily], name: Name) -> GaugeMetricFamily:
    if name.name not in found:
        found[name.name] = GaugeMetricFamily(
            name.name, families.get(name.family).title + ".", labels=[name.label]
        )
    return found[name.name]
