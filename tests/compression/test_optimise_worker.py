"""Optimisations in a real worker: stopped with the best, and after the death of the worker."""

import random
from typing import Any

import pytest

from accounts.models import User
from compression import services as compression
from compression.models import Result
from compression.optimising import selectors, services
from compression.optimising.models import Optimisation, Strategy
from compression.optimising.seeds import strategies_give
from core.models import Job
from tests.compression.batches import store
from tests.core.crew import Crew, until

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("compression crew")]

PATIENCE_S = 150.0
"""A worker that has no host of the engine yet loads all of it first."""


def long_search(owner: User) -> Optimisation:
    """Begin an optimisation that would take minutes."""
    compression.algorithms_sync()
    strategies_give()
    Strategy.objects.update(rounds=20, plain=[{"id": "bzip3"}])
    rng = random.Random(1)
    lines = "".join(
        f"{n},{rng.randrange(10**9)},{rng.random():.6f},{rng.choice('abcd')}\n" for n in range(20_000)
    )
    return services.optimisation_request(
        owner=owner,
        source=store(owner, long=lines.encode())[0],
        strategy=selectors.strategy_named(),
        budget_s=600,
        seed=1,
    )


def now(row: Optimisation) -> Optimisation:
    found: Optimisation = Optimisation.objects.get(pk=row.pk)
    return found


def ended(row: Optimisation) -> Job | None:
    assert row.job_id is not None
    found: Job = Job.objects.get(pk=row.job_id)
    return None if found.is_open else found


def tried(row: Optimisation, count: int) -> Any:
    found = now(row)
    return found if found.best and found.trials >= count else None


def test_it_ends_with_the_best_when_its_owner_has_enough(workers: Crew, ada: User) -> None:
    row = long_search(ada)
    until(lambda: tried(row, 20), PATIENCE_S)
    services.optimisation_keep(optimisation=row, actor=ada)
    job = until(lambda: ended(row), PATIENCE_S)
    assert job.status == "succeeded", job.error
    found = now(row)
    assert (found.ending, found.result is not None) == ("kept", True)
    assert found.seconds < 300


def test_the_death_of_the_worker_costs_no_trial_that_was_kept(workers: Crew, ada: User) -> None:
    row = long_search(ada)
    before = until(lambda: tried(row, 20), PATIENCE_S)
    (worker,) = workers.workers
    worker.kill()
    worker.wait()
    numbers = list(row.trace.values_list("number", "candidate"))
    workers.complete("worker")
    until(lambda: tried(row, len(numbers) + 5), PATIENCE_S)
    assert list(row.trace.filter(number__lte=len(numbers)).values_list("number", "candidate")) == numbers
    assert set(row.trace.values_list("attempt", flat=True)) == {1, 2}
    services.optimisation_keep(optimisation=row, actor=ada)
    job = until(lambda: ended(row), PATIENCE_S)
    assert (job.status, job.attempt) == ("succeeded", 2)
    best = now(row).best
    assert best is not None
    assert best["size"] <= before.best["size"]
    assert Result.objects.count() == 1
