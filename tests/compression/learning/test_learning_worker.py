"""Workers that die in the middle: what serves goes on serving, nothing is half done, nothing is done twice."""

import random

import pytest
from django.db import transaction

from accounts.models import User
from compression.learning import harvesting, seeds, training
from compression.learning.models import LearningSettings, LearningState, Outcome
from compression.learning.serving import serving
from core.models import Job
from tests.compression.batches import store
from tests.compression.learning.material import keep_many
from tests.compression.outcomes import keep_with_times, outcome
from tests.core.crew import Crew, until

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("compression crew")]

PATIENCE_S = 150.0


def ended(job: Job) -> Job | None:
    found: Job = Job.objects.get(pk=job.pk)
    return None if found.is_open else found


def kill_a_worker(workers: Crew) -> None:
    (worker,) = workers.workers
    worker.kill()
    worker.wait()


@pytest.mark.parametrize("stage", ["training", "judging"])
def test_a_training_that_is_killed_leaves_what_serves_alone(workers: Crew, mia: User, stage: str) -> None:
    seeds.learning_give()
    keep_many(120, held_out=40)
    job = training.training_request(owner=mia)
    until(lambda: Job.objects.filter(pk=job.pk, progress_message__startswith=stage).exists(), PATIENCE_S)
    kill_a_worker(workers)
    assert LearningState.objects.count() == 2
    now = serving().row
    assert now is not None
    assert now.number == 1
    workers.complete("worker")
    done = until(lambda: ended(job), PATIENCE_S)
    assert (done.status, done.attempt) == ("succeeded", 2), done.error
    assert LearningState.objects.count() == 3


def test_a_harvest_that_is_killed_takes_every_line_once(workers: Crew, ada: User, mia: User) -> None:
    seeds.learning_give()
    LearningSettings.objects.update(audits=True, audit_share=1)
    lines = []
    for number in range(12):
        content = bytes(random.Random(number).choices(b"abcdefghij \n", k=100_000))
        (file,) = store(ada, **{f"f{number}": content})
        lines.append(outcome(content_sha256=file.sha256, original_size=file.size, owner=ada))
    with transaction.atomic():
        keep_with_times(lines)
    job = harvesting.harvest_when_due()
    assert job is not None
    until(lambda: Outcome.objects.filter(origin="run").count() >= 3, PATIENCE_S)
    kill_a_worker(workers)
    kept = set(Outcome.objects.values_list("pk", flat=True))
    workers.complete("worker")
    done = until(lambda: ended(job), PATIENCE_S)
    assert (done.status, done.attempt) == ("succeeded", 2), done.error
    assert kept <= set(Outcome.objects.values_list("pk", flat=True))
    for origin in ("run", "audit"):
        sources = list(Outcome.objects.filter(origin=origin).values_list("source_id", flat=True))
        assert len(sources) == len(set(sources)) == 12
