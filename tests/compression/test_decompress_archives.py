"""Decompressing what other programs made: archives give their files, streams what is in them, found from the bytes."""

import bz2
import gzip
import lzma
from typing import Any

import brotli
import lz4.frame
import pytest
from backports import zstd
from django.core.files.uploadedfile import SimpleUploadedFile

from compression import members, services
from compression.engine.codecs import codec_from
from compression.models import HistoryEntry, Result
from core.choices import JobStatus
from core.jobs import runner
from core.models import Job
from files.batch import run
from files.batch.models import Batch
from files.models import File
from files.services import file_open
from tests.compression.engine.archive_samples import CONTENT, GOLDEN
from tests.files import archives
from tests.files.archives import FILES, tarred, zipped

URL = "/api/v1/compression/decompress"
TEXT = b"to be or not to be, that is the question. " * 400
PACKERS: dict[str, Any] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "lzma": lambda data: lzma.compress(data, format=lzma.FORMAT_ALONE),
    "zstd": zstd.compress,
    "lz4": lz4.frame.compress,
    "brotli": brotli.compress,
    "snappy": codec_from({"id": "snappy"}).encode,
    "zlib": codec_from({"id": "zlib"}).encode,
    "bzip3": codec_from({"id": "bzip3"}).encode,
}


@pytest.fixture(autouse=True)
def algorithms(db: None) -> None:
    services.algorithms_sync()


@pytest.fixture
def decompress(api, ada):
    """Return a function that decompresses an upload; the status and the body of the answer."""
    client = api(ada)

    def call(data: bytes, name: str = "upload", headers: Any = None, **fields: Any) -> tuple[int, Any]:
        form = {"file": SimpleUploadedFile(name, data), **fields}
        answer = client.post(URL, form, format="multipart", headers=headers)
        return answer.status_code, answer.json()

    return call


def content(file_id: str) -> bytes:
    with file_open(File.objects.get(pk=file_id)) as source:
        return source.read()


def contents(body: Any) -> dict[str, bytes]:
    """Return what came out, by path."""
    return {one["path"]: content(one["file"]) for one in body["outputs"] if one["file"]}


@pytest.mark.parametrize("codec", PACKERS)
def test_every_stream_is_known_by_its_bytes_whatever_its_name(decompress, codec):
    status, body = decompress(PACKERS[codec](TEXT), "photo.jpeg")
    assert status == 201, body
    assert (body["algorithm"], body["original_size"]) == (codec, len(TEXT))
    assert content(body["output"]) == TEXT
    assert body["outputs"] == [
        {"path": "photo.jpeg.decompressed", "file": body["output"], "size": len(TEXT), "error": None}
    ]


@pytest.mark.parametrize("codec", PACKERS)
def test_a_tar_archive_in_any_stream_gives_its_files(decompress, codec):
    status, body = decompress(PACKERS[codec](tarred(FILES)), "back up.tar.xyz")
    assert status == 201, body
    assert body["algorithm"] == f"{codec}+tar"
    assert contents(body) == dict(FILES)
    assert (body["output"], body["checksum"], body["level"]) == (None, None, None)
    assert body["original_size"] == sum(len(data) for _, data in FILES)
    assert {file.path for file in File.objects.exclude(origin="upload")} == {
        f"back up/{path}" for path, _ in FILES
    }


@pytest.mark.parametrize(
    ("data", "formats"), [(zipped(FILES), "zip"), (tarred(FILES), "tar")], ids=["zip", "tar"]
)
def test_an_archive_gives_its_files(decompress, data, formats):
    status, body = decompress(data)
    assert (status, body["algorithm"], body["verified"]) == (201, formats, formats == "zip")
    assert contents(body) == dict(FILES)
    assert all(one["error"] is None for one in body["outputs"])


NOT_READ = {"arm64": "member_method", "encrypted": "member_encrypted", "encrypted-names": "encrypted"}


@pytest.mark.parametrize("golden", sorted(GOLDEN.glob("*.7z")), ids=lambda path: path.stem)
def test_7z_by_each_of_its_methods(decompress, golden):
    status, body = decompress(golden.read_bytes(), "x.7z")
    if golden.stem in NOT_READ:
        assert (status, body["code"]) == (422, NOT_READ[golden.stem])
        assert not Result.objects.exists()
    else:
        assert status == 201, body
        assert contents(body) == CONTENT


def test_a_stream_in_a_stream_is_taken_one_at_a_time(decompress):
    status, body = decompress(zstd.compress(gzip.compress(TEXT)), "a.gz.zst")
    assert (status, body["algorithm"]) == (201, "zstd")
    assert gzip.decompress(content(body["output"])) == TEXT


def test_a_zip_in_a_stream_comes_out_as_it_is(decompress):
    status, body = decompress(gzip.compress(zipped(FILES)), "a.zip.gz")
    assert (status, body["algorithm"]) == (201, "gzip")
    assert content(body["output"]) == zipped(FILES)


@pytest.mark.parametrize("codec", ["gzip", "bzip2", "xz", "zstd", "lz4"])
def test_members_that_follow_each_other_are_one(decompress, codec):
    pack = PACKERS[codec]
    status, body = decompress(pack(b"one ") + pack(b"") + pack(TEXT))
    assert status == 201, body
    assert content(body["output"]) == b"one " + TEXT


def test_what_was_given_as_a_tar_comes_back_as_the_tar(api, ada, decompress):
    tar = tarred(FILES)
    client = api(ada)
    form = {"file": SimpleUploadedFile("x.tar", tar), "algorithm": "zstd"}
    packed = client.post("/api/v1/compression/compress", form, format="multipart").json()
    back = client.post(URL, {"file": packed["output"]}, format="json").json()
    assert back["algorithm"] == "zstd"
    assert content(back["output"]) == tar
    taken_apart = client.post(URL, {"file": packed["output"], "unpack": True}, format="json").json()
    assert contents(taken_apart) == dict(FILES)


def test_a_tar_of_others_can_be_left_whole(decompress):
    status, body = decompress(gzip.compress(tarred(FILES)), "x.tar.gz", unpack="false")
    assert (status, body["algorithm"]) == (201, "gzip")
    assert content(body["output"]) == tarred(FILES)


def test_links_devices_and_escapes_are_named_and_left_out(decompress):
    status, body = decompress(archives.with_special_members(), "x.tar")
    assert status == 201
    assert contents(body) == {"good.txt": b"ok"}
    codes = {one["path"]: one["error"]["code"] for one in body["outputs"] if one["error"]}
    assert codes == {
        "soft": "member_link",
        "hard": "member_link",
        "dev": "member_device",
        "pipe": "member_device",
        "../up": "member_escapes",
        "/abs": "member_absolute",
    }
    assert body["output"] == next(one["file"] for one in body["outputs"] if one["file"])


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (archives.truncated(), "truncated_stream"),
        (archives.damaged(bytes(range(256)) * 40), "corrupt_stream"),
        (archives.encrypted(), "member_encrypted"),
        (b"nothing of the kind " * 30, "unknown_format"),
        (b"", "unknown_format"),
        (zipped(FILES)[:-30], "truncated_stream"),
    ],
    ids=["truncated", "damaged", "encrypted", "text", "empty", "cut zip"],
)
def test_what_is_not_sound_gives_nothing(decompress, data, code):
    status, body = decompress(data, "x")
    assert (status, body["code"]) == (422, code)
    assert not File.objects.filter(deleted_at=None).exists()
    assert not Result.objects.exists()
    failed = list(HistoryEntry.objects.values_list("succeeded", flat=True))
    assert failed == ([] if code == "unknown_format" else [False])


def test_beyond_the_quota_nothing_is_kept(decompress, ada):
    ada.quota_bytes = 100_000
    ada.save()
    status, body = decompress(zstd.compress(tarred([("a", bytes(60_000)), ("b", bytes(60_000))])), "x")
    assert (status, body["code"]) == (413, "quota_exceeded")
    assert not File.objects.filter(deleted_at=None).exists()


def test_a_large_one_becomes_a_job_with_the_same_answer(decompress, run_jobs):
    status, body = decompress(zipped(FILES), "x.zip", headers={"Prefer": "respond-async"})
    assert (status, body["kind"]) == (202, "decompress")
    (job,) = run_jobs()
    assert job.status == JobStatus.SUCCEEDED, job.error
    assert contents(job.result) == dict(FILES)
    assert job.result["algorithm"] == "zip"
    assert str(Result.objects.get().pk) == job.result["id"]
    assert not Batch.objects.exists()


class Died(BaseException):
    """The process is killed here."""


def test_a_job_that_dies_between_keeps_nothing_visible_and_does_nothing_twice(
    decompress, monkeypatch, run_jobs
):
    monkeypatch.setattr(run, "ADOPTED_AT_ONCE", 1)
    _, body = decompress(zipped(FILES), "x.zip", headers={"Prefer": "respond-async"})
    store = members._store

    def dies(*args: Any) -> Any:
        store(*args)
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr(members, "_store", dies)
        with pytest.raises(Died):
            runner.run(body["id"], worker="test", threaded=False)
    assert File.objects.count() == 1
    assert not Result.objects.exists()
    held = set(Batch.objects.get().items.values_list("pk", flat=True))
    assert len(held) == len(FILES)
    Job.objects.filter(pk=body["id"]).update(status=JobStatus.QUEUED)
    (job,) = run_jobs()
    assert job.status == JobStatus.SUCCEEDED, job.error
    assert contents(job.result) == dict(FILES)
    assert HistoryEntry.objects.filter(succeeded=True).count() == 1


def test_a_damaged_archive_fails_its_job_and_keeps_nothing(decompress, run_jobs):
    decompress(archives.truncated(), "x.tgz", headers={"Prefer": "respond-async"})
    (job,) = run_jobs()
    assert (job.status, job.error["code"]) == (JobStatus.FAILED, "truncated_stream")
    assert File.objects.count() == 1
    assert not Result.objects.exists()


def test_the_list_counts_no_members_and_the_page_shows_them(browser, ada, decompress, api):
    _, body = decompress(zipped([("<b>.txt", b"x"), *FILES]), "x.zip")
    page = browser(ada).get(f"/results/{body['id']}").content.decode()
    assert "&lt;b&gt;.txt" in page
    assert "in/deep/b.json" in page
    assert "/files?folder=x" in page
    listed = api(ada).get("/api/v1/compression/results").json()["results"]
    assert [row["algorithm"] for row in listed] == ["zip"]
    assert "outputs" not in listed[0]
    assert browser(ada).get("/results").status_code == 200
    assert browser(ada).get("/").status_code == 200


def test_the_page_takes_archives_apart_or_leaves_them_whole(browser, ada, decompress):
    client = browser(ada)
    upload = SimpleUploadedFile("x.tar.gz", gzip.compress(tarred(FILES)))
    answer = client.post("/decompress", {"file": upload})
    assert answer["Location"] == f"/results/{Result.objects.get().pk}"
    upload.seek(0)
    client.post("/decompress", {"file": upload, "keep_archive": "on"})
    assert str(Result.objects.latest("created_at").output) == "x.tar"


def test_nobody_else_sees_what_came_out(api, ben, decompress):
    _, body = decompress(zipped(FILES))
    client = api(ben)
    assert client.get(f"/api/v1/compression/results/{body['id']}").status_code == 404
    for one in body["outputs"]:
        assert client.get(f"/api/v1/files/info/{one['file']}").status_code == 404


@pytest.mark.parametrize(
    ("data", "verified"),
    [
        (zstd.compress(TEXT), False),
        (codec_from({"id": "zstd"}).encode(TEXT), True),
        (codec_from({"id": "zstd"}).encode(TEXT) + zstd.compress(TEXT), False),
        (lzma.compress(TEXT, check=lzma.CHECK_NONE), False),
        (lzma.compress(TEXT), True),
        (lz4.frame.compress(TEXT), False),
        (lz4.frame.compress(TEXT, content_checksum=True), True),
        (gzip.compress(TEXT), True),
        (brotli.compress(TEXT), False),
        (gzip.compress(tarred(FILES)), True),
        (zstd.compress(tarred(FILES)), False),
        (zstd.compress(gzip.compress(tarred(FILES))), True),
    ],
    ids=["zstd", "zstd+", "zstd±", "xz", "xz+", "lz4", "lz4+", "gzip+", "brotli", "tgz+", "tzst", "tgz.zst+"],
)
def test_only_what_has_checksums_all_along_counts_as_verified(decompress, data, verified):
    status, body = decompress(data)
    assert (status, body["verified"]) == (201, verified), body


@pytest.mark.parametrize("codec", ["store", "deflate", "brotli", "zstd"])
def test_what_was_made_here_comes_back_without_naming_how(api, ada, codec):
    client = api(ada)
    call = {"text": TEXT.decode(), "algorithm": codec}
    packed = client.post("/api/v1/compression/compress", call, format="json").json()
    back = client.post(URL, {"file": packed["output"]}, format="json").json()
    assert content(back["output"]) == TEXT
    assert (back["algorithm"], back["verified"], back["level"], back["params"]) == (codec, True, None, {})
    outcome = HistoryEntry.objects.get(operation="decompress")
    assert (outcome.level, outcome.params) == (None, {})


def test_a_stream_that_was_only_stored_is_still_a_stream(api, ada):
    client = api(ada)
    form = {"file": SimpleUploadedFile("a.gz", gzip.compress(TEXT)), "algorithm": "store"}
    packed = client.post("/api/v1/compression/compress", form, format="multipart").json()
    back = client.post(URL, {"file": packed["output"]}, format="json").json()
    assert content(back["output"]) == TEXT


def test_a_disk_without_room_stops_the_output_in_time(decompress, settings):
    settings.DISK_RESERVE_BYTES = 0
    data = zstd.compress(bytes(1_000_000))
    status, _ = decompress(data)
    assert status == 201
    kept = File.objects.filter(deleted_at=None).count()
    settings.DISK_RESERVE_BYTES = 2**60
    status, body = decompress(data)
    assert (status, body["code"]) == (507, "storage_full")
    assert File.objects.filter(deleted_at=None).count() == kept
