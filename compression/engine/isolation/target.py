"""The output descriptor of a child."""

import errno
import os
import stat

from compression.engine.codecs.reader import Bytes
from compression.engine.errors import EngineError, LimitExceeded, StorageFull, TargetUnwritable
from compression.engine.limits import MiB

LOOK_BYTES = 8 * MiB
"""After so much output it is looked how much room is left on its disk."""


class Target:
    """Writes to a descriptor, from where it stands, and counts; leaves `reserve` bytes of its disk free.

    A pipe and a file in memory have no disk.
    """

    def __init__(self, fd: int, reserve: int = 0) -> None:
        self._fd = fd
        on_disk = stat.S_ISREG(os.fstat(fd).st_mode) and os.fstatvfs(fd).f_blocks > 0
        self._reserve = reserve if on_disk else 0
        self._look_at = 0
        self.written = 0

    def write(self, data: Bytes) -> None:
        """Write all of `data`; raises StorageFull, LimitExceeded, TargetUnwritable."""
        rest = memoryview(data)
        if self._reserve and self.written + len(rest) >= self._look_at:
            self._require_room(len(rest))
        while rest:
            try:
                count = os.write(self._fd, rest)
            except OSError as error:
                raise _write_error(error) from error
            self.written += count
            rest = rest[count:]

    def _require_room(self, size: int) -> None:
        disk = os.fstatvfs(self._fd)
        if disk.f_bavail * disk.f_frsize - size < self._reserve:
            raise StorageFull("There is no room left on the disk for the output")
        self._look_at = self.written + LOOK_BYTES


def _write_error(error: OSError) -> EngineError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFull("There is no space left for the output")
    if error.errno == errno.EFBIG:
        return LimitExceeded("The output is larger than allowed", kind="output")
    return TargetUnwritable(f"The output cannot be written: {error.strerror}")
