"""A dictionary: the different strings of a column, and for each row the number of its string."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from compression.engine import strings
from compression.engine.codecs.params import Choice, Integer, parameter
from compression.engine.errors import CorruptStream
from compression.engine.streams import Array, Kind, Stream, flat, words
from compression.engine.transforms.base import Encoded, Transform, transform


@transform
@dataclass(frozen=True)
class Words(Transform):
    """Strings as numbers of `index` bytes of the strings that occur.

    These are sorted by the `order`: so that the list becomes small, or so that the numbers do (the most frequent string
    first).
    """

    id: ClassVar[str] = "words"
    code: ClassVar[int] = 23
    title: ClassVar[str] = "a list of the different strings, and their numbers"
    encode_mb_s: ClassVar[float] = 90
    decode_mb_s: ClassVar[float] = 400

    index: int = parameter(Integer("Width of a number", 1, 2), default=1)
    order: str = parameter(Choice("Order", ("sorted", "frequent")), default="sorted")

    @property
    def outputs(self) -> int:
        return 2

    def encode(self, stream: Stream) -> Encoded:
        data = np.array(stream.data)
        ends = strings.ends(data)
        numbers, firsts, times = strings.numbered(data, ends, 1 << 8 * self.index)
        listed = strings.chosen(data, ends, firsts)
        by = range(len(listed))
        if self.order == "sorted":
            order = sorted(by, key=listed.__getitem__)
        else:
            order = sorted(by, key=(-times).tolist().__getitem__)
        place = np.empty(len(order), f"<u{self.index}")
        place[order] = np.arange(len(order))
        values = np.frombuffer(b"".join([listed[number] for number in order]), np.uint8)
        return Encoded(
            [
                Stream(values, 1, Kind.STRINGS, f"different strings of {stream.label}"),
                Stream(flat(place[numbers]), self.index, Kind.SYMBOLS, stream.label),
            ]
        )

    def decode(self, streams: Sequence[Array], note: bytes, most: int) -> Array:
        listed, numbered = streams
        if not len(listed) and not len(numbered):
            return listed
        if len(numbered) % self.index or not len(listed) or listed[-1] != strings.NEWLINE:
            raise CorruptStream("A list of strings or of their numbers has a part of one")
        numbers: Any = words(numbered, self.index)
        ends = np.flatnonzero(listed == strings.NEWLINE)
        if len(numbers) and int(numbers.max()) >= len(ends):
            raise CorruptStream("The number of a string is larger than there are strings")
        return strings.taken(np.array(listed), ends, numbers.astype(np.int64), most)
