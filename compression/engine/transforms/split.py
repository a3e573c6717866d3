"""Records of fields: each field of a fixed-length record becomes a stream of its own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from compression.engine.codecs.params import Integer, Integers, parameter
from compression.engine.errors import CorruptStream, InvalidParams
from compression.engine.limits import KiB
from compression.engine.streams import WIDTHS, Array, Kind, Stream, flat, words
from compression.engine.transforms.base import Encoded, Transform, transform
from compression.engine.wire import Reader, Writer

BLOCK = 64 * KiB
"""Bytes of records that are woven at a time."""


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
    encode_mb_s: ClassVar[float] = 900
    decode_mb_s: ClassVar[float] = 1800

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

    @property
    def continuing(self) -> "Split":
        return replace(self, skip=0)

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
        fields = []
        for number, (width, place) in enumerate(zip(self.widths, self._places(inside), strict=True)):
            kind = Kind.NUMBERS if width in WIDTHS else Kind.BYTES
            fields.append(Stream(_taken(place, width), width, kind, f"field {number}"))
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
        out = np.empty(len(rest) + count * self.stride, np.uint8)
        out[:skip], out[skip + count * self.stride :] = rest[:skip], rest[skip:]
        places = self._places(out[skip : skip + count * self.stride])
        parts = [_elements(field, width) for field, width in zip(fields, self.widths, strict=True)]
        # A block of records after the other, so that what is woven is near.
        step = max(BLOCK // self.stride, 1)
        for start in range(0, count, step):
            for place, part in zip(places, parts, strict=True):
                place[start : start + step] = part[start : start + step]
        return out

    def _places(self, records: Array) -> list[Any]:
        """Where the elements of each field are in records: numbers where NumPy has such, else rows of bytes."""
        rows = records.reshape(-1, self.stride)
        found: list[Any] = []
        at = 0
        for width, turned in zip(self.widths, self._turned, strict=True):
            if width in WIDTHS:
                order = ">" if turned else "<"
                layout = np.dtype(
                    {
                        "names": ["field"],
                        "formats": [f"{order}u{width}"],
                        "offsets": [at],
                        "itemsize": self.stride,
                    }
                )
                found.append(records.view(layout)["field"])
            else:
                part = rows[:, at : at + width]
                found.append(part[:, ::-1] if turned else part)
            at += width
        return found


def _elements(field: Array, width: int) -> Any:
    """A field as `_places` has it."""
    return words(field, width) if width in WIDTHS else field.reshape(-1, width)


def _taken(place: Any, width: int) -> Array:
    """The bytes of a field."""
    return flat(place.astype(f"<u{width}") if width in WIDTHS else place)
