"""Objects on the local disk."""

import errno
import io
import os
import shutil
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.utils.deconstruct import deconstructible

from core.errors import StorageFull
from files.errors import ObjectDamaged, ObjectMissing
from files.staging import at_once, staging_folder, storage_full_as_error
from files.storage.base import Sealed, VerifiedReader, key_of

PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700


@deconstructible(path="files.storage.LocalObjects")
class LocalObjects(FileSystemStorage):
    """Files below one folder, `ab/cd/<sha256>`, for the platform's own account alone."""

    def __init__(self, location: str | None = None, **options: Any) -> None:
        options.setdefault("file_permissions_mode", PRIVATE_FILE)
        options.setdefault("directory_permissions_mode", PRIVATE_FOLDER)
        super().__init__(location=location, **options)

    def prepare(self, staged: Sealed) -> None:
        """Nothing: the staged file is on this disk already."""

    def adopt_all(self, staged: Collection[Sealed]) -> None:
        """Rename the staged files into their places.

        Each takes the place of what is there, which repairs a damaged object; not where the hash is only hearsay: the
        bytes that many files share are not given away for that.
        """
        targets = {Path(self.path(key_of(one.sha256))): one for one in staged}
        with storage_full_as_error():
            _make_folders({target.parent for target in targets}, Path(self.location))
            changed = {target.parent for target, one in targets.items() if _moved(one, target)}
            at_once(_sync_folder, changed)

    def open_object(self, sha256: str, size: int) -> BinaryIO:
        """Return the object as a file with a descriptor."""
        try:
            file = io.FileIO(self.path(key_of(sha256)))
        except FileNotFoundError:
            raise ObjectMissing(sha256) from None
        try:
            if os.fstat(file.fileno()).st_size != size:
                raise ObjectDamaged(sha256)
            return cast(BinaryIO, VerifiedReader(cast(BinaryIO, file), sha256, size))
        except BaseException:
            file.close()
            raise

    def remove(self, sha256: str) -> None:
        """Unlink the file. Its folder stays: another object may be about to move in."""
        Path(self.path(key_of(sha256))).unlink(missing_ok=True)

    def shard(self, prefix: str) -> Iterator[tuple[str, float]]:
        """Yield what lies in one of the 256 first folders."""
        now = time.time()
        for folder, _, names in os.walk(os.path.join(self.location, prefix)):
            for name in names:
                with suppress(FileNotFoundError):
                    yield name, now - os.stat(os.path.join(folder, name)).st_ctime

    def unfinished_remove(self, *, older_than_s: float) -> int:
        """Nothing: what is unfinished lies in the staging folder."""
        return 0

    def probe(self) -> str:
        """Write, read and remove a small file; say how much room there is."""
        with tempfile.TemporaryFile(dir=staging_folder()) as file:
            file.write(b"probe")
            file.seek(0)
            if file.read() != b"probe":
                raise OSError(errno.EIO, "the disk gives back something else than was written")
        free = shutil.disk_usage(self.location).free
        if free < settings.DISK_RESERVE_BYTES:
            raise StorageFull(f"{free / 1e6:.0f} MB are free, less than the reserve.")
        return f"local disk, {free / 1e9:.1f} GB free"


def _moved(staged: Sealed, target: Path) -> bool:
    """Rename the staged file to `target`; say whether that was right to do."""
    if not staged.trusted and target.exists() and target.stat().st_size == staged.size:
        return False
    os.replace(staged.path, target)
    return True


def _make_folders(folders: Collection[Path], root: Path) -> None:
    """Make the folders and those above them, each known to the disk before anything lies in it."""
    missing = {folder for folder in folders if not folder.is_dir()}
    if not missing:
        return
    _make_folders({folder.parent for folder in missing if folder != root}, root)
    for folder in missing:
        folder.mkdir(mode=PRIVATE_FOLDER, parents=folder == root, exist_ok=True)
    at_once(_sync_folder, {folder.parent for folder in missing})


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
