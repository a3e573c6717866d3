"""The bytes as they are: for what does not get smaller, and for what is only a few bytes."""

from dataclasses import dataclass
from typing import ClassVar

from compression.engine.codecs.reader import Bytes
from compression.engine.leaves.base import Leaf, leaf
from compression.engine.streams import Array


@leaf
@dataclass(frozen=True)
class Store(Leaf):
    """Nothing is done."""

    id: ClassVar[str] = "store"
    code: ClassVar[int] = 1
    title: ClassVar[str] = "stored as it is"
    encode_mb_s: ClassVar[float] = 10_000
    decode_mb_s: ClassVar[float] = 10_000

    def encode(self, data: Array) -> bytes:
        return data.tobytes()

    def _decode(self, encoded: Bytes, size: int) -> Bytes:
        return encoded
