"""Records of fields: each field of a fixed-length record becomes a stream of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from compression.engine.codecs.params import Integer, Integers, parameter
from compression.engine.errors import CorruptStream
from compression.engine.streams import WIDTHS, Array, Kind, Stream, flat
from compression.engine.transforms.base import Encoded, Transform, transform
from compression.engine.wire import Reader, Writer


@transform
@dataclass(frozen=True)
class Split(Transform):
    """Records that consist of fields of `widths` bytes, one after the other.

    What is before the first record (`skip` bytes) and the incomplete one at the end come out as the last stream.
    Bit n of `swapped` says that the bytes of field n are turned around: big-endian numbers become little-endian.
    """

    id: ClassVar[str] = "split"
    code: ClassVar[int] = 3
    title: ClassVar[str] = "records split into fields"
    encode_mb_s: ClassVar[float] = 600
    decode_mb_s: ClassVar[float] = 600

    widths: tuple[int, ...] = parameter(Integers("Widths of the fields", 1, 4096, 4096, 1), default=(4,))
    swapped: int = parameter(Integer("Big-endian fields", 0, (1 << 63) - 1), default=0)
    skip: int = parameter(Integer("Bytes before the records", 0, 1 << 24), default=0)

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

    def encode(self, stream: Stream) -> Encoded:
        skip = min(self.skip, stream.size)
        count = (stream.size - skip) // self.stride
        end = skip + count * self.stride
        records = stream.data[skip:end].reshape(count, self.stride)
        fields, at = [], 0
        for number, width in enumerate(self.widths):
            part = records[:, at : at + width]
            fields.append(self._field(part, number, width))
            at += width
        rest = np.concatenate([stream.data[:skip], stream.data[end:]])
        writer = Writer()
        writer.number(skip)
        return Encoded([*fields, Stream(rest, label="outside of the records")], bytes(writer.data))

    def _field(self, part: Array, number: int, width: int) -> Stream:
        turned = part[:, ::-1] if self.swapped >> number & 1 else part
        kind = Kind.NUMBERS if width in WIDTHS else Kind.BYTES
        return Stream(flat(turned), width, kind, f"field {number}")

    def decode(self, streams: Sequence[Array], note: bytes, most: int) -> Array:
        *fields, rest = streams
        count = len(fields[0]) // self.widths[0]
        if any(len(field) != count * width for field, width in zip(fields, self.widths, strict=True)):
            raise CorruptStream("The fields of records have different counts")
        skip = Reader(note).number(len(rest))
        records = np.empty((count, self.stride), np.uint8)
        at = 0
        for number, (field, width) in enumerate(zip(fields, self.widths, strict=True)):
            part = field.reshape(count, width)
            records[:, at : at + width] = part[:, ::-1] if self.swapped >> number & 1 else part
            at += width
        return np.concatenate([rest[:skip], records.reshape(-1), rest[skip:]])
