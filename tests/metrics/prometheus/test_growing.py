"""Totals that never go down, and are exact."""

import json
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from compression.models import HistoryEntry
from core.choices import JobStatus
from core.models import Job
from metrics.analytics.summing import catch_up
from metrics.models import SummedUntil
from metrics.prometheus import counters, growing
from metrics.prometheus.growing import MARGIN, Growing, safe_horizon
from metrics.prometheus.sums import job_sums, outcome_sums
from tests.core.crew import until

pytestmark = pytest.mark.django_db
OLD = timedelta(days=1)


def outcome(age: timedelta = timedelta(0), **facts: Any) -> HistoryEntry:
    """Append an outcome of some age."""
    made = {
        "operation": "compress",
        "algorithm": "zstd",
        "algorithm_version": 1,
        "content_sha256": uuid4().hex * 2,
        "content_kind": "text",
        "original_size": 1000,
        "compressed_size": 300,
        "compress_seconds": 0.25,
        "machine": "m",
        "succeeded": True,
    } | facts
    with patch.object(timezone, "now", return_value=timezone.now() - age):
        return HistoryEntry.objects.create(**made)


def ended(owner: User, age: timedelta = timedelta(0), status: JobStatus = JobStatus.SUCCEEDED) -> Job:
    """Make a job that ended some time ago, two seconds after it had begun."""
    moment = timezone.now() - age
    job: Job = Job.objects.create(owner=owner, kind="compress", queue="cpu", timeout_s=9)
    Job.objects.filter(pk=job.pk).update(status=JobStatus.RUNNING, lease_until=moment)
    Job.objects.filter(pk=job.pk).update(
        status=status, started_at=moment - timedelta(seconds=2), ended_at=moment, lease_until=None
    )
    return job


def test_what_is_old_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    outcome(OLD)
    outcome()
    asked: list[tuple[datetime | None, datetime | None]] = []

    def summing(since: datetime | None, until: datetime | None) -> growing.Table:
        asked.append((since, until))
        return outcome_sums(since, until)

    totals = Growing("test", summing)
    label = ("compress", "zstd", "text")
    assert totals.read()[label] == (2, 0, 2000, 600, 500_000)
    assert [since for since, _ in asked] == [None, asked[0][1]]
    outcome(succeeded=False, error_code="too_large", compress_seconds=None)
    assert totals.read()[label] == (3, 1, 2000, 600, 500_000)
    assert len(asked) == 3
    assert asked[2] == (asked[0][1], None)
    monkeypatch.setattr(growing, "MARGIN", timedelta(seconds=-120))  # as if two minutes had passed
    assert totals.read()[label] == (3, 1, 2000, 600, 500_000)
    assert asked[3][0] == asked[0][1]
    assert asked[4][0] == asked[3][1]
    assert Growing("test", summing).read()[label] == (3, 1, 2000, 600, 500_000), "others read what was kept"
    assert len(asked) == 6


def test_jobs_that_are_deleted_stay_counted(ada: User) -> None:
    old, new = ended(ada, OLD), [ended(ada) for _ in range(3)]
    totals = Growing("test", job_sums)
    label = ("compress", "succeeded")
    assert totals.read()[label] == (4, 8_000_000)
    old.delete()
    assert totals.read()[label] == (4, 8_000_000), "of the old ones only the sum is known"
    new[0].delete()
    assert totals.read()[label] == (4, 8_000_000)
    ended(ada)
    assert totals.read()[label] == (5, 10_000_000), "and what comes after it counts from there"
    Job.objects.all().delete()
    assert Growing("test", job_sums).read()[label] == (5, 10_000_000)


def test_an_account_that_is_deleted_takes_no_job_from_the_counters(ada: User) -> None:
    ended(ada, status=JobStatus.FAILED)
    before = counters._jobs.read()
    assert before["compress", "failed"][0] == 1
    ada.delete()
    assert counters._jobs.read() == before


def test_without_a_disk_each_process_remembers_for_itself(ada: User, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    settings.PROMETHEUS_DIR = tmp_path / "file" / "below"
    ended(ada).delete()
    job = ended(ada)
    totals = Growing("test", job_sums)
    assert totals.read()["compress", "succeeded"][0] == 1
    job.delete()
    assert totals.read()["compress", "succeeded"][0] == 1


@pytest.mark.parametrize("content", ["", "{}", "null", '{"database": 1}', "[[["])
def test_what_was_kept_badly_is_made_anew(content: str) -> None:
    outcome(OLD)
    totals = Growing("test", outcome_sums)
    totals.read()
    path = settings.PROMETHEUS_DIR / "test.json"
    assert json.loads(path.read_text())
    path.write_text(content)
    assert Growing("test", outcome_sums).read()["compress", "zstd", "text"][0] == 1


def test_labels_are_few_whatever_people_name_their_algorithms() -> None:
    for number in range(100):
        outcome(algorithm=f"mine-{number}", content_kind=f"kind {number}")
    outcome(operation="decompress", algorithm="zstd+tar", content_kind="archive", decompress_seconds=0.5)
    assert set(outcome_sums(None, None)) == {
        ("compress", "own", "unknown"),
        ("decompress", "archive", "archive"),
    }


@pytest.mark.django_db(transaction=True)
def test_no_row_appears_before_the_horizon() -> None:
    """A transaction that is slow to commit holds the horizon back."""
    began, go_on = threading.Event(), threading.Event()
    seen: list[HistoryEntry] = []

    def slow() -> None:
        with transaction.atomic():
            seen.append(outcome())
            began.set()
            go_on.wait(40)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert began.wait(40)
    try:
        time.sleep(0.5)
        assert safe_horizon() + MARGIN <= seen[0].created_at + timedelta(seconds=0.2)
    finally:
        go_on.set()
        thread.join()
    # Another one of the server's own, a vacuum for example, may hold it back for a while as well.
    until(lambda: safe_horizon() + MARGIN > seen[0].created_at + timedelta(seconds=0.2), 60)


def test_sums_are_whole_numbers(make_many: Callable[[int], None]) -> None:
    """Sums of floats differ with their order: a counter that goes down by a hair is one that began anew."""
    make_many(300)
    for numbers in outcome_sums(None, None).values():
        assert all(isinstance(number, int) for number in numbers)


@pytest.fixture
def make_many() -> Callable[[int], None]:
    """Return a function that appends outcomes with uneven seconds."""

    def make(number: int) -> None:
        HistoryEntry.objects.bulk_create(
            HistoryEntry(
                operation="compress",
                algorithm="gzip",
                algorithm_version=1,
                content_sha256="0" * 64,
                machine="m",
                succeeded=True,
                original_size=n,
                compressed_size=n // 3,
                compress_seconds=1 / (n + 3),
            )
            for n in range(number)
        )

    return make


def test_hours_that_are_summed_up_give_the_same() -> None:
    for age in (timedelta(days=3), OLD, timedelta(hours=4), timedelta(0)):
        outcome(age)
        outcome(age, algorithm="mine", operation="decompress", decompress_seconds=0.1, succeeded=age < OLD)
    before = outcome_sums(None, None)
    catch_up()
    assert SummedUntil.objects.get().hour > timezone.now() - timedelta(hours=3)
    assert outcome_sums(None, None) == before
    assert outcome_sums(None, timezone.now() - timedelta(days=2)) == {
        ("compress", "zstd", "text"): (1, 0, 1000, 300, 250_000),
        ("decompress", "own", "text"): (1, 1, 0, 0, 0),
    }, "sums that reach beyond the end are of no use"
