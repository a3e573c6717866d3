"""The main job through the API: bytes in, a standard format out, the same bytes back."""

import gzip
import hashlib
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.models import AuditEntry, User
from compression import services
from compression.choices import AlgorithmStatus
from compression.engine import codecs
from compression.models import Algorithm, HistoryEntry, Result
from core.models import Job
from files.models import File, StoredObject

API = "/api/v1/compression"
TEXT = "one potato, two potato, three potato, four. " * 200


@pytest.fixture(autouse=True)
def algorithms(db: None) -> None:
    services.algorithms_sync()


@pytest.fixture
def client(api: Callable[..., APIClient], ada: User) -> APIClient:
    return api(ada)


def upload(client: APIClient, data: bytes, name: str = "data.bin") -> dict[str, Any]:
    response = client.post(
        "/api/v1/files/upload", {"file": SimpleUploadedFile(name, data)}, format="multipart"
    )
    assert response.status_code == 201, response.content
    found: dict[str, Any] = response.json()
    return found


def download(client: APIClient, file: str) -> bytes:
    response: Any = client.get(f"/api/v1/files/download/{file}")
    assert response.status_code == 200
    return b"".join(response.streaming_content) if response.streaming else response.content


@pytest.mark.parametrize("name", sorted(codecs.all_codecs()))
def test_every_algorithm_gives_back_what_it_was_given(client: APIClient, name: str) -> None:
    data = TEXT.encode()
    packed = client.post(f"{API}/compress", {"text": TEXT, "algorithm": name}, format="json")
    assert packed.status_code == 201, packed.content
    result = packed.json()
    assert result["operation"] == "compress"
    assert result["verified"] is True
    assert result["checksum"] == hashlib.sha256(data).hexdigest()
    assert result["original_size"] == len(data)
    assert result["compressed_size"] == len(download(client, result["output"]))
    assert result["ratio"] == pytest.approx(len(data) / result["compressed_size"], rel=1e-3)
    back = client.post(
        f"{API}/decompress", {"file": result["output"], "algorithm": name}, format="json"
    ).json()
    assert download(client, back["output"]) == data
    assert back["checksum"] == result["checksum"]


def test_an_upload_beside_its_parameters(client: APIClient) -> None:
    response = client.post(
        f"{API}/compress",
        {
            "file": SimpleUploadedFile("notes.txt", TEXT.encode()),
            "algorithm": "zstd",
            "level": "19",
            "params": json.dumps({"checksum": False}),
        },
        format="multipart",
    )
    assert response.status_code == 201, response.content
    result = response.json()
    assert (result["level"], result["params"]["checksum"]) == (19, False)
    assert File.objects.get(pk=result["output"]).name == "notes.txt.zst"
    assert File.objects.get(pk=result["file"]).name == "notes.txt"


def test_the_format_is_found_from_the_bytes_not_the_name(client: APIClient) -> None:
    file = upload(client, gzip.compress(b"hello " * 50), name="picture.png")
    response = client.post(f"{API}/decompress", {"file": file["id"]}, format="json")
    assert response.status_code == 201, response.content
    assert response.json()["algorithm"] == "gzip"
    assert download(client, response.json()["output"]) == b"hello " * 50


def test_an_empty_file_goes_through(client: APIClient) -> None:
    file = upload(client, b"", name="empty")
    result = client.post(f"{API}/compress", {"file": file["id"], "algorithm": "xz"}, format="json").json()
    assert (result["original_size"], result["ratio"]) == (0, 0.0)
    back = client.post(f"{API}/decompress", {"file": result["output"]}, format="json").json()
    assert download(client, back["output"]) == b""


def test_respond_async_makes_a_job_with_the_same_result(
    client: APIClient, run_jobs: Callable[[], list[Job]]
) -> None:
    file = upload(client, TEXT.encode())
    response = client.post(
        f"{API}/compress",
        {"file": file["id"], "algorithm": "zstd"},
        format="json",
        headers={"Prefer": "respond-async"},
    )
    assert response.status_code == 202
    assert response["Location"] == f"/api/v1/jobs/{response.json()['id']}"
    (job,) = run_jobs()
    assert (job.status, job.progress_done, job.progress_total) == ("succeeded", len(TEXT), len(TEXT))
    shown = client.get(response["Location"]).json()
    result = Result.objects.get()
    assert shown["result"] == client.get(f"{API}/results/{result.pk}").json()
    assert result.job_id == job.pk


def test_a_large_input_becomes_a_job(client: APIClient, settings: Any) -> None:
    settings.INLINE_LIMIT_BYTES = 1000
    file = upload(client, TEXT.encode())
    body = {"file": file["id"], "algorithm": "zstd"}
    assert client.post(f"{API}/compress", body, format="json").status_code == 202
    assert not Result.objects.exists()


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({"text": "x", "algorithm": "nope"}, 422, "unknown_algorithm", "algorithm"),
        ({"text": "x", "algorithm": "zstd", "level": 99}, 422, "invalid_params", "level"),
        ({"text": "x", "algorithm": "zstd", "level": "much"}, 400, "invalid", "level"),
        ({"text": "x", "algorithm": "zstd", "params": {"colour": 3}}, 422, "invalid_params", "params.colour"),
        ({"text": "x", "algorithm": "zstd", "params": "{"}, 400, "invalid", "params"),
        ({"text": "x", "algorithm": "zstd", "params": "[" * 100_000}, 400, "invalid", "params"),
        ({"text": "x", "algorithm": "zstd", "params": '{"a": 1e999}'}, 400, "bad_number", "params.a"),
        ({"text": "x", "algorithm": "store", "level": 3}, 422, "invalid_params", "level"),
        ({"text": "x"}, 400, "invalid", "algorithm"),
        ({"algorithm": "zstd"}, 400, "invalid", "file"),
        ({"text": "x", "file": str(uuid4()), "algorithm": "zstd"}, 400, "invalid", "file"),
        ({"file": "no id", "algorithm": "zstd"}, 400, "invalid", "file"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(
    client: APIClient, body: dict[str, Any], status: int, code: str, field: str
) -> None:
    response = client.post(f"{API}/compress", body, format="json")
    problem = response.json()
    assert (response.status_code, problem["code"]) == (status, code), problem
    assert [error["field"] for error in problem["errors"]] == [field]
    assert not Result.objects.exists()
    assert not HistoryEntry.objects.exists()
    assert not File.objects.exists()


def test_a_damaged_stream_is_refused_and_noted(client: APIClient) -> None:
    packed = gzip.compress(TEXT.encode())
    for data, code in ((packed[:-9], "truncated_stream"), (packed[:40] + b"\x00" * 20, "corrupt_stream")):
        file = upload(client, data)
        response = client.post(f"{API}/decompress", {"file": file["id"], "algorithm": "gzip"}, format="json")
        assert (response.status_code, response.json()["code"]) == (422, code)
        assert ("upload it again" in response.json()["detail"]) == (code == "truncated_stream")
    assert not Result.objects.exists()
    outcomes = HistoryEntry.objects.order_by("created_at").values_list("succeeded", "error_code")
    assert list(outcomes) == [(False, "truncated_stream"), (False, "corrupt_stream")]


def test_of_a_refused_call_nothing_stays_but_its_outcome(client: APIClient) -> None:
    damaged = gzip.compress(TEXT.encode())[:-9]
    sent = {"file": SimpleUploadedFile("bad.gz", damaged)}
    response = client.post(f"{API}/decompress", sent, format="multipart")
    assert (response.status_code, response.json()["code"]) == (422, "truncated_stream")
    assert not File.objects.exists(), "not even as a deleted file that could be had back"
    assert not StoredObject.objects.exists()
    assert HistoryEntry.objects.get().content_sha256 == hashlib.sha256(damaged).hexdigest()


def test_input_and_output_of_a_small_call_are_stored_in_few_statements(
    client: APIClient, django_assert_num_queries: Any
) -> None:
    client.post(f"{API}/compress", {"text": TEXT, "algorithm": "zstd"}, format="json")
    # token, algorithm, room; savepoint, locks, objects, usage, files, audit, result, ledger, audit, release
    with django_assert_num_queries(13):
        client.post(f"{API}/compress", {"text": TEXT + "more", "algorithm": "zstd"}, format="json")


def test_bytes_without_a_mark_ask_for_the_algorithm(client: APIClient) -> None:
    file = upload(client, b"just words")
    response = client.post(f"{API}/decompress", {"file": file["id"]}, format="json")
    assert (response.status_code, response.json()["code"]) == (422, "unknown_format")


def test_a_bomb_is_stopped(client: APIClient, settings: Any, run_jobs: Callable[[], list[Job]]) -> None:
    settings.DECODED_LIMIT_BYTES = 3_000_000
    settings.INLINE_OUTPUT_BYTES = 1_000_000
    file = upload(client, gzip.compress(bytes(50_000_000)))
    response = client.post(f"{API}/decompress", {"file": file["id"]}, format="json")
    assert response.status_code == 202
    (job,) = run_jobs()
    assert job.status == "failed"
    assert job.error is not None
    assert job.error["code"] == "output_limit_exceeded"
    assert File.objects.visible_to(job.owner).count() == 1


def test_a_disabled_algorithm_refuses(client: APIClient, mia: User) -> None:
    services.algorithm_set_status(
        algorithm=Algorithm.objects.get(name="bzip2"), status=AlgorithmStatus.DISABLED, actor=mia
    )
    response = client.post(f"{API}/compress", {"text": "x", "algorithm": "bzip2"}, format="json")
    assert (response.status_code, response.json()["code"]) == (422, "algorithm_disabled")
    listed = {row["name"]: row["enabled"] for row in client.get(f"{API}/algorithms").json()["results"]}
    assert listed["bzip2"] is False
    assert listed["zstd"] is True


def test_outsiders_see_nothing(api: Callable[..., APIClient], client: APIClient, ben: User) -> None:
    result = client.post(f"{API}/compress", {"text": TEXT, "algorithm": "zstd"}, format="json").json()
    other = api(ben)
    assert other.get(f"{API}/results/{result['id']}").status_code == 404
    assert other.get(f"{API}/results").json()["count"] == 0
    body = {"file": result["file"], "algorithm": "zstd"}
    assert other.post(f"{API}/compress", body, format="json").status_code == 404
    assert not Result.objects.filter(owner=ben).exists()


def test_a_viewer_may_look_but_not_work(api: Callable[..., APIClient], vera: User) -> None:
    client = api(vera)
    assert client.get(f"{API}/algorithms").status_code == 200
    response = client.post(f"{API}/compress", {"text": "x", "algorithm": "zstd"}, format="json")
    assert (response.status_code, response.json()["code"]) == (403, "role_missing")


def test_the_outcome_and_the_audit_row_are_written_with_the_result(client: APIClient, ada: User) -> None:
    body = client.post(f"{API}/compress", {"text": TEXT, "algorithm": "zstd"}, format="json").json()
    outcome = HistoryEntry.objects.get()
    assert (str(outcome.result_id), outcome.succeeded, outcome.owner) == (body["id"], True, ada)
    assert (outcome.original_size, outcome.compressed_size) == (
        body["original_size"],
        body["compressed_size"],
    )
    assert AuditEntry.objects.filter(action="file.compressed", actor=ada, target_id=body["id"]).count() == 1


def test_the_same_key_compresses_once(client: APIClient) -> None:
    body = {"text": TEXT, "algorithm": "zstd"}
    first = client.post(f"{API}/compress", body, format="json", headers={"Idempotency-Key": "k1"})
    again = client.post(f"{API}/compress", body, format="json", headers={"Idempotency-Key": "k1"})
    other = client.post(
        f"{API}/compress", body | {"level": 9}, format="json", headers={"Idempotency-Key": "k1"}
    )
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert first.json() == again.json()
    assert Result.objects.count() == 1


def test_lists_have_a_fixed_number_of_queries(client: APIClient, django_assert_num_queries: Any) -> None:
    for level in (1, 2, 3):
        client.post(f"{API}/compress", {"text": TEXT, "algorithm": "zstd", "level": level}, format="json")
    with django_assert_num_queries(3):  # the token, the count, the page
        response = client.get(f"{API}/results?algorithm=zstd&ordering=-compressed_size")
    assert response.json()["count"] == 3
    with django_assert_num_queries(3):
        assert client.get(f"{API}/algorithms").json()["count"] == len(codecs.all_codecs())


def test_the_detail_of_an_algorithm_has_measured_statistics(client: APIClient) -> None:
    client.post(f"{API}/compress", {"text": TEXT, "algorithm": "zstd"}, format="json")
    body = client.get(f"{API}/algorithms/zstd").json()
    assert body["levels"] == {"min": -7, "max": 22, "default": 3}
    assert body["params"]["properties"]["level"]["maximum"] == 22
    assert body["statistics"]["runs"] == 1
    assert body["statistics"]["ratio"]["value"] > 1
    assert client.get(f"{API}/algorithms/nope").status_code == 404


@pytest.mark.parametrize("threads", [1, 3])
def test_a_job_compresses_a_large_file_in_frames_on_all_cores(
    client: APIClient, run_jobs: Callable[[], list[Job]], settings: Any, threads: int
) -> None:
    settings.CODEC_THREADS = threads
    data = TEXT.encode() * (20 * 1024 * 1024 // len(TEXT))
    given = upload(client, data)
    call = {"file": given["id"], "algorithm": "gzip", "level": 1}
    assert client.post(f"{API}/compress", call, format="json").status_code == 202
    (job,) = run_jobs()
    assert job.result is not None
    packed = download(client, job.result["output"])
    assert gzip.decompress(packed) == data
    alone = codecs.codec_from({"id": "gzip", "level": 1}).encode(data[: 8 * 1024 * 1024])
    assert packed.startswith(alone)
    assert packed[len(alone) : len(alone) + 2] == b"\x1f\x8b"


@pytest.mark.parametrize("call", ["compress", "decompress", "compare"])
def test_a_file_that_is_not_there_is_named_as_the_field(ada: User, api: Any, call: str) -> None:
    body = {"file": "00000000-0000-4000-8000-000000000000"}
    if call == "compress":
        body["algorithm"] = "zstd"
    answer = api(ada).post(f"{API}/{call}", body, format="json")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert [error["field"] for error in answer.json()["errors"]] == ["file"]
