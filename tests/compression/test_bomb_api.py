"""Bombs as their makers would send them: each is answered by a problem, keeps within the limits, and leaves nothing."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from compression import services
from compression.engine.errors import UnknownFormat
from compression.engine.isolation import calls, encode_bytes
from compression.models import Result
from core.choices import JobStatus
from core.errors import AppError
from core.models import Job
from files.models import File
from files.rules import UNDO_FOR
from files.services import files_purge
from tests.compression.engine.bombs import BOMBS, LIMITS
from tests.compression.engine.memory import MemoryOfChildren
from tests.compression.engine.samples import MiB
from tests.compression.engine.stream_bombs import STREAM_BOMBS

DECOMPRESS, UNPACK = "/api/v1/compression/decompress", "/api/v1/files/batch-upload?unpack=true&atomic=true"
STREAM = "/api/v1/compression/stream?operation=decompress"
OURS = 64 * MiB
"""What the web process may grow by."""
UNMARKED = ("brotli", "deflate")
SLOW = {
    "gzip: many members",
    "gzip: empty members",
    "lz4: empty frames",
    "pax: without end",
    "tar: many members",
    *(f"zeros in {codec}" for codec in ("bzip2", "bzip3", "deflate", "lzma", "xz", "zlib")),
}
"""They take seconds, and are left to the tests of the engine."""
ARCHIVES = [name for name in BOMBS if name not in SLOW]
STREAMS = [name for name in STREAM_BOMBS if name not in SLOW]
PIPED = [name for name in STREAMS if STREAM_BOMBS[name].codec != "blosc2"]


@pytest.fixture(autouse=True)
def storage(settings: Any, tmp_path: Path) -> Path:
    """Use an empty storage, and the limits of the engine's tests; return its folder."""
    settings.STAGING_DIR = tmp_path / "staging"
    settings.STORAGES = {
        **settings.STORAGES,
        "objects": {
            "BACKEND": "files.storage.LocalObjects",
            "OPTIONS": {"location": str(tmp_path), "base_url": None},
        },
    }
    settings.DECODED_LIMIT_BYTES = LIMITS.max_output_bytes
    settings.CODEC_MEMORY_BYTES = LIMITS.max_memory_bytes
    settings.ARCHIVE_MEMBERS = LIMITS.max_members
    return tmp_path


@pytest.fixture
def client(db: None, api: Callable[..., APIClient], ada: User) -> APIClient:
    services.algorithms_sync()
    encode_bytes({"id": "store"}, b"")  # the first call starts the host
    return api(ada)


@contextmanager
def bounded(storage: Path, sent: int) -> Iterator[None]:
    """Memory and disk stay within the limits while the block runs; what was sent lies on the disk beside."""
    process, disk = psutil.Process(), Disk(storage)
    resident = process.memory_info().rss
    with MemoryOfChildren(calls.private_host.process_id or 0) as memory, disk:
        yield
    assert memory.most <= LIMITS.max_memory_bytes
    assert process.memory_info().rss - resident < OURS
    assert disk.most <= sent + LIMITS.max_output_bytes + MiB


class Disk:
    """Watches how much lies in a folder for the length of a block; `most` is in bytes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.most = 0

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(0.005):
            with suppress(OSError):  # what goes while it is counted
                self.most = max(self.most, sum(path.stat().st_size for path in self._folder.rglob("*")))


def check_nothing_is_kept(storage: Path) -> None:
    """Neither rows nor bytes. What was sent is deleted with the call, so its bytes go when nobody can have it back."""
    assert not File.objects.filter(deleted_at=None).exists()
    assert not Result.objects.exists()
    File.objects.update(deleted_at=timezone.now() - 2 * UNDO_FOR)
    files_purge()
    assert [path for path in storage.rglob("*") if path.is_file()] == []


def check_problem(answer: Any) -> None:
    """A clear one, of the client's making."""
    problem = answer.json()
    assert 400 <= answer.status_code < 500, problem
    assert answer["Content-Type"] == "application/problem+json"
    assert problem["code"] not in {"codec_crashed", "engine_error", "unexpected"}
    assert problem["detail"].endswith(".")
    assert len(problem["detail"]) < 1200


def ended(answer: Any, run_jobs: Callable[[], list[Job]]) -> bool:
    """Whether it was refused: at once, or by the job that it became."""
    assert answer.status_code < 500, answer.content
    if answer.status_code != 202:
        return bool(answer.status_code >= 400)
    (job,) = run_jobs()
    assert job.status in {JobStatus.SUCCEEDED, JobStatus.FAILED}
    assert job.error is None or job.error["status"] < 500, job.error
    return job.status == JobStatus.FAILED


@pytest.mark.parametrize("name", STREAMS)
def test_decompressing_a_stream(name: str, client: APIClient, storage: Path, run_jobs: Any) -> None:
    bomb = STREAM_BOMBS[name]
    data = bomb.make()
    form: dict[str, Any] = {"file": SimpleUploadedFile("upload", data)}
    if bomb.codec in UNMARKED:
        form["algorithm"] = bomb.codec
    with bounded(storage, len(data)):
        answer = client.post(DECOMPRESS, form, format="multipart")
        refused = ended(answer, run_jobs)
    assert refused is (bomb.error is not None)
    if answer.status_code >= 400:
        check_problem(answer)
        check_nothing_is_kept(storage)


@pytest.mark.parametrize("address", [DECOMPRESS, UNPACK], ids=["decompress", "unpack"])
@pytest.mark.parametrize("name", ARCHIVES)
def test_an_archive(name: str, address: str, client: APIClient, storage: Path, run_jobs: Any) -> None:
    bomb, data = BOMBS[name], BOMBS[name].make()
    with bounded(storage, len(data)):
        answer = client.post(address, {"file": SimpleUploadedFile("upload", data)}, format="multipart")
        refused = ended(answer, run_jobs)
    if bomb.error and (address == UNPACK or bomb.error is not UnknownFormat):
        assert refused  # a stream with no archive in it can be decompressed all the same
    if answer.status_code >= 400:
        check_problem(answer)
        check_nothing_is_kept(storage)
    assert sum(File.objects.values_list("size", flat=True)) <= len(data) + LIMITS.max_output_bytes


@pytest.mark.parametrize("name", PIPED)
def test_a_stream_that_is_piped_through(name: str, client: Any, storage: Path) -> None:
    bomb = STREAM_BOMBS[name]
    data, kind = bomb.make(), "application/octet-stream"
    out, error = 0, None
    with bounded(storage, len(data)):
        answer = client.generic("POST", f"{STREAM}&algorithm={bomb.codec}", data, content_type=kind)
        try:
            out = sum(map(len, answer.streaming_content if answer.streaming else ()))
        except AppError as caught:
            error = caught
    if answer.status_code >= 400:
        check_problem(answer)
    assert (error is not None or answer.status_code >= 400) is (bomb.error is not None)
    assert error is None or error.status < 500
    assert out <= LIMITS.max_output_bytes
    check_nothing_is_kept(storage)
