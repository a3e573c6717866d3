"""LZMA without a header: the strongest of the dictionary codecs."""

import lzma
from dataclasses import dataclass
from typing import Any, ClassVar

from compression.engine.codecs.params import Integer, parameter
from compression.engine.codecs.reader import Bytes
from compression.engine.errors import InvalidParams
from compression.engine.leaves.base import Leaf, leaf
from compression.engine.limits import MiB
from compression.engine.streams import Array

DICTIONARY = 16 * MiB
"""As much as a frame holds."""


@leaf
@dataclass(frozen=True)
class LzmaLeaf(Leaf):
    """LZMA1, its contexts set by `lc` (bits of the byte before), `lp` and `pb` (bits of the position)."""

    id: ClassVar[str] = "lzma"
    code: ClassVar[int] = 3
    title: ClassVar[str] = "LZMA"
    encode_mb_s: ClassVar[float] = 2.2
    decode_mb_s: ClassVar[float] = 60
    library_errors: ClassVar[tuple[type[Exception], ...]] = (lzma.LZMAError, EOFError)

    lc: int = parameter(Integer("Literal context bits", 0, 4), default=3)
    lp: int = parameter(Integer("Literal position bits", 0, 4), default=0)
    pb: int = parameter(Integer("Position bits", 0, 4), default=2)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.lc + self.lp > 4:
            raise InvalidParams("Literal context and position bits are at most 4 together", field="lp")

    def _filters(self, size: int) -> list[dict[str, Any]]:
        dictionary = min(DICTIONARY, max(4096, 1 << max(size - 1, 1).bit_length()))
        return [
            {
                "id": lzma.FILTER_LZMA1,
                "preset": 9 | lzma.PRESET_EXTREME,
                "dict_size": dictionary,
                "lc": self.lc,
                "lp": self.lp,
                "pb": self.pb,
            }
        ]

    def encode(self, data: Array) -> bytes:
        # The first byte of LZMA data is always 0.
        return lzma.compress(data.data, lzma.FORMAT_RAW, filters=self._filters(len(data)))[1:]

    def _decode(self, encoded: Bytes, size: int) -> Bytes:
        decompressor = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=self._filters(size))
        return decompressor.decompress(b"\x00" + bytes(encoded), max_length=size + 1)

    def memory(self, size: int) -> int:
        return super().memory(size) + min(DICTIONARY, 2 * size)
