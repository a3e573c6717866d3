"""Records of fields that begin and end within bytes: packed numbers of any number of bits."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from compression.engine.codecs.params import Choice, Integer, Integers, parameter
from compression.engine.errors import CorruptStream, InvalidParams
from compression.engine.streams import Array, Kind, Stream, flat, words
from compression.engine.transforms.base import Encoded, Transform, transform
from compression.engine.wire import Reader, Writer

MOST_BITS = 57
"""Of a field: with the bits before it in its first byte it is within 64."""


@transform
@dataclass(frozen=True)
class BitFields(Transform):
    """Records of fields of so many `bits`, together whole bytes; each field becomes numbers of 1, 2, 4 or 8 bytes.

    The record is one number, and its fields follow from the lowest bit up (`low`) or from the highest down (`high`,
    where the first byte of the record is its highest). What is before the first record (`skip` bytes) and the
    incomplete one at the end come out as the last stream.
    """

    id: ClassVar[str] = "bit-fields"
    code: ClassVar[int] = 85
    title: ClassVar[str] = "records split into fields of bits"
    encode_mb_s: ClassVar[float] = 250
    decode_mb_s: ClassVar[float] = 350

    bits: tuple[int, ...] = parameter(Integers("Bits of the fields", 1, MOST_BITS, 512, 1), default=(8,))
    order: str = parameter(Choice("First field", ("low", "high")), default="low")
    skip: int = parameter(Integer("Bytes before the records", 0, 1 << 24), default=0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if sum(self.bits) % 8:
            raise InvalidParams("The fields must be whole bytes together", field="bits")

    @property
    def stride(self) -> int:
        """Bytes of a record."""
        return sum(self.bits) // 8

    @property
    def outputs(self) -> int:
        return len(self.bits) + 1

    @property
    def opening(self) -> bool:
        return self.skip > 0

    @property
    def continuing(self) -> "BitFields":
        return replace(self, skip=0)

    def cut(self, data: Array) -> int:
        return self.skip + max(len(data) - self.skip, 0) // self.stride * self.stride

    def encode(self, stream: Stream) -> Encoded:
        skip = min(self.skip, stream.size)
        count = (stream.size - skip) // self.stride
        end = skip + count * self.stride
        records = self._lowest_first(stream.data[skip:end].reshape(count, self.stride))
        fields = []
        for number, (at, size) in enumerate(self._places()):
            first, last = at // 8, (at + size - 1) // 8
            value = np.zeros(count, np.uint64)
            for byte in range(last, first - 1, -1):
                value = value << np.uint64(8) | records[:, byte]
            value = value >> np.uint64(at % 8) & np.uint64((1 << size) - 1)
            width = _width(size)
            fields.append(Stream(flat(value.astype(f"<u{width}")), width, Kind.NUMBERS, f"field {number}"))
        rest = np.concatenate([stream.data[:skip], stream.data[end:]])
        writer = Writer()
        writer.number(skip)
        return Encoded([*fields, Stream(rest, label="outside of the records")], bytes(writer.data))

    def decode(self, streams: Sequence[Array], note: bytes, most: int) -> Array:
        *fields, rest = streams
        count = len(fields[0]) // _width(self.bits[0])
        if count * self.stride > most or any(
            len(field) != count * _width(size) for field, size in zip(fields, self.bits, strict=True)
        ):
            raise CorruptStream("The fields of records have different counts")
        skip = Reader(note).number(len(rest))
        records = np.zeros((count, self.stride), np.uint8)
        lowest_first = self._lowest_first(records)
        for field, (at, size) in zip(fields, self._places(), strict=True):
            value: Any = words(field, _width(size)).astype(np.uint64) & np.uint64((1 << size) - 1)
            value <<= np.uint64(at % 8)
            for byte in range(at // 8, (at + size - 1) // 8 + 1):
                lowest_first[:, byte] |= value.astype(np.uint8)
                value >>= np.uint64(8)
        return np.concatenate([rest[:skip], records.reshape(-1), rest[skip:]])

    def _lowest_first(self, records: Array) -> Array:
        return records[:, ::-1] if self.order == "high" else records

    def _places(self) -> list[tuple[int, int]]:
        """For each field its lowest bit in the record, and its size."""
        ends = np.cumsum(self.bits)
        if self.order == "high":
            return [(8 * self.stride - int(end), size) for end, size in zip(ends, self.bits, strict=True)]
        return [(int(end) - size, size) for end, size in zip(ends, self.bits, strict=True)]


def _width(bits: int) -> int:
    """The bytes of a number of so many bits."""
    return next(width for width in (1, 2, 4, 8) if 8 * width >= bits)
