"""Batches through the API: many files, several algorithms, one job."""

import io
import zipfile
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts.models import AuditEntry, User
from compression.batch.models import Batch, BatchItem
from compression.engine import codecs
from compression.models import HistoryEntry, Result
from core.models import Job
from files.models import File
from tests.compression.batches import API, Run, algorithms, ask, begin, client, content, store, three, words

assert algorithms
assert client
assert three  # fixtures


def test_files_times_algorithms(client: APIClient, three: list[File], run_jobs: Run) -> None:
    begin(client, three, {"algorithm": "zstd", "level": 19}, "xz")
    (job,) = run_jobs()
    assert (job.status, job.kind, job.title) == (
        "succeeded",
        "compress_batch",
        "Compress 3 files with zstd, xz",
    )
    assert job.result is not None
    result = job.result
    assert (result["count"], result["counts"]["succeeded"], result["counts"]["failed"]) == (6, 6, 0)
    assert [(item["file"], item["algorithm"], item["status"]) for item in result["items"]] == [
        (str(file.pk), algorithm, "succeeded") for file in three for algorithm in ("zstd", "xz")
    ]
    for item in result["items"]:
        packed = content(item["result"]["output"])
        assert len(packed) == item["result"]["compressed_size"]
        original = content(item["file"])
        assert codecs.get(item["algorithm"])().decode(packed) == original
    output = File.objects.get(pk=result["items"][4]["result"]["output"])
    assert (output.name, output.folder, output.kind) == ("b.txt.zst", "logs/2026", "compressed")


def test_the_job_names_its_batch_from_the_beginning(client: APIClient, three: list[File]) -> None:
    job = begin(client, three, "zstd")
    assert (job["status"], job["subject_type"]) == ("queued", "batch")
    assert client.get(f"/api/v1/jobs/{job['id']}").json()["subject_id"] == job["subject_id"]
    assert client.get(f"{API}/batches/{job['subject_id']}").json()["job"] == job["id"]


def test_the_archive_has_the_folders(client: APIClient, three: list[File], run_jobs: Run) -> None:
    begin(client, three, "gzip")
    begin(
        client,
        three,
        "gzip",
        {"algorithm": "gzip", "level": 1},
        {"algorithm": "gzip", "params": {"strategy": "rle"}},
    )
    one, several = run_jobs()
    assert one.result is not None
    assert several.result is not None
    with zipfile.ZipFile(io.BytesIO(content(one.result["archive"]))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["a.txt.gz", "logs/a.txt.gz", "logs/2026/b.txt.gz"]
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}
        assert codecs.get("gzip")().decode(archive.read("logs/a.txt.gz")) == words(2)
    with zipfile.ZipFile(io.BytesIO(content(several.result["archive"]))) as archive:
        folders = sorted({name.split("/")[0] for name in archive.namelist()})
        assert folders == ["gzip-1", "gzip-6", "gzip-6 (2)"]
        assert len(set(archive.namelist())) == 9


def test_the_same_path_twice_gets_a_number(client: APIClient, ada: User, run_jobs: Run) -> None:
    first, second = store(ada, a=words(1))[0], store(ada, a=words(2))[0]
    begin(client, [first, second], "zstd")
    (job,) = run_jobs()
    assert job.result is not None
    with zipfile.ZipFile(io.BytesIO(content(job.result["archive"]))) as archive:
        assert archive.namelist() == ["a.txt.zst", "a (2).txt.zst"]


def test_large_and_small_ones_together(
    client: APIClient, ada: User, run_jobs: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("compression.batch.groups.SMALL_BYTES", 1000)
    monkeypatch.setattr("compression.batch.groups.GROUP_ITEMS", 4)
    files = store(ada, **{f"f{n}": words(n, 1 + n * 4) for n in range(20)})
    begin(client, files, "zstd", "lz4")
    (job,) = run_jobs()
    assert job.result is not None
    assert job.result["counts"]["succeeded"] == 40
    outputs = {item["result"]["output"] for item in job.result["items"]}
    assert len(outputs) == 40
    for item in job.result["items"]:
        assert codecs.get(item["algorithm"])().decode(content(item["result"]["output"])) == content(
            item["file"]
        )


def test_small_ones_share_a_child(
    client: APIClient, three: list[File], run_jobs: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def alone(*args: Any) -> Any:
        raise AssertionError("one that is small got a child of its own")

    monkeypatch.setattr("compression.batch.work._alone", alone)
    begin(client, three, "zstd", "gzip")
    (job,) = run_jobs()
    assert job.result is not None
    assert job.result["counts"]["succeeded"] == 6


def test_files_can_be_searched_for(client: APIClient, three: list[File], ben: User, run_jobs: Run) -> None:
    store(ben, logs__c=words(9))
    response = ask(client, search={"folder": "logs"}, algorithms=[{"algorithm": "zstd"}])
    assert response.status_code == 202, response.content
    assert set(BatchItem.objects.values_list("file_id", flat=True)) == {three[1].pk, three[2].pk}
    saved = client.post(
        "/api/v1/files/searches", {"name": "logs", "criteria": {"folder": "logs/2026"}}, format="json"
    ).json()
    BatchItem.objects.all().delete()
    assert ask(client, search=saved["id"], algorithms=[{"algorithm": "zstd"}]).status_code == 202
    assert list(BatchItem.objects.values_list("file_id", flat=True)) == [three[2].pk]
    nothing = ask(client, search={"folder": "nowhere"}, algorithms=[{"algorithm": "zstd"}])
    assert (nothing.status_code, nothing.json()["code"]) == (422, "nothing_found")


@pytest.mark.parametrize(
    ("change", "status", "code", "field"),
    [
        ({"algorithms": [{"algorithm": "nope"}]}, 422, "unknown_algorithm", "algorithms.0.algorithm"),
        (
            {"algorithms": [{"algorithm": "xz"}, {"algorithm": "zstd", "level": 99}]},
            422,
            "invalid_params",
            "algorithms.1.level",
        ),
        (
            {"algorithms": [{"algorithm": "xz"}, {"algorithm": "xz", "level": 6}]},
            422,
            "double",
            "algorithms.1",
        ),
        ({"algorithms": []}, 400, "invalid", "algorithms"),
        ({"files": []}, 400, "invalid", "files"),
        ({"files": [str(uuid4())]}, 404, "not_found", "files"),
        ({"files": ["x"]}, 400, "invalid", "files.0"),
        ({"search": {"folder": "logs"}}, 400, "invalid", "files"),
        ({"files": None}, 400, "invalid", "files"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(
    client: APIClient, three: list[File], change: dict[str, Any], status: int, code: str, field: str
) -> None:
    body = {"files": [str(three[0].pk)], "algorithms": [{"algorithm": "zstd"}]} | change
    response = ask(client, **body)
    problem = response.json()
    assert (response.status_code, problem["code"]) == (status, code), problem
    assert [error["field"] for error in problem["errors"]] == [field]
    assert not Batch.objects.exists()
    assert not Job.objects.exists()


def test_a_batch_has_a_size_limit(client: APIClient, three: list[File], settings: Any) -> None:
    settings.BATCH_ITEMS = 5
    ids = [str(file.pk) for file in three]
    response = ask(client, files=ids, algorithms=[{"algorithm": "zstd"}, {"algorithm": "xz"}])
    assert (response.status_code, response.json()["code"]) == (413, "batch_too_large")
    assert not Batch.objects.exists()


def test_outsiders_see_nothing_and_viewers_do_nothing(
    api: Callable[..., APIClient], client: APIClient, three: list[File], ben: User, vera: User
) -> None:
    begin(client, three, "zstd")
    batch = Batch.objects.get()
    for path in (f"batches/{batch.pk}", f"batches/{batch.pk}/items"):
        assert api(ben).get(f"{API}/{path}").status_code == 404
    assert api(ben).post(f"{API}/batches/{batch.pk}/retry").status_code == 404
    assert api(ben).get(f"{API}/batches").json()["count"] == 0
    body = {"files": [str(three[0].pk)], "algorithms": [{"algorithm": "zstd"}]}
    assert ask(api(ben), **body).status_code == 404
    assert ask(api(vera), **body).status_code == 403
    assert Batch.objects.count() == 1


def test_the_same_key_makes_one_batch(client: APIClient, three: list[File]) -> None:
    body = {"files": [str(three[0].pk)], "algorithms": [{"algorithm": "zstd"}]}
    answers = [
        client.post(f"{API}/batch", body, format="json", headers={"Idempotency-Key": "k"}) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    assert Batch.objects.count() == 1


def test_what_is_done_is_audited_and_noted(
    client: APIClient, three: list[File], ada: User, run_jobs: Run
) -> None:
    job = begin(client, three, "zstd")
    run_jobs()
    batch = Batch.objects.get()
    assert AuditEntry.objects.get(action="batch.requested", actor=ada).target_id == batch.pk
    results = set(Result.objects.values_list("pk", flat=True))
    assert (
        set(AuditEntry.objects.filter(action="file.compressed").values_list("target_id", flat=True))
        == results
    )
    entries = HistoryEntry.objects.filter(job_id=job["id"], succeeded=True)
    assert set(entries.values_list("result_id", flat=True)) == results
    assert set(entries.values_list("content_sha256", flat=True)) == {file.sha256 for file in three}


def test_lists_have_a_fixed_number_of_queries(
    client: APIClient, three: list[File], run_jobs: Run, django_assert_num_queries: Any
) -> None:
    for algorithm in ("zstd", "xz", "gzip"):
        begin(client, three, algorithm)
    run_jobs()
    batch = Batch.objects.first()
    assert batch is not None
    client.get(f"{API}/batches")
    with django_assert_num_queries(4):  # the token, the count, the page, its figures
        listed = client.get(f"{API}/batches?search=zstd").json()
    assert (listed["count"], listed["results"][0]["counts"]["succeeded"]) == (1, 3)
    with django_assert_num_queries(4):  # the token, the batch, the count, the page
        rows = client.get(
            f"{API}/batches/{batch.pk}/items?ordering=-size&algorithm={batch.methods[0]['algorithm']}"
        )
    assert rows.json()["count"] == 3


def test_a_group_costs_a_fixed_number_of_statements(
    client: APIClient, ada: User, run_jobs: Run, django_assert_max_num_queries: Any
) -> None:
    files = store(ada, **{f"f{n}": words(n) for n in range(120)})
    begin(client, files, "zstd")
    with django_assert_max_num_queries(75):
        (job,) = run_jobs()
    assert job.result is not None
    assert job.result["counts"]["succeeded"] == 120
