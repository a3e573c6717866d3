"""Recommendations through the API: ranked, kept, followed by a compression, and refused."""

import gzip
from collections.abc import Callable
from typing import Any
from unittest.mock import Mock

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.models import AuditEntry, User
from compression.choices import AlgorithmStatus
from compression.learning.choices import Origin
from compression.learning.models import LearningSettings
from compression.models import Algorithm, Outcome, OutcomeTrial, Recommendation, Result
from compression.recommending import services
from compression.services import algorithms_sync
from core.models import Job
from files.models import File
from tests.compression.engine.samples import prose
from tests.problems import assert_problem

API = "/api/v1/compression/enhanced/recommend"
COMPRESS = "/api/v1/compression/enhanced/compress"
TEXT = "".join(
    f"2024-01-{1 + n % 28:02d} station {n % 7} measured {n * 37 % 1000 / 10}\n" for n in range(4000)
)


@pytest.fixture(autouse=True)
def algorithms(db: None, settings: Any) -> None:
    """The process that has the engine loaded may have to be started first."""
    settings.INLINE_WALL_S = 60
    algorithms_sync()


@pytest.fixture
def client(api: Callable[..., APIClient], ada: User) -> APIClient:
    return api(ada)


def asked(client: APIClient, status: int = 201, path: str = API, **call: Any) -> dict[str, Any]:
    response = client.post(path, {"text": TEXT, **call}, format="json")
    assert response.status_code == status, response.content
    found: dict[str, Any] = response.json()
    return found


def test_it_is_ranked_with_intervals_and_reasons(client: APIClient, ada: User) -> None:
    body = asked(client)
    assert body["content"]["size"] == len(TEXT)
    assert body["content"]["kind"] == File.objects.get().kind
    assert body["content"]["incompressible"] is False
    assert body["content"]["words"].startswith("text, ")
    assert body["model"]["version"] == 1
    assert len(body["model"]["id"]) == 64
    found = body["recommendations"]
    assert [one["rank"] for one in found] == [1, 2, 3, 4, 5]
    for one in found:
        assert set(one["predicted"]) == {"ratio", "compress_mb_s", "decompress_mb_s", "memory_bytes"}
        assert one["predicted"]["ratio"]["low"] <= one["predicted"]["ratio"]["value"]
        assert one["reasons"]
        call = {"text": TEXT, "algorithm": one["algorithm"], "params": one["params"]}
        if one["level"] is not None:
            call["level"] = one["level"]
        assert client.post("/api/v1/compression/compress", call, format="json").status_code == 201
    assert found[0]["search"]
    assert any(one["tried"] for one in found)
    assert client.get(f"{API}/{body['id']}").json()["id"] == body["id"]
    made = AuditEntry.objects.filter(action="file.recommended", actor=ada, target_id=body["id"])
    assert made.count() == 1


def test_what_was_tried_is_written_down_as_a_decision(client: APIClient, ada: User) -> None:
    body = asked(client, objective="balanced")
    row = Outcome.objects.get(origin=Origin.DECISION)
    assert (str(row.source_id), row.owner, row.objective) == (body["id"], ada, "balanced")
    assert row.chosen == Recommendation.objects.get().found.best.action
    trial = OutcomeTrial.objects.filter(outcome=row).first()
    assert trial
    assert trial.predicted
    assert trial.scope == "sample"
    assert trial.predicted["ratio"][1] <= trial.predicted["ratio"][0]
    asked(client, budget_ms=0)
    assert Outcome.objects.count() == 1


def test_the_answer_does_not_depend_on_the_ledger(client: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "outcome_record", Mock(side_effect=RuntimeError))
    assert asked(client)["recommendations"]
    assert Recommendation.objects.exists()


def test_limit_budget_and_constraints_are_kept_to(client: APIClient) -> None:
    body = asked(client, limit=2, budget_ms=0, constraints={"min_decompress_mb_s": 200})
    assert len(body["recommendations"]) == 2
    assert body["constraints"] == {"min_decompress_mb_s": 200}
    for one in body["recommendations"]:
        assert one["tried"] is None
        assert one["predicted"]["decompress_mb_s"]["value"] >= 200
    best = asked(client, constraints={"min_compress_mb_s": 1e6})["recommendations"][0]
    assert best["misses"] == ["min_compress_mb_s"]


def test_what_is_compressed_already_is_said_to_be(client: APIClient) -> None:
    file = SimpleUploadedFile("a.gz", gzip.compress(prose(200_000), 9))
    response = client.post(API, {"file": file, "objective": "speed"}, format="multipart")
    body = response.json()
    assert response.status_code == 201, body
    assert body["content"]["incompressible"] is True
    assert body["recommendations"][0]["algorithm"] == "store"
    assert not Outcome.objects.exists()


@pytest.mark.parametrize("content", [b"", b"x"])
def test_the_least_there_can_be(client: APIClient, content: bytes) -> None:
    for path in (API, COMPRESS):
        file = SimpleUploadedFile("small", content)
        response = client.post(path, {"file": file}, format="multipart")
        assert response.status_code == 201, response.content


def test_only_algorithms_in_use_are_recommended(client: APIClient) -> None:
    Algorithm.objects.exclude(name__in=["zstd", "gzip"]).update(status=AlgorithmStatus.DISABLED)
    found = asked(client, limit=29)["recommendations"]
    assert {one["algorithm"] for one in found} == {"zstd", "gzip"}
    Algorithm.objects.update(status=AlgorithmStatus.DISABLED)
    assert asked(client, status=409)["code"] == "nothing_enabled"


@pytest.mark.parametrize(
    ("call", "field"),
    [
        ({"objective": "beauty"}, "objective"),
        ({"constraints": {"min_compress_mb_s": -1}}, "constraints.min_compress_mb_s"),
        ({"constraints": {"least": 1}}, "constraints.least"),
        ({"budget_ms": 10**9}, "budget_ms"),
        ({"limit": 0}, "limit"),
        ({"what": 1}, "what"),
    ],
)
def test_wrong_calls_are_refused(client: APIClient, call: dict[str, Any], field: str) -> None:
    for path in (API, COMPRESS):
        body = asked(client, status=400, path=path, **call)
        if path == API:
            assert body["errors"][0]["field"] == field
    assert not Recommendation.objects.exists()
    assert not File.objects.exists()


def test_files_of_others_and_deleted_ones_are_not_there(
    client: APIClient, api: Callable[..., APIClient], ben: User
) -> None:
    made = asked(client)
    stranger = api(ben)
    assert stranger.get(f"{API}/{made['id']}").status_code == 404
    call = {"file": made["file"]}
    for path in (API, COMPRESS):
        assert_problem(stranger.post(path, call, format="json"), 404, "not_found")
    client.delete(f"/api/v1/files/delete/{made['file']}")
    for path in (API, COMPRESS):
        assert_problem(client.post(path, call, format="json"), 404, "not_found")


def test_recommend_and_compress_in_one_step(client: APIClient) -> None:
    body = asked(client, path=COMPRESS, objective="balanced")
    said = body["recommendation"]
    assert (body["algorithm"], body["level"]) == (said["algorithm"], said["level"])
    assert said["rank"] == 1
    assert body["verified"]
    result = Result.objects.get()
    assert client.get(f"/api/v1/compression/results/{result.pk}").json()["ratio"] == body["ratio"]


def test_as_a_job_its_result_says_what_it_followed(
    client: APIClient, run_jobs: Callable[[], list[Job]]
) -> None:
    response = client.post(COMPRESS, {"text": TEXT}, format="json", headers={"Prefer": "respond-async"})
    assert response.status_code == 202
    (job,) = run_jobs()
    assert job.status == "succeeded", job.error
    assert job.result
    assert job.result["recommendation"]["algorithm"] == job.result["algorithm"] == "dcz"


def test_as_code(client: APIClient) -> None:
    made = asked(client, constraints={"max_memory_bytes": 50_000_000})
    found = {one["language"]: one["code"] for one in client.get(f"{API}/{made['id']}/snippets").json()}
    assert made["file"] in found["curl"]
    assert '"max_memory_bytes": 50000000' in found["curl"]
    assert "dynacomp recommend --objective=ratio --max-memory=50000000 text.txt" in found["command_line"]


def test_a_refused_compression_leaves_nothing(client: APIClient) -> None:
    Algorithm.objects.update(status=AlgorithmStatus.DISABLED)
    assert_problem(client.post(COMPRESS, {"text": TEXT}, format="json"), 409, "nothing_enabled")
    assert not File.objects.filter(deleted_at=None).exists()


def test_an_action_that_is_switched_off_is_not_recommended(client: APIClient) -> None:
    LearningSettings.objects.update_or_create(pk=1, defaults={"actions_off": ["xz-6", "brotli-11"]})
    found = client.post(API, {"text": TEXT, "objective": "ratio", "limit": 29}, format="json").json()
    told = [(one["algorithm"], one["level"]) for one in found["recommendations"]]
    assert ("zstd", 19) in told
    assert not {("xz", 6), ("brotli", 11)} & set(told)
