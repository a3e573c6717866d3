"""What flows between the nodes of a pipeline: bytes, with what is known of their meaning.

The meaning is for the search alone. A decoder gets by without it: every transform knows its widths from its own
parameters.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from compression.engine.codecs.reader import Bytes

Array = NDArray[np.uint8]
"""Bytes as a contiguous array of one dimension."""

WIDTHS = (1, 2, 4, 8)
"""Bytes of the whole numbers that NumPy has types for."""

MAX_LAG = 1 << 22
"""Neighbours are at most so many elements apart: numbers of a row, of a plane."""


class Kind(StrEnum):
    """What the elements of a stream are."""

    BYTES = "bytes"
    """Nothing is known: a file, or a part of one."""
    TEXT = "text"
    """Characters: what general codecs are made for."""
    STRINGS = "strings"
    """A column: character strings, each ended by a line end (byte 10), which none of them holds."""
    NUMBERS = "numbers"
    """Whole numbers, little endian, that may be near their neighbours."""
    FLOATS = "floats"
    """IEEE 754 numbers of 4 or 8 bytes, little endian."""
    SYMBOLS = "symbols"
    """Small whole numbers without order: ids of templates, indices of tokens."""
    ERRORS = "errors"
    """Folded errors of a prediction: small where those near by are small, and else without structure."""
    CODED = "coded"
    """Already without visible structure: residuals in planes, bits. Only leaves are of use."""


@dataclass(frozen=True, slots=True)
class Stream:
    """`data`: the bytes; `width`: bytes of an element (the length of `data` is a multiple); `kind`: what they are.

    `label` is for people: the field or column that the stream holds. `lags`: how many elements apart neighbours are,
    along each axis where that is known, the nearest first: (3, 2304) in an image of 768 pixels a row, (2,) in stereo.
    """

    data: Array
    width: int = 1
    kind: Kind = Kind.BYTES
    label: str = ""
    lags: tuple[int, ...] = ()

    @property
    def count(self) -> int:
        """The number of elements."""
        return len(self.data) // self.width

    @property
    def size(self) -> int:
        """The number of bytes."""
        return len(self.data)


def array(data: Bytes) -> Array:
    """The bytes as an array, without a copy; it cannot be written to where they cannot."""
    return np.frombuffer(data, np.uint8)


def words(
    data: Array, width: int, *, signed: bool = False
) -> NDArray[np.unsignedinteger] | NDArray[np.signedinteger]:
    """The array seen as little-endian whole numbers of `width` bytes (1, 2, 4, 8), without a copy."""
    return data.view(np.dtype(f"<{'i' if signed else 'u'}{width}"))


def flat(values: NDArray[np.generic]) -> Array:
    """Any array as its bytes, in row order."""
    return np.ascontiguousarray(values).reshape(-1).view(np.uint8)
