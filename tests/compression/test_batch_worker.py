"""Batches in a real worker: its death and a cancel take back nothing that is done."""

import random
from typing import Any

import pytest

from accounts.models import User
from compression import services as compression
from compression.batch import asking, services
from compression.batch.models import Batch
from compression.models import HistoryEntry, Result
from core.jobs import services as jobs
from core.models import Job
from files.models import File
from tests.compression.batches import content, store
from tests.core.crew import Crew, until

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("compression crew")]

XZ = [{"algorithm": "xz", "level": 6}]


def slow_batch(owner: User, count: int = 30) -> Batch:
    """Begin a batch whose items are kept one by one and take about a tenth of a second each."""
    compression.algorithms_sync()
    rng = random.Random(1)
    lines = [rng.randbytes(20).hex().encode() for _ in range(400)]
    contents = {f"f{n}": b"\n".join(rng.choices(lines, k=7_000)) for n in range(count)}
    return asking.begin(owner, store(owner, **contents), XZ)


def done(batch: Batch) -> dict[Any, Any]:
    """Return the results of what succeeded, by position."""
    return dict(batch.items.filter(status="succeeded").values_list("position", "result_id"))


def at_least(batch: Batch, count: int) -> dict[Any, Any] | None:
    found = done(batch)
    return found if len(found) >= count else None


def ended(job: Job | None) -> Job | None:
    assert job is not None
    found: Job = Job.objects.get(pk=job.pk)
    return None if found.is_open else found


def test_the_death_of_the_worker_costs_no_finished_item(workers: Crew, ada: User) -> None:
    batch = slow_batch(ada)
    until(lambda: at_least(batch, 5), 30)
    (worker,) = workers.workers
    worker.kill()
    worker.wait()
    before = done(batch)
    assert 5 <= len(before) < batch.count
    workers.complete("worker")
    job = until(lambda: ended(batch.job), 60)
    assert (job.status, job.attempt) == ("succeeded", 2)
    after = done(batch)
    assert len(after) == batch.count
    assert {position: after[position] for position in before} == before
    assert set(batch.items.filter(position__in=before).values_list("attempt", flat=True)) == {1}
    assert Result.objects.count() == HistoryEntry.objects.count() == batch.count
    assert File.objects.filter(name__endswith=".xz").count() == batch.count
    assert job.result is not None
    assert len(content(job.result["archive"])) > 10_000


def test_a_cancel_keeps_what_is_done_and_a_retry_does_the_rest(workers: Crew, ada: User) -> None:
    batch = slow_batch(ada)
    assert batch.job is not None
    until(lambda: at_least(batch, 3), 30)
    jobs.job_cancel(job=batch.job, actor=ada)
    job = until(lambda: ended(batch.job), 10)
    assert job.status == "cancelled"
    kept = done(batch)
    until(lambda: batch.items.filter(status="cancelled").count() == batch.count - len(kept))
    assert not File.objects.filter(name__endswith=".zip").exists()
    again = services.batch_retry(batch=batch, actor=ada)
    assert until(lambda: ended(again), 60).status == "succeeded"
    after = done(batch)
    assert len(after) == batch.count
    assert {position: after[position] for position in kept} == kept
    assert Result.objects.count() == batch.count


def test_a_batch_that_is_cancelled_while_it_waits_is_cancelled_as_a_whole(
    transactional_db: None, ada: User
) -> None:
    batch = slow_batch(ada, 3)
    assert batch.job is not None
    jobs.job_cancel(job=batch.job, actor=ada)
    assert set(batch.items.values_list("status", flat=True)) == {"cancelled"}
