"""What every storage of objects can do."""

import hashlib
import io
from collections.abc import Collection, Iterator
from typing import Any, BinaryIO, Protocol, cast

from files.errors import ObjectDamaged

VERIFIED_AT_ONCE = 4 * 1024 * 1024
HASH_CHUNK = 1024 * 1024


def key_of(sha256: str) -> str:
    """Return the name of an object in its storage; two levels of folders keep each of them small."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


class Sealed(Protocol):
    """A staged file with its hash."""

    @property
    def path(self) -> Any: ...

    @property
    def size(self) -> int: ...

    @property
    def sha256(self) -> str: ...

    @property
    def trusted(self) -> bool: ...


class Objects(Protocol):
    """Objects by their hash. `adopt_all` and `remove` are called under the objects' locks only."""

    def prepare(self, staged: Sealed) -> None:
        """Do what takes long before the lock is taken: send the bytes away, where they go far."""

    def adopt_all(self, staged: Collection[Sealed]) -> None:
        """Make the staged bytes the objects of their hashes, durably; the staged files may be used up."""

    def open_object(self, sha256: str, size: int) -> BinaryIO:
        """Return the object, seekable; raise ObjectMissing, or ObjectDamaged where its size is another."""

    def remove(self, sha256: str) -> None:
        """Remove the object if it is there."""

    def shard(self, prefix: str) -> Iterator[tuple[str, float]]:
        """Yield hash and age in seconds of all objects whose hash begins with the two digits `prefix`."""

    def unfinished_remove(self, *, older_than_s: float) -> int:
        """Give up what interrupted uploads have left in the storage; return how many they were."""

    def probe(self) -> str:
        """Write and read a trifle; say what was seen, or raise."""


class VerifiedReader(io.RawIOBase):
    """An object being read. Whoever reads it from the first byte to the last gets the right bytes or ObjectDamaged.

    Small objects are verified when they are opened; large ones as they are read, before the last bytes are given out.
    A reader that jumps in a large object gets no such promise: only its size is known to be right.
    """

    def __init__(self, file: BinaryIO, sha256: str, size: int) -> None:
        self._file, self._sha256, self._size = file, sha256, size
        self._hash = hashlib.sha256()
        self._hashed = 0
        if size <= VERIFIED_AT_ONCE:
            self._verify_now()

    def _verify_now(self) -> None:
        while chunk := self._file.read(HASH_CHUNK):
            self._hash.update(chunk)
        self._file.seek(0)
        self._hashed = -1
        self._compare()

    def _compare(self) -> None:
        if self._hash.hexdigest() != self._sha256:
            self._file.close()
            raise ObjectDamaged(self._sha256)

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def fileno(self) -> int:
        """Return the descriptor, where the object is a file here; what is read from it is not verified."""
        return self._file.fileno()

    def tell(self) -> int:
        """Return the position."""
        return self._file.tell()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a position."""
        return self._file.seek(offset, whence)

    def readinto(self, buffer: Any) -> int:
        """Read the next bytes."""
        at = self._file.tell()
        view = memoryview(buffer).cast("B")
        count = cast(io.RawIOBase, self._file).readinto(view) or 0
        if at == self._hashed:
            self._hash.update(view[:count])
            self._hashed += count
            if self._hashed == self._size:
                self._hashed = -1
                self._compare()
        return count

    def close(self) -> None:
        """Close the file under it."""
        self._file.close()
        super().close()
