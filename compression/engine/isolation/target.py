"""The output descriptor of a child."""

import errno
import os

from compression.engine.codecs.reader import Bytes
from compression.engine.errors import EngineError, LimitExceeded, StorageFull, TargetUnwritable


class Target:
    """Writes to a descriptor, from where it stands, and counts."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self.written = 0

    def write(self, data: Bytes) -> None:
        """Write all of `data`; raises StorageFull, LimitExceeded, TargetUnwritable."""
        rest = memoryview(data)
        while rest:
            try:
                count = os.write(self._fd, rest)
            except OSError as error:
                raise _write_error(error) from error
            self.written += count
            rest = rest[count:]


def _write_error(error: OSError) -> EngineError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFull("There is no space left for the output")
    if error.errno == errno.EFBIG:
        return LimitExceeded("The output is larger than allowed", kind="output")
    return TargetUnwritable(f"The output cannot be written: {error.strerror}")
