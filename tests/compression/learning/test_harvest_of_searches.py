"""What optimisations tried is kept as outcomes, once."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from compression.learning import harvesting, seeds
from compression.learning.harvesting import searches_to_harvest
from compression.learning.models import LearningSettings, Outcome
from compression.optimising.choices import TrialKind
from core.jobs import enqueue
from files.models import File
from tests.compression.optimisations import Run, algorithms, client, done, table

assert algorithms, client
assert table


@pytest.fixture
def harvest(db: None, run_jobs: Run, mia: User) -> Callable[[], dict[str, int]]:
    seeds.learning_give()
    LearningSettings.objects.update(audits=False)

    def run() -> dict[str, int]:
        enqueue(harvesting.KIND, owner=mia, params={})
        (job,) = run_jobs()
        assert job.status == "succeeded", job.error
        return dict(job.result or {})

    return run


def test_what_an_optimisation_tried_on_the_content_is_kept_once(
    client: APIClient, table: File, run_jobs: Run, harvest: Callable[[], dict[str, int]]
) -> None:
    search = done(client, table, run_jobs)
    assert searches_to_harvest() == [search]
    assert harvest()["searches"] == 1
    row = Outcome.objects.get(origin="optimisation")
    assert (row.source_id, row.source_sha256, row.owner_id) == (search.pk, table.sha256, search.owner_id)
    assert row.objective == search.objective
    assert row.features["entropy_0"] > 0
    tried = search.trace.exclude(kind=TrialKind.TRIAL).order_by("number")
    kept = list(row.trials.order_by("position"))
    assert [((one.config or {})["candidate"], one.size, one.encode_s) for one in kept] == [
        (one.candidate, one.size, one.encode_s) for one in tried
    ]
    assert len(kept) >= 3
    assert {one.scope for one in kept} == {"file"}
    assert searches_to_harvest() == []
    assert "searches" not in harvest()


def test_an_optimisation_whose_file_is_gone_is_left(
    client: APIClient, table: File, run_jobs: Run, harvest: Callable[[], dict[str, int]]
) -> None:
    done(client, table, run_jobs)
    File.objects.filter(pk=table.pk).update(deleted_at=table.created_at)
    assert "searches" not in harvest()
    assert not Outcome.objects.filter(origin="optimisation").exists()
