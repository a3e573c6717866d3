"""Where bytes are written before they are a file: a temporary file that is either adopted or removed.

A living staged file is locked by its writer (`flock`, which dies with the process), so that the sweep can tell what a
crash has left behind from what a long job still writes. Many at once share the lock of a `StagingArea`.
"""

import errno
import fcntl
import hashlib
import io
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self, TypeVar

from django.conf import settings

from core.errors import DISK_FULL, StorageFull

SUFFIX = ".part"
ROOM_CHECK_BYTES = 64 * 1024 * 1024
ROOM_CHECK_S = 0.1
"""How often it is looked whether there is room for one more file of many; each looks after itself when it is large."""
LEFTOVER_AFTER_S = 3600
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
# A disk makes several files durable in nearly the time of one, and a store far away takes several at a time.
AT_ONCE = 8
WORTH_THREADS = 4
"""Fewer are done in turn: to start threads for them costs as much as they do."""

T = TypeVar("T")


class Staged:
    """A temporary file on the volume of the objects.

    Write to it with `write`, which hashes on the way, or have others write to `fileno()`. `seal()` makes it ready to
    be adopted. `close()` removes what adopting has not moved away.
    """

    def __init__(self, file: io.FileIO, path: Path) -> None:
        self.file, self.path = file, path
        self.sha256 = ""
        self.trusted = True
        """Whether the hash was computed here and not reported by somebody who read bytes of strangers."""
        self._hash = hashlib.sha256()
        self._written = 0
        self._sealed_size = -1
        self._closed = False

    @classmethod
    def create(cls, expected_bytes: int = 0) -> "Staged":
        """Make one; StorageFull where `expected_bytes` would leave less room than the reserve."""
        folder = staging_folder()
        require_room(expected_bytes)
        with storage_full_as_error():
            fd, name = tempfile.mkstemp(suffix=SUFFIX, dir=folder)
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return cls(io.FileIO(fd, "r+"), Path(name))

    @property
    def size(self) -> int:
        """Bytes so far."""
        if self._sealed_size >= 0:
            return self._sealed_size
        return self._written if self.file.closed else os.fstat(self.file.fileno()).st_size

    def fileno(self) -> int:
        """Return the descriptor."""
        return self.file.fileno()

    def write(self, data: bytes) -> None:
        """Append all of `data`; StorageFull where the disk or the reserve does not allow it."""
        view = memoryview(data)
        if self._written // ROOM_CHECK_BYTES != (self._written + len(view)) // ROOM_CHECK_BYTES:
            require_room(len(view))
        self._hash.update(view)
        self._written += len(view)
        with storage_full_as_error():
            while view:
                view = view[os.write(self.file.fileno(), view) :]

    def rest(self) -> None:
        """Let go of the descriptor of a file that was written by `write` within a `StagingArea`, which keeps it."""
        with storage_full_as_error():
            self.file.close()

    @contextmanager
    def _opened(self) -> Iterator[int]:
        """Yield a descriptor, also of a file at rest."""
        if not self.file.closed:
            yield self.file.fileno()
            return
        fd = os.open(self.path, os.O_RDWR)
        try:
            yield fd
        finally:
            os.close(fd)

    def head(self, size: int) -> bytes:
        """Return the first bytes."""
        with self._opened() as fd:
            return os.pread(fd, size, 0)

    @property
    def is_sealed(self) -> bool:
        """Whether the bytes are durable and nothing may be written any more."""
        return self._sealed_size >= 0

    def digest(self) -> str:
        """Return the hash of what was written through `write`."""
        return self.sha256 or self._hash.hexdigest()

    def seal(self, sha256: str = "") -> "Staged":
        """Make the bytes durable and their hash known; nothing may be written any more.

        `sha256` saves reading them again where it was computed along the way. Do it before the transaction that adopts.
        """
        if self.is_sealed:
            return self
        with storage_full_as_error(), self._opened() as fd:
            os.fsync(fd)
        size = self.size
        if self._written == size:
            self.sha256 = self._hash.hexdigest()
        elif sha256:
            self.sha256, self.trusted = sha256, False
        else:
            self.file.seek(0)
            self.sha256 = hashlib.file_digest(self.file, "sha256").hexdigest()
        self._sealed_size = size
        from files.storage import objects  # the storages adopt staged files

        objects().prepare(self)
        return self

    def close(self) -> None:
        """Let go of it; remove it unless adopting has moved it away."""
        if self._closed:
            return
        self._closed = True
        self.path.unlink(missing_ok=True)
        with suppress(OSError):  # a full disk may be noticed only now, when nobody wants the bytes any more
            self.file.close()


@contextmanager
def staging(expected_bytes: int = 0) -> Iterator[Staged]:
    """Yield a staged file that is gone at the end of the block unless it was adopted."""
    staged = Staged.create(expected_bytes)
    try:
        yield staged
    finally:
        staged.close()


class StagingArea:
    """A folder of staged files under one lock: as many files as wanted, and one descriptor for all that rest."""

    def __init__(self) -> None:
        with storage_full_as_error():
            self.folder = Path(tempfile.mkdtemp(suffix=SUFFIX, dir=staging_folder()))
            self._lock = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._count = 0
        self._look_at = 0.0

    def add(self) -> Staged:
        """Return a new staged file; StorageFull where the reserve is reached."""
        if (now := time.monotonic()) >= self._look_at:
            require_room(0)
            self._look_at = now + ROOM_CHECK_S
        self._count += 1
        path = self.folder / str(self._count)
        with storage_full_as_error():
            return Staged(io.FileIO(path, "x+", opener=_private), path)

    def close(self) -> None:
        """Remove all that was not adopted."""
        if self._lock >= 0:
            shutil.rmtree(self.folder, ignore_errors=True)
            os.close(self._lock)
            self._lock = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def at_once(function: Callable[[T], object], items: Collection[T]) -> None:
    """Call `function`, which waits for a disk or a network, for each of `items`, several at a time."""

    def some(share: list[T]) -> None:
        for item in share:
            function(item)

    listed = list(items)
    if len(listed) < WORTH_THREADS:
        some(listed)
        return
    with ThreadPoolExecutor(min(AT_ONCE, len(listed)), thread_name_prefix="at-once") as pool:
        for _ in pool.map(some, [listed[first::AT_ONCE] for first in range(AT_ONCE)]):
            pass


def staging_folder() -> Path:
    """Return the folder, made readable by its owner alone where it is missing."""
    folder = Path(settings.STAGING_DIR)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def require_room(size: int) -> None:
    """Raise StorageFull where `size` more bytes would leave less than the reserve."""
    free = shutil.disk_usage(staging_folder()).free
    if free - size < settings.DISK_RESERVE_BYTES:
        raise StorageFull(
            "The disk of the platform has no room for this. Delete files, or tell those who run it."
        )


@contextmanager
def storage_full_as_error() -> Iterator[None]:
    """Turn the system's word for a full disk into ours."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise StorageFull(DISK_FULL) from error


def leftovers_remove(older_than_s: float = LEFTOVER_AFTER_S) -> int:
    """Remove what dead processes have left in the staging folder; return how many files."""
    removed = 0
    limit = time.time() - older_than_s
    for entry in os.scandir(staging_folder()):
        with suppress(FileNotFoundError):
            if entry.name.endswith(SUFFIX) and entry.stat().st_mtime < limit and _is_abandoned(entry.path):
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry.path)
                else:
                    os.unlink(entry.path)
                removed += 1
    return removed


def _is_abandoned(path: str) -> bool:
    """Say whether no living process has the staged file open."""
    fd = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(fd)
    return True
