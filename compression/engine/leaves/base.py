"""The contract of a leaf: the end of a pipeline, where a stream becomes few bytes.

A leaf is what a codec is without its file format: no magic number, no size, no checksum, since the container has all
of these. It may be told what the elements of its stream are (`width`), where that is of use to it. To add one: a file
in this package with a frozen dataclass under `@leaf`, and its line in the common test suite.
"""

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from compression.engine.codecs.reader import Bytes
from compression.engine.errors import CorruptStream
from compression.engine.limits import MiB
from compression.engine.parts import Part, Registry
from compression.engine.streams import Array, array

leaves: Registry["Leaf"] = Registry("leaf")
leaf = leaves.register


@dataclass(frozen=True)
class Leaf(Part):
    """One way to write a stream, with its settings. See the module's text."""

    encode_mb_s: ClassVar[float]
    decode_mb_s: ClassVar[float]
    """Nominal speeds in MB (10^6 bytes) of content a second on one core: what plans are made with."""
    library_errors: ClassVar[tuple[type[Exception], ...]] = ()
    """What the library raises for bad data."""

    @property
    def speeds(self) -> tuple[float, float]:
        """The nominal speeds, encoding and decoding, with these settings."""
        return self.encode_mb_s, self.decode_mb_s

    def memory(self, size: int) -> int:
        """Bytes of memory, at most, to decode `size` bytes of content, the content included."""
        return 2 * size + MiB

    @abstractmethod
    def encode(self, data: Array) -> bytes:
        """The written form of `data`, which may be empty; raises Unfit where this leaf cannot take it."""

    def decode(self, encoded: Bytes, size: int) -> Array:
        """The `size` bytes that were encoded; raises CorruptStream for anything else.

        No more than `memory(size)` is taken, whatever `encoded` is.
        """
        try:
            data = self._decode(encoded, size)
        except self.library_errors as error:
            raise CorruptStream(f"A stream is damaged ({self.id}: {error})") from error
        if len(data) != size:
            raise CorruptStream(f"A stream has {len(data)} bytes where {size} were stated")
        return data if isinstance(data, np.ndarray) else array(data)

    @abstractmethod
    def _decode(self, encoded: Bytes, size: int) -> Bytes | Array:
        """As `decode`; what the library raises and a wrong length are dealt with."""
