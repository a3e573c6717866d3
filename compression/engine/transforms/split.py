"""Records of fields: each field of a fixed-length record becomes a stream of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from compression.engine.codecs.params import Integer, Integers, parameter
from compression.engine.errors import CorruptStream, InvalidParams
from compression.engine.streams import WIDTHS, Array, Kind, Stream, flat
from compression.engine.transforms.base import Encoded, Transform, transform
from compression.engine.wire import Reader, Writer


@transform
@dataclass(frozen=True)
class Split(Transform):
    """Records that consist of fields of `widths` bytes, one after the other.

    What is before the first record (`skip` bytes) and the incomplete one at the end come out as the last stream.
    `swapped` says which fields are big-endian and get their bytes turned around: how many are not, then how many are,
    then how many are not, and so on; those that are not counted are not.
    """

    id: ClassVar[str] = "split"
    code: ClassVar[int] = 3
    title: ClassVar[str] = "records split into fields"
    encode_mb_s: ClassVar[float] = 600
    decode_mb_s: ClassVar[float] = 600

    widths: tuple[int, ...] = parameter(Integers("Widths of the fields", 1, 4096, 4096, 1), default=(4,))
    swapped: tuple[int, ...] = parameter(Integers("Big-endian fields", 0, 4096, 4096), default=())
    skip: int = parameter(Integer("Bytes before the records", 0, 1 << 24), default=0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if sum(self.swapped) > len(self.widths):
            raise InvalidParams(
                "There are fewer fields than are said to be big-endian or not", field="swapped"
            )

    @property
    def stride(self) -> int:
        """Bytes of a record."""
        return sum(self.widths)

    @property
    def outputs(self) -> int:
        return len(self.widths) + 1

    @property
    def opening(self) -> bool:
        return self.skip > 0

    def cut(self, data: Array) -> int:
        return self.skip + max(len(data) - self.skip, 0) // self.stride * self.stride

    @property
    def _turned(self) -> list[bool]:
        """For each field whether its bytes are turned around."""
        flags = [bool(number % 2) for number, count in enumerate(self.swapped) for _ in range(count)]
        return (flags + [False] * len(self.widths))[: len(self.widths)]

    def encode(self, stream: Stream) -> Encoded:
        skip = min(self.skip, stream.size)
        count = (stream.size - skip) // self.stride
        end = skip + count * self.stride
        # A copy where it would not begin where numbers do in memory.
        inside = stream.data[skip:end].copy() if skip else stream.data[:end]
        records = inside.reshape(count, self.stride)
        fields, at = [], 0
        for number, (width, turned) in enumerate(zip(self.widths, self._turned, strict=True)):
            part = records[:, at : at + width]
            kind = Kind.NUMBERS if width in WIDTHS else Kind.BYTES
            fields.append(Stream(flat(part[:, ::-1] if turned else part), width, kind, f"field {number}"))
            at += width
        rest = np.concatenate([stream.data[:skip], stream.data[end:]])
        writer = Writer()
        writer.number(skip)
        return Encoded([*fields, Stream(rest, label="outside of the records")], bytes(writer.data))

    def decode(self, streams: Sequence[Array], note: bytes, most: int) -> Array:
        *fields, rest = streams
        count = len(fields[0]) // self.widths[0]
        if any(len(field) != count * width for field, width in zip(fields, self.widths, strict=True)):
            raise CorruptStream("The fields of records have different counts")
        skip = Reader(note).number(len(rest))
        records = np.empty((count, self.stride), np.uint8)
        at = 0
        for field, width, turned in zip(fields, self.widths, self._turned, strict=True):
            part = field.reshape(count, width)
            records[:, at : at + width] = part[:, ::-1] if turned else part
            at += width
        return np.concatenate([rest[:skip], records.reshape(-1), rest[skip:]])
