"""Context mixing: the strongest leaf and the slowest, the same both ways."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from compression.engine.codecs.params import Choice, Integer, parameter
from compression.engine.codecs.reader import Bytes
from compression.engine.errors import CorruptStream, Unfit
from compression.engine.kernels import mix_tables as tables
from compression.engine.kernels.mix_menus import MENUS, program
from compression.engine.leaves.base import Leaf, leaf
from compression.engine.limits import MiB
from compression.engine.streams import Array

SLOT = 16
LEAST_BITS, MOST_SLOT_BITS, MOST_MATCH_BITS, MOST_CURVE_BITS = 8, 21, 20, 16
LARGE = 1 << 16
"""From so many bytes on a match begins at 6 equal bytes, below at 4."""


def _bits(count: int, most: int) -> int:
    return max(LEAST_BITS, min(most, count.bit_length()))


def _aligned(size: int) -> Array:
    """Zeros that begin with a cache line; pages that stay unused cost nothing."""
    memory = np.zeros(size + 64, np.uint8)
    start = -memory.ctypes.data % 64
    return memory[start : start + size]


@leaf
@dataclass(frozen=True)
class MixLeaf(Leaf):
    """What predicts is chosen by `model`; `stride` and `width` say where similar bytes lie (see `mix_menus`)."""

    id: ClassVar[str] = "mix"
    code: ClassVar[int] = 10
    title: ClassVar[str] = "context mixing"
    encode_mb_s: ClassVar[float] = 0.5
    decode_mb_s: ClassVar[float] = 0.5

    model: str = parameter(Choice("Model", tuple(MENUS)), default="text")
    stride: int = parameter(Integer("Bytes of a record or row", 1, 1 << 16), default=1)
    width: int = parameter(Integer("Bytes of a number or pixel", 1, 16), default=1)

    @property
    def _lanes(self) -> int:
        """Places that differ in what they hold."""
        return {"records": self.stride, "image": self.width, "numbers": self.width}.get(self.model, 1)

    def encode(self, data: Array) -> bytes:
        if not len(data):
            return b""
        written = np.empty(len(data) + len(data) // 16 + 64, np.uint8)
        used = self._run(self._turned(np.array(data)), np.empty(0, np.uint8), written)
        if used < 0:
            raise Unfit("The data get larger by context mixing")
        return written[:used].tobytes()

    def _decode(self, encoded: Bytes, size: int) -> Bytes | Array:
        if not size:
            return bytes(encoded)
        data = np.zeros(size, np.uint8)
        used = self._run(data, np.frombuffer(encoded, np.uint8), np.empty(0, np.uint8))
        # The decoder reads as far as the encoder wrote, and three bytes that need not be there.
        if used != len(encoded) + 3:
            raise CorruptStream("A stream is damaged (mix)")
        return self._turned(data)

    def _turned(self, data: Array) -> Array:
        """Of numbers the highest byte first, or back; what is no whole number at the end stays."""
        if self.model != "numbers" or self.width == 1:
            return data
        whole = len(data) // self.width * self.width
        turned = data.copy()
        turned[:whole] = data[:whole].reshape(-1, self.width)[:, ::-1].reshape(-1)
        return turned

    def _run(self, data: Array, coded: Array, written: Array) -> int:
        """Encode where there is nothing coded: see the kernel."""
        from compression.engine.kernels import mix  # numba is loaded only where it is needed

        size = len(data)
        contexts = program(self.model, self.stride, self.width)
        slot_bits = _bits(2 * len(contexts) * size, MOST_SLOT_BITS)
        match_bits = _bits(size, MOST_MATCH_BITS)
        curve_bits = _bits(size >> 3, MOST_CURVE_BITS)
        least = 6 if size > LARGE else 4
        masks = [(1 << bits) - 1 for bits in (slot_bits, match_bits, curve_bits)]
        curve: Any = tables.straight()
        memory = (
            _aligned(SLOT << slot_bits),
            np.zeros(1 << match_bits, np.int32),
            np.tile(curve, 256),
            np.tile(curve, 1 << curve_bits),
        )
        options = np.array([self._lanes, least, *masks, 0], np.int64)
        fixed = (
            tables.stretch(),
            tables.squash(),
            tables.following(),
            tables.beliefs(),
            tables.shares(),
        )
        return int(mix.run(not len(written), data, coded, written, contexts, options, memory, fixed))

    def memory(self, size: int) -> int:
        contexts = len(program(self.model, self.stride, self.width))
        slots = SLOT << _bits(2 * contexts * size, MOST_SLOT_BITS)
        matches = 4 << _bits(size, MOST_MATCH_BITS)
        curves = 2 * tables.STEPS << _bits(size >> 3, MOST_CURVE_BITS)
        return (2 if self.model == "numbers" else 1) * size + slots + matches + curves + 2 * MiB
