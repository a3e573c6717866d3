"""Errors of a prediction, written by an arithmetic coder that knows where they come from."""

from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import numpy as np

from compression.engine.codecs.params import Integer, parameter
from compression.engine.codecs.reader import Bytes
from compression.engine.errors import CorruptStream, InvalidParams, Unfit
from compression.engine.leaves.base import Leaf, leaf
from compression.engine.limits import MiB
from compression.engine.streams import MAX_LAG, WIDTHS, Array, array, flat, words

TABLES = 16 * MiB


@leaf
@dataclass(frozen=True)
class ErrorsLeaf(Leaf):
    """Folded errors of `width` bytes: where those near by are large, this one may be.

    Neighbours are `step` numbers away (channels), `row` numbers where there are rows, `plane` where there are planes.
    """

    id: ClassVar[str] = "errors"
    code: ClassVar[int] = 60
    title: ClassVar[str] = "errors as likely as their neighbours make them"
    encode_mb_s: ClassVar[float] = 1.5
    decode_mb_s: ClassVar[float] = 1.5

    width: int = parameter(Integer("Width", 1, 4), default=1)
    step: int = parameter(Integer("Channels", 1, 64), default=1)
    row: int = parameter(Integer("Numbers in a row", 0, MAX_LAG), default=0)
    plane: int = parameter(Integer("Numbers in a plane", 0, MAX_LAG), default=0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.width not in WIDTHS:
            raise InvalidParams("Width must be 1, 2 or 4", field="width")

    def memory(self, size: int) -> int:
        return TABLES + 6 * size

    def encode(self, data: Array) -> bytes:
        if len(data) % self.width:
            raise Unfit(f"{len(data)} bytes are no errors of {self.width} bytes")
        written = np.zeros(2 * len(data) + 256, np.uint8)
        size = self._run(words(data, self.width).astype(np.uint32), written, decoding=False)
        if size > len(written):
            raise Unfit("What is taken for errors becomes larger")
        return written[:size].tobytes()

    def _decode(self, encoded: Bytes, size: int) -> Array:
        if size % self.width:
            raise CorruptStream(f"{size} bytes are no errors of {self.width} bytes")
        folded = np.zeros(size // self.width, np.uint32)
        if self._run(folded, np.array(array(encoded)), decoding=True) != len(encoded):
            raise CorruptStream("The errors of a prediction are not complete, or more follows")
        return flat(folded.astype(f"<u{self.width}"))

    def _run(self, folded: Any, data: Array, *, decoding: bool) -> int:
        from compression.engine.kernels.errors import run

        squash, stretch, rates = _tables()
        bits = 8 * self.width
        return int(
            run(folded, data, int(decoding), bits, self.step, self.row, self.plane, squash, stretch, rates)
        )


@cache
def _tables() -> tuple[Any, Any, Any]:
    from compression.engine.kernels.errors import LIMIT, tables

    squash, stretch = tables()
    return squash, stretch, 655360 // (10 * np.arange(LIMIT + 1, dtype=np.int64) + 16)
