"""Machine code whose calls and jumps say where they lead, not how far away that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from compression.engine.codecs.params import Choice, parameter
from compression.engine.errors import Unfit
from compression.engine.machine_code import BLOCK, MACHINES, runs
from compression.engine.streams import Array, Kind, Stream, words
from compression.engine.transforms.base import Encoded, Transform, transform
from compression.engine.wire import Reader, Writer


@transform
@dataclass(frozen=True)
class Branches(Transform):
    """Relative addresses in the code of a processor made absolute: calls of one function become alike.

    For x86 these are calls, jumps and data beside the instruction pointer, written with the highest byte first; for
    ARM calls, and with 64 bits pages. note: for each stretch of code the blocks before it and its own.
    """

    id: ClassVar[str] = "branches"
    code: ClassVar[int] = 102
    title: ClassVar[str] = "absolute addresses in machine code"
    encode_mb_s: ClassVar[float] = 250
    decode_mb_s: ClassVar[float] = 350

    machine: str = parameter(Choice("Processor", MACHINES), default="x86")

    def encode(self, stream: Stream) -> Encoded:
        found = runs(stream.data, self.machine)
        if not found:
            raise Unfit(f"No code for {self.machine} is in it")
        changed = stream.data.copy()
        writer = Writer()
        at = 0
        for start, count in found:
            self._change(changed, start * BLOCK, (start + count) * BLOCK, back=False)
            writer.number(start - at)
            writer.number(count)
            at = start + count
        return Encoded([Stream(changed, 1, Kind.BYTES, stream.label)], bytes(writer.data))

    def decode(self, streams: Sequence[Array], note: bytes, most: int) -> Array:
        changed = streams[0].copy()
        reader = Reader(note)
        at, blocks = 0, -(-len(changed) // BLOCK)
        while reader.left:
            start = at + reader.number(blocks - at)
            at = start + reader.number(blocks - start)
            self._change(changed, start * BLOCK, at * BLOCK, back=True)
        return changed

    def _change(self, data: Array, start: int, end: int, *, back: bool) -> None:
        """Change the code from `start` to `end`, in place."""
        if self.machine == "x86":
            from compression.engine.kernels import branches

            (branches.to_relative if back else branches.to_absolute)(data, start, end)
            return
        end = min(end, len(data)) // 4 * 4
        code: Any = words(data[start:end], 4)
        place = np.arange(start // 4, end // 4, dtype=np.uint32)
        if self.machine == "arm64":
            _add(code, place, (code >> 26) == 0x25, 26, back=back)
            _add_pages(code, place >> 10, back=back)
        else:
            _add(code, place, (code >> 24) == 0xEB, 24, back=back)


def _add(code: Any, place: Any, which: Any, bits: int, *, back: bool) -> None:
    """Add its place to the lowest bits of each word, or subtract it."""
    mask = np.uint32((1 << bits) - 1)
    old, add = code[which], place[which]
    code[which] = (old & ~mask) | ((old - add if back else old + add) & mask)


def _add_pages(code: Any, page: Any, *, back: bool) -> None:
    """The same for ADRP, whose 21 bits are the bits 29-30 and above these 5-23."""
    which = (code & np.uint32(0x9F000000)) == 0x90000000
    old, add = code[which], page[which]
    value = (old >> 29 & 3) | (old >> 5 & 0x7FFFF) << 2
    value = value - add if back else value + add
    code[which] = (old & np.uint32(0x9F00001F)) | (value & 3) << 29 | (value >> 2 & 0x7FFFF) << 5
