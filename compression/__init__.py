"""Algorithms, compression and its results; the engine itself is `compression.engine`."""

import sys
import sysconfig
from pathlib import Path

if sys.version_info >= (3, 14):
    # The standard library has a package of this name since 3.14 (PEP 784), which bz2, gzip and lzma import from:
    # its modules are found here too, behind ours.
    __path__.append(str(Path(sysconfig.get_path("stdlib")) / "compression"))
