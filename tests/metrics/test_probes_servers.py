"""Probes of the servers, each against the PostgreSQL and the Redis that run these tests."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from rq.utils import utcformat

from accounts.models import User
from compression.models import HistoryEntry
from core.choices import JobStatus
from core.models import Job
from metrics import names
from metrics.probes.base import Probe
from metrics.probes.database import Database, DatabaseSize
from metrics.probes.growth import LATE, Growth
from metrics.probes.jobs import Jobs
from metrics.probes.outcomes import Outcomes
from metrics.probes.queues import Queues
from metrics.probes.redis import Redis
from metrics.probes.sockets import Sockets
from metrics.probes.storage import Kept
from metrics.sampling.probes import database, redis_client
from tests.compression.outcomes import keep, outcome

pytestmark = pytest.mark.django_db(transaction=True)

OUTCOMES = """
SELECT algorithm, created_at >= %(next)s, count(*) FROM compression_history WHERE created_at >= %(since)s GROUP BY 1, 2
"""


@pytest.fixture
def other() -> Iterator[psycopg.Connection[Any]]:
    """Somebody else's connection to the same database."""
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}) as found:
        yield found


@pytest.fixture
def queue() -> Iterator[str]:
    """The name of an empty queue, like the other one."""
    client = redis_client()
    client.delete("rq:queue:cpu", "rq:queue:io")
    yield "cpu"
    client.delete("rq:queue:cpu", "rq:job:waiting")


def add_job(owner: User, status: JobStatus, **columns: Any) -> Job:
    """Store a job."""
    ended = None if status in (JobStatus.QUEUED, JobStatus.RUNNING) else datetime.now(UTC)
    lease = datetime.now(UTC) if status == JobStatus.RUNNING else None
    first = Job.objects.create(owner=owner, kind="compress", queue="cpu", timeout_s=60, **columns)
    if status != JobStatus.QUEUED:
        Job.objects.filter(pk=first.pk).update(status=JobStatus.RUNNING, lease_until=datetime.now(UTC))
    if status not in (JobStatus.QUEUED, JobStatus.RUNNING):
        Job.objects.filter(pk=first.pk).update(status=status, ended_at=ended, lease_until=lease)
    return first


def test_every_series_is_of_a_family(ada: User) -> None:
    probes: list[Probe] = [
        Jobs(database),
        Database(database),
        DatabaseSize(database),
        Kept(database),
        Redis(redis_client()),
        Queues(redis_client(), settings.QUEUES),
    ]
    for probe in probes:
        probe.read()
        found = probe.read()
        assert found
        assert all(names.find(name) for name in found), found


def test_jobs_are_counted_by_state_and_as_they_end(ada: User) -> None:
    add_job(ada, JobStatus.SUCCEEDED)
    probe = Jobs(database)
    assert "jobs.succeeded_s" not in probe.read()
    add_job(ada, JobStatus.QUEUED)
    running = add_job(
        ada, JobStatus.RUNNING, title="Compress a", params={"algorithm": "zstd"}, progress_message="encoding"
    )
    for status in (JobStatus.SUCCEEDED, JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED):
        add_job(ada, status)
    found = probe.read()
    assert (found["jobs.queued"], found["jobs.running"], found["jobs.paused"]) == (1, 1, 0)
    assert (found["jobs.succeeded_s"], found["jobs.failed_s"]) == (2, 1)
    assert probe.context["jobs"] == [
        {
            "id": str(running.pk),
            "kind": "compress",
            "algorithm": "zstd",
            "step": "encoding",
        }
    ]
    assert probe.read()["jobs.succeeded_s"] == 0


def test_outcomes_are_rates_ratios_and_speeds_by_algorithm_and_account(ada: User, ben: User) -> None:
    keep([outcome()])
    probe = Outcomes(database, ["zstd", "gzip"])
    assert probe.read() == {}
    keep(
        [
            outcome(owner=ada),
            outcome(owner=ada),
            outcome(owner=ben, algorithm="made-by-ben", original_size=500_000),
        ]
    )
    keep(
        [
            outcome(
                algorithm="gzip", succeeded=False, error_code="x", compressed_size=None, compress_seconds=None
            )
        ]
    )
    found = probe.read()
    assert found["compression.operations_s"] == 4
    assert found["compression.operations_s.zstd"] == pytest.approx(found["compression.operations_s"] / 2)
    assert found["compression.operations_s.own"] == pytest.approx(found["compression.operations_s"] / 4)
    assert found["compression.failures_s.gzip"] == pytest.approx(found["compression.operations_s"] / 4)
    assert found["compression.bytes_in_s.zstd"] / found["compression.bytes_out_s.zstd"] == pytest.approx(4)
    assert found["compression.ratio"] == pytest.approx(2_500_000 / 750_000)
    assert found["compression.ratio.own"] == pytest.approx(2)
    assert found["compression.compress_mb_s.zstd"] == pytest.approx(100)
    assert found["compression.decompress_mb_s.zstd"] == pytest.approx(200)
    assert found["compression.seconds_p50"] == found["compression.seconds_p95.zstd"] == pytest.approx(0.01)
    assert "compression.ratio.gzip" not in found
    assert probe.own.keys() == {str(ada.pk), str(ben.pk)}
    assert probe.own[str(ada.pk)]["compression.bytes_in_s"] == found["compression.bytes_in_s.zstd"]
    assert probe.own[str(ben.pk)]["compression.ratio.own"] == pytest.approx(2)
    assert "compression.ratio.zstd" not in probe.own[str(ben.pk)]
    assert all(names.find(name) for name in found), found

    later = probe.read()
    assert later["compression.operations_s"] == later["compression.bytes_in_s.zstd"] == 0
    assert probe.own == {}


def test_an_account_that_is_deleted_makes_no_outcomes(ada: User) -> None:
    probe = Outcomes(database, ["zstd"])
    probe.read()
    keep([outcome(owner=ada), outcome()])
    assert probe.read()["compression.operations_s"] == 2
    ada.delete()
    assert HistoryEntry.objects.filter(owner=None).count() == 2
    for _ in range(2):
        found = probe.read()
        assert found["compression.operations_s"] == found["compression.operations_s.zstd"] == 0
        assert probe.own == {}


def test_failures_alone_have_rates_and_no_times() -> None:
    probe = Outcomes(database, ["zstd"])
    probe.read()
    keep([outcome(succeeded=False, error_code="x", compressed_size=None, compress_seconds=None)])
    found = probe.read()
    assert found["compression.failures_s"] == found["compression.failures_s.zstd"] == 1
    assert "compression.seconds_p50" not in found


def test_what_is_committed_late_is_counted_when_it_can_be_seen(other: psycopg.Connection[Any]) -> None:
    growth = Growth(database, OUTCOMES, keys=1)
    assert growth.look() == {}
    other.execute(*insert())
    assert growth.look() == {}
    keep([outcome(algorithm="gzip")])
    assert growth.look() == {("gzip",): (1.0,)}
    other.commit()
    assert growth.look() == {("zstd",): (1.0,)}
    assert growth.look() == {}


def test_the_anchor_moves_and_loses_nothing() -> None:
    moment = datetime.now(UTC)
    growth = Growth(database, OUTCOMES, keys=1, now=lambda: moment)
    growth.look()
    seen = 0.0
    for _ in range(12):
        keep([outcome(), outcome()])
        moment += LATE / 4
        seen += sum(sums[0] for sums in growth.look().values())
    # The rows have the time of the database, which stands still beside ours: the anchor passes them by.
    assert seen >= 8
    before = growth._since
    assert before
    assert before > datetime.now(UTC)


def insert() -> tuple[str, dict[str, Any]]:
    """Return a statement that appends an outcome."""
    entry = outcome()
    columns: dict[str, Any] = {
        str(field.column): field.get_db_prep_save(getattr(entry, field.attname), connection)
        for field in entry._meta.fields
    }
    columns["created_at"] = datetime.now(UTC)
    columns = {name: value for name, value in columns.items() if value is not None}
    names_, places = ", ".join(columns), ", ".join(f"%({name})s" for name in columns)
    return f"INSERT INTO compression_history ({names_}) VALUES ({places})", columns


def test_the_database_is_seen_at_work(ada: User, other: psycopg.Connection[Any]) -> None:
    probe = Database(database)
    first = probe.read()
    assert first["database.connections"] >= 2
    other.execute("SELECT 1")  # begins a transaction
    assert probe.read()["database.transactions_open"] >= 1
    other.rollback()
    for _ in range(20):
        other.execute("SELECT 1")
        other.rollback()
    time.sleep(1.1)  # a backend tells of itself once a second
    other.execute("SELECT 1")
    other.rollback()
    found = probe.read()
    assert found["database.transactions_s"] >= found["database.rollbacks_s"] > 0
    assert 0 <= found["database.cache_hit_percent"] <= 100
    assert DatabaseSize(database).read()["database.size_bytes"] > 5e6


def test_redis_tells_of_itself() -> None:
    probe = Redis(redis_client())
    first = probe.read()
    assert first["redis.memory_bytes"] > 100_000
    assert first["redis.clients"] >= 1
    client = redis_client()
    for _ in range(50):
        client.ping()
    assert probe.read()["redis.commands_s"] > 0


def test_a_message_that_waits_has_an_age(queue: str) -> None:
    client = redis_client()
    sent = datetime.now(UTC) - timedelta(seconds=90)
    client.hset("rq:job:waiting", "enqueued_at", utcformat(sent))
    client.rpush("rq:queue:cpu", "waiting", "another")
    found = Queues(client, ["cpu", "io"]).read()
    assert found["queue.depth.cpu"] == 2
    assert found["queue.oldest_s.cpu"] == pytest.approx(90, abs=2)
    assert found["queue.oldest_s.io"] == 0
    client.delete("rq:job:waiting")  # taken just now
    assert Queues(client, ["cpu"]).read()["queue.oldest_s.cpu"] == 0


def test_open_sockets_are_those_of_this_machine_that_were_told_of_lately() -> None:
    client = redis_client()
    now = f"{time.time():.0f}"
    client.hset("sockets", mapping={"anvil:1": f"3 {now}", "anvil:2": f"4 {now}", "other:1": f"9 {now}"})
    client.hset("sockets", "anvil:3", f"7 {time.time() - 20:.0f}")
    probe = Sockets(client, "sockets", "anvil", 15)
    assert probe.read() == {"sockets.open": 7}
    client.delete("sockets")
    assert probe.read() == {"sockets.open": 0}
