"""Inner loops that NumPy cannot do: compiled to machine code by numba, once for each machine.

The recipe, for a loop of its own:

1. A file here, `<name>.py`; only files of this folder import numba, and nobody imports `<name>` at the top of a module:
   the function that needs it does (numba takes 0.4 s to load, which plain codecs are to be spared).
2. `@kernel("int64(uint8[::1], int64, int32[::1])")` on each function that is called from Python: compiled when the
   module is imported, kept in `__pycache__`, run without the GIL. What it calls has `@helper` and is in the same file:
   the cache does not notice changes elsewhere (so a helper of two files is in both). Arguments are plain integers and
   arrays of exactly the stated type, in one piece and writable (`np.array(data)` where they may not be, as those of
   `streams.array` are).
3. Whole numbers only where a decoder depends on them. Nothing checks an index: the kernel does, whatever the bytes are.
4. A sum, difference or shift of small integers is an int64. Do not mix int64 and uint64: that gives floats. An index
   that is masked (`i & 255`) or counted by `range` costs nothing; any other is compared with 0 first.
   No mask is made of a length, as in `(x >> 20) & (len(a) - 1)`: that is compiled wrongly; hand the mask over.
5. The name goes into NAMES below, so that `warm` finds it. `NUMBA_BOUNDSCHECK=1 NUMBA_CACHE_DIR=/tmp/c pytest ...`
   shows indices that are out of bounds; `NUMBA_DISABLE_JIT=1` runs the plain Python.

A process that may open no files cannot load a kernel any more: it, or the one that it is forked from, calls `warm`.
"""

import importlib
from collections.abc import Callable
from typing import Any, TypeVar, cast

NAMES: tuple[str, ...] = (
    "branches",
    "decimals",
    "deflate",
    "deflate_blocks",
    "errors",
    "lzw",
    "mix",
    "moments",
    "predict",
    "pricing",
    "scanlines",
    "sequences",
    "slots",
    "strings",
    "table",
    "templates",
)
"""The modules of this folder that have kernels."""

F = TypeVar("F", bound=Callable[..., Any])


def kernel(signature: str) -> Callable[[F], F]:
    """Compile a function for arguments of these types, or load what was compiled before."""
    from numba import njit

    def compiled(function: F) -> F:
        try:
            return cast(F, njit(signature, nogil=True, cache=True)(function))
        except RuntimeError:
            # Neither this folder nor the user's cache (nor NUMBA_CACHE_DIR) can be written: compiled for this process.
            return cast(F, njit(signature, nogil=True)(function))

    return compiled


def helper(function: F) -> F:
    """A function for kernels to call; it becomes a part of them where it is small."""
    from numba import njit

    return cast(F, njit(nogil=True)(function))


def part(function: F) -> F:
    """A helper that becomes a part of the kernel whatever its size: for a loop that is too long for one function."""
    from numba import njit

    return cast(F, njit(nogil=True, forceinline=True)(function))


def warm() -> None:
    """Load every kernel, and compile those that were not yet: seconds each, once for a machine."""
    for name in NAMES:
        importlib.import_module(f"{__name__}.{name}")
