"""What goes wrong in a batch: it stays with its item, and a retry takes it up."""

import hashlib
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from rest_framework.test import APIClient

from accounts.models import User
from compression import services
from compression.batch.choices import ItemStatus
from compression.batch.models import Batch, BatchItem
from compression.choices import AlgorithmStatus
from compression.engine import isolation
from compression.engine.errors import CodecCrashed
from compression.models import Algorithm, HistoryEntry, Result
from core.errors import TooLarge
from core.models import Job
from files.models import File
from files.services import file_delete
from tests.compression.batches import API, Run, algorithms, begin, client, store, three, words

assert algorithms
assert client
assert three  # fixtures


def test_an_item_that_fails_ends_nothing_but_itself(
    client: APIClient, three: list[File], run_jobs: Run, settings: Any
) -> None:
    job = begin(client, three, "zstd", "brotli")
    settings.CODEC_MEMORY_BYTES = 50 * 2**20  # enough for zstd
    (ended,) = run_jobs()
    assert (ended.status, ended.result and ended.result["counts"]) == (
        "succeeded",
        {"pending": 0, "running": 0, "succeeded": 3, "failed": 3, "cancelled": 0},
    )
    listed = client.get(f"{API}/batches/{Batch.objects.get().pk}/items?status=failed").json()
    assert listed["count"] == 3
    assert {row["error"]["code"] for row in listed["results"]} == {"memory_limit_exceeded"}
    assert all(row["result"] is None for row in listed["results"])
    assert HistoryEntry.objects.filter(succeeded=False, algorithm="brotli", job_id=job["id"]).count() == 3
    assert Result.objects.count() == 3
    log = client.get(f"/api/v1/jobs/{job['id']}/log").json()["results"]
    assert len([line for line in log if "brotli" in line["line"]]) == 3


def test_a_retry_takes_up_what_failed_and_nothing_else(
    client: APIClient, three: list[File], run_jobs: Run, settings: Any
) -> None:
    before = settings.CODEC_MEMORY_BYTES
    begin(client, three, "zstd", "brotli")
    settings.CODEC_MEMORY_BYTES = 50 * 2**20
    (first,) = run_jobs()
    settings.CODEC_MEMORY_BYTES = before
    batch = Batch.objects.get()
    kept = dict(batch.items.filter(status="succeeded").values_list("position", "result_id"))
    archive = batch.archive_id
    response = client.post(f"{API}/batches/{batch.pk}/retry")
    assert (response.status_code, response.json()["retry_of"]) == (202, str(first.pk))
    (again,) = run_jobs()
    assert again.result is not None
    assert again.result["counts"]["succeeded"] == 6
    assert dict(batch.items.filter(position__in=kept).values_list("position", "result_id")) == kept
    assert set(batch.items.values_list("attempt", flat=True)) == {1, 2}
    assert Result.objects.count() == 6
    batch.refresh_from_db()
    assert (batch.job_id, batch.archive_id != archive) == (again.pk, True)
    assert not File.objects.visible_to(batch.owner).filter(pk=archive).exists()
    nothing = client.post(f"{API}/batches/{batch.pk}/retry")
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_to_retry")


def test_the_retry_of_the_job_is_a_retry_of_the_batch(
    client: APIClient, three: list[File], run_jobs: Run, settings: Any
) -> None:
    begin(client, three, "brotli")
    before, settings.CODEC_MEMORY_BYTES = settings.CODEC_MEMORY_BYTES, 50 * 2**20
    (first,) = run_jobs()
    settings.CODEC_MEMORY_BYTES = before
    assert client.post(f"/api/v1/jobs/{first.pk}/retry").status_code == 202
    (again,) = run_jobs()
    assert again.result is not None
    assert (again.status, again.result["counts"]["succeeded"]) == ("succeeded", 3)
    assert Batch.objects.get().job_id == again.pk
    for done in (first, again):
        nothing = client.post(f"/api/v1/jobs/{done.pk}/retry")
        assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_to_retry")
    assert Job.objects.count() == 2


def test_a_group_with_a_bad_one_is_done_one_by_one(
    client: APIClient, three: list[File], run_jobs: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*args: Any, **options: Any) -> Any:
        raise CodecCrashed("The codec crashed", signal=11)

    monkeypatch.setattr(isolation, "encode_many", crash)
    begin(client, three, "zstd")
    (job,) = run_jobs()
    assert job.result is not None
    assert job.result["counts"]["succeeded"] == 3


def test_what_the_quota_has_no_room_for_fails_alone(client: APIClient, ada: User, run_jobs: Run) -> None:
    noise = bytes(hashlib.sha256(str(n).encode()).digest()[n % 32] for n in range(60_000))
    small, large = store(ada, small=words(1), large=noise)
    begin(client, [large, small], "zstd")
    ada.quota_bytes = small.size + large.size + 10_000
    ada.save()
    (job,) = run_jobs()
    assert job.result is not None
    first, second = job.result["items"]
    assert (first["status"], second["status"]) == ("failed", "succeeded")
    assert first["error"]["code"] in ("quota_exceeded", "output_limit_exceeded")


def test_an_archive_without_room_is_told_and_the_items_stay(
    client: APIClient, three: list[File], ada: User, run_jobs: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**options: Any) -> Any:
        raise TooLarge("Your quota has no room.", code="quota_exceeded")

    begin(client, three, "zstd")
    monkeypatch.setattr("files.services.file_adopt", full)
    (job,) = run_jobs()
    assert job.result is not None
    assert (job.status, job.result["archive"], job.result["archive_error"]["code"]) == (
        "succeeded",
        None,
        "quota_exceeded",
    )
    assert job.result["counts"]["succeeded"] == 3


def test_a_file_that_was_deleted_meanwhile_fails_alone(
    client: APIClient, three: list[File], ada: User, run_jobs: Run
) -> None:
    begin(client, three, "zstd")
    file_delete(file=three[1], actor=ada)
    (job,) = run_jobs()
    assert job.result is not None
    assert [item["status"] for item in job.result["items"]] == ["succeeded", "failed", "succeeded"]
    assert job.result["items"][1]["error"]["code"] == "file_deleted"


def test_an_algorithm_that_was_disabled_meanwhile_fails_alone(
    client: APIClient, three: list[File], mia: User, run_jobs: Run
) -> None:
    begin(client, three, "zstd", "bzip2")
    services.algorithm_set_status(
        algorithm=Algorithm.objects.get(name="bzip2"), status=AlgorithmStatus.DISABLED, actor=mia
    )
    (job,) = run_jobs()
    assert job.result is not None
    counts = job.result["counts"]
    assert (counts["succeeded"], counts["failed"]) == (3, 3)
    assert BatchItem.objects.filter(error__code="algorithm_disabled").count() == 3


def test_the_states_are_kept_by_the_database(client: APIClient, three: list[File], run_jobs: Run) -> None:
    begin(client, three, "zstd")
    run_jobs()
    with pytest.raises(IntegrityError, match="final"), transaction.atomic():
        BatchItem.objects.update(status=ItemStatus.PENDING)
    assert set(BatchItem.objects.values_list("status", flat=True)) == {"succeeded"}
