"""Optimisations through the API: from a file to a better pipeline for it."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts.models import AuditEntry, User
from compression.models import HistoryEntry, Result
from compression.optimising import running, services
from compression.optimising.models import Optimisation, Strategy, Trial
from core.errors import Conflict
from core.models import Job
from files.models import File
from files.services import file_delete
from tests.compression.optimisations import (
    API,
    ROWS,
    Run,
    algorithms,
    ask,
    begun,
    client,
    content,
    done,
    store,
    table,
)

assert algorithms
assert client
assert table  # fixtures


def test_a_file_is_compressed_by_the_best_that_was_found(
    client: APIClient, table: File, run_jobs: Run
) -> None:
    row = done(client, table, run_jobs, objective="ratio")
    assert row.job is not None
    body = row.job.result
    assert body is not None
    assert (body["id"], body["file"], body["objective"], body["strategy"]) == (
        str(row.pk),
        str(table.pk),
        "ratio",
        "thorough",
    )
    best, baseline = body["best"], body["baseline"]
    assert best["algorithm"] == "dcz"
    assert best["ratio"] > 2 * baseline["ratio"]
    assert baseline["candidate"] in ("zstd 9", "bzip3")
    assert best["reasons"]
    assert body["ended_by"] in ("rounds", "exhausted")
    packed = content(body["output"])
    assert packed.startswith(b"\xdcZC1")
    assert len(packed) < len(ROWS) / baseline["ratio"] / 2
    result = Result.objects.get(pk=body["result"])
    assert result.algorithm is not None
    assert (result.algorithm.name, result.file_id, result.verified) == ("dcz", table.pk, True)
    assert HistoryEntry.objects.get(result_id=result.pk).algorithm == "dcz"
    assert AuditEntry.objects.filter(action="optimisation.requested", target_id=str(row.pk)).exists()


def test_the_trace_has_all_that_was_tried(client: APIClient, table: File, run_jobs: Run) -> None:
    row = done(client, table, run_jobs)
    trace = client.get(f"{API}/optimizations/{row.pk}/trace?page_size=200").json()
    assert trace["count"] == row.trials == Trial.objects.filter(optimisation=row).count() > 10
    numbers = [one["number"] for one in trace["results"]]
    assert numbers == list(range(1, len(numbers) + 1))
    first = trace["results"][0]
    assert {"elapsed_s", "iteration", "candidate", "ratio", "compress_mb_s"} <= first.keys()
    assert (first["iteration"], first["kind"]) == (0, "plain")
    ratios = [one["best_ratio"] for one in trace["results"] if one["kind"] != "trial"]
    assert ratios == sorted(ratios)
    found = client.get(f"{API}/optimizations/{row.pk}/trace?kind=pipeline").json()
    assert found["count"] == 1
    detail = client.get(f"{API}/optimizations/{row.pk}").json()
    assert len(detail["trace"]) == row.trials


def test_what_it_found_serves_compress(client: APIClient, table: File, run_jobs: Run) -> None:
    row = done(client, table, run_jobs)
    best = client.get(f"{API}/optimizations/{row.pk}").json()["best"]
    body = {"file": str(table.pk), "algorithm": best["algorithm"], "params": best["params"]}
    response = client.post(f"{API}/compress", body, format="json")
    if response.status_code == 202:
        (job,) = run_jobs()
        assert job.result is not None
        again = job.result
    else:
        again = response.json()
    assert row.result is not None
    assert again["compressed_size"] == row.result.compressed_size


def test_iterations_and_strategies(client: APIClient, table: File, run_jobs: Run) -> None:
    strategies = client.get(f"{API}/optimize/strategies").json()
    assert strategies["results"][0]["name"] == "thorough"
    response = ask(
        client, table, "enhanced/optimize-iterative", iterations=2, time_budget_s=20, strategy="quick"
    )
    assert response.status_code == 202
    (job,) = run_jobs()
    assert job.result is not None
    assert (job.result["iterations"], job.result["strategy"], job.result["objective"]) == (
        2,
        "quick",
        "balanced",
    )
    assert ask(client, table, iterations=2).status_code == 400


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"objective": "beauty"}, 400, None),
        ({"time_budget_s": 0}, 400, None),
        ({"time_budget_s": 1e9}, 400, None),
        ({"constraints": {"colour": 3}}, 400, None),
        ({"constraints": {"min_compress_mb_s": -1}}, 400, None),
        ({"strategy": "none-such"}, 422, "unknown_strategy"),
        ({"strategy": "structure"}, 422, "strategy_disabled"),
        ({"file": str(uuid4())}, 404, None),
    ],
)
def test_what_cannot_be_is_refused(
    client: APIClient, table: File, body: dict[str, object], status: int, code: str | None
) -> None:
    Strategy.objects.filter(name="structure").update(enabled=False)
    response = client.post(f"{API}/optimize", {"file": str(table.pk), **body}, format="json")
    assert response.status_code == status, response.content
    if code:
        assert response.json()["code"] == code
    assert not Job.objects.exists()
    assert not Optimisation.objects.exists()


def test_enough_ends_the_search_and_keeps_the_best(
    client: APIClient, table: File, run_jobs: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "KEEP_EVERY_S", 0.0)
    Strategy.objects.update(rounds=5, max_trials=None)
    row = begun(client, table, time_budget_s=300)
    response = client.post(f"{API}/optimizations/{row.pk}/keep")
    assert response.status_code == 200
    (job,) = run_jobs()
    assert job.result is not None
    assert job.result["ended_by"] == "kept"
    assert job.result["best"]["ratio"] > 1
    assert job.result["output"]
    assert client.post(f"{API}/optimizations/{row.pk}/keep").status_code == 409


def test_a_cancel_keeps_no_output_and_it_can_be_run_again(
    client: APIClient, table: File, run_jobs: Run
) -> None:
    row = begun(client, table)
    assert client.post(f"/api/v1/jobs/{row.job_id}/cancel").status_code == 200
    again = client.post(f"/api/v1/jobs/{row.job_id}/retry").json()
    (job,) = run_jobs()
    assert str(job.pk) == again["id"]
    second = Optimisation.objects.get(job=job)
    assert second.pk != row.pk
    assert (second.seed, second.budget_s, second.result is not None) == (row.seed, row.budget_s, True)
    first = client.get(f"{API}/optimizations/{row.pk}").json()
    assert (first["status"], first["output"]) == ("cancelled", None)


def test_an_attempt_goes_on_with_the_best_of_the_one_before(
    client: APIClient, table: File, run_jobs: Run
) -> None:
    before = done(client, table, run_jobs)
    row = begun(client, table)
    Optimisation.objects.filter(pk=row.pk).update(
        pipeline=before.pipeline, best=before.best, content_bytes=before.content_bytes
    )
    Trial.objects.create(
        optimisation=row,
        number=1,
        attempt=1,
        kind="plain",
        iteration=0,
        elapsed_s=19.9,
        candidate="zstd 9",
        content=10,
        size=9,
        encode_s=0.1,
    )
    (job,) = run_jobs()
    assert job.status == "succeeded"
    trace = list(row.trace.all())
    assert trace[1].number == 2
    assert trace[1].elapsed_s >= 19.9
    assert trace[1].is_best
    row.refresh_from_db()
    assert row.best is not None
    assert before.best is not None
    assert row.best["size"] <= before.best["size"]


def test_others_see_nothing(
    client: APIClient, api: Callable[..., APIClient], ben: User, table: File, run_jobs: Run
) -> None:
    row = done(client, table, run_jobs)
    outsider = api(ben)
    assert ask(outsider, table).status_code == 404
    for path in ("", "/trace"):
        assert outsider.get(f"{API}/optimizations/{row.pk}{path}").status_code == 404
    assert outsider.post(f"{API}/optimizations/{row.pk}/keep").status_code == 404
    assert outsider.delete(f"{API}/optimizations/{row.pk}").status_code == 404
    assert outsider.get(f"{API}/optimizations").json()["count"] == 0


def test_it_can_be_deleted_and_its_result_stays(client: APIClient, table: File, run_jobs: Run) -> None:
    row = begun(client, table)
    assert client.delete(f"{API}/optimizations/{row.pk}").status_code == 409
    run_jobs()
    assert client.delete(f"{API}/optimizations/{row.pk}").status_code == 204
    assert Result.objects.count() == 1
    assert not Trial.objects.exists()


def test_a_file_that_was_deleted_meanwhile_is_no_riddle(
    client: APIClient, table: File, ada: User, run_jobs: Run
) -> None:
    begun(client, table)
    file_delete(file=table, actor=ada)
    (job,) = run_jobs()
    assert job.status == "failed"
    assert job.error is not None
    assert job.error["code"] == "file_deleted"


@pytest.mark.parametrize("data", [b"", b"x", bytes(200_000)], ids=["empty", "a byte", "zeros"])
def test_any_content_has_a_best(client: APIClient, ada: User, run_jobs: Run, data: bytes) -> None:
    row = done(client, store(ada, odd=data)[0], run_jobs)
    assert row.result is not None
    assert row.result.verified


def test_the_quota_holds(client: APIClient, table: File, ada: User, run_jobs: Run) -> None:
    row = begun(client, table)
    ada.quota_bytes = len(ROWS) + 10
    ada.save()
    (job,) = run_jobs()
    assert job.status == "failed"
    assert job.error is not None
    assert job.error["code"] in ("quota_exceeded", "output_limit_exceeded")
    row.refresh_from_db()
    assert row.best is not None
    with pytest.raises(Conflict):
        services.optimisation_keep(optimisation=row, actor=ada)


def test_a_list_takes_the_same_queries_for_any_number(
    client: APIClient, table: File, run_jobs: Run, django_assert_num_queries: Any
) -> None:
    for _ in range(2):
        done(client, table, run_jobs)
        with django_assert_num_queries(3):  # the token, the count, the rows
            assert client.get(f"{API}/optimizations").status_code == 200
