"""Content of several kinds, one after the other, cut where one ends and the next begins."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from compression.engine.codecs.params import Integers, parameter
from compression.engine.errors import Unfit
from compression.engine.streams import Array, Stream
from compression.engine.transforms.base import Encoded, Transform, transform

MAX_PARTS = 256


@transform
@dataclass(frozen=True)
class Cut(Transform):
    """Parts of these `sizes`, and a last one with all the rest."""

    id: ClassVar[str] = "cut"
    code: ClassVar[int] = 86
    title: ClassVar[str] = "cut where the structure changes"
    encode_mb_s: ClassVar[float] = 5000
    decode_mb_s: ClassVar[float] = 3000

    sizes: tuple[int, ...] = parameter(
        Integers("Bytes of the parts but the last", 1, 1 << 30, MAX_PARTS, 1), default=(1,)
    )

    @property
    def outputs(self) -> int:
        return len(self.sizes) + 1

    @property
    def opening(self) -> bool:
        return True

    def encode(self, stream: Stream) -> Encoded:
        if stream.size <= sum(self.sizes):
            raise Unfit("The content ends before its last part")
        parts = np.split(stream.data, np.cumsum(self.sizes))
        # Copies, since numbers in them are to begin where numbers do in memory.
        return Encoded([Stream(part.copy(), label=f"part {number}") for number, part in enumerate(parts)])

    def decode(self, streams: Sequence[Array], note: bytes, most: int) -> Array:
        return np.concatenate(streams)
