"""Numbers and byte strings in as few bytes as they need: what pipelines, parameters and frame heads are written in.

A number is written in groups of seven bits, the lowest first, with the top bit set on all bytes but the last. A signed
number is folded first (0, -1, 1, -2 become 0, 1, 2, 3). A byte string has its length before it.
"""

from collections.abc import Iterable

from compression.engine.codecs.reader import Bytes
from compression.engine.errors import CorruptStream

MAX_NUMBER_BYTES = 10


class Writer:
    """Collects what is written; `bytes(writer.data)` is all of it."""

    def __init__(self) -> None:
        self.data = bytearray()

    def number(self, value: int) -> None:
        """Write a whole number that is not negative, below 2 to the power of 64."""
        while value > 0x7F:
            self.data.append(value & 0x7F | 0x80)
            value >>= 7
        self.data.append(value)

    def signed(self, value: int) -> None:
        """Write a whole number of either sign."""
        self.number(value << 1 if value >= 0 else (-value << 1) - 1)

    def numbers(self, values: Iterable[int]) -> None:
        """Write a count and so many numbers."""
        listed = list(values)
        self.number(len(listed))
        for value in listed:
            self.number(value)

    def string(self, value: Bytes) -> None:
        """Write a byte string with its length."""
        self.number(len(value))
        self.data += value


class Reader:
    """Reads what a Writer wrote from bytes that nobody vouches for; raises CorruptStream."""

    def __init__(self, data: Bytes) -> None:
        self._data = memoryview(data)
        self._at = 0

    @property
    def left(self) -> int:
        """Bytes that are not read yet."""
        return len(self._data) - self._at

    def number(self, most: int = (1 << 64) - 1) -> int:
        """The next number, refused above `most`."""
        value = shift = 0
        for _ in range(MAX_NUMBER_BYTES):
            if self._at == len(self._data):
                raise CorruptStream("The data end in the middle of a number")
            byte = self._data[self._at]
            self._at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                if value > most:
                    raise CorruptStream(f"A number is {value}, where at most {most} is possible")
                return value
            shift += 7
        raise CorruptStream("A number has too many bytes")

    def signed(self) -> int:
        """The next number of either sign."""
        value = self.number()
        return -((value + 1) >> 1) if value & 1 else value >> 1

    def numbers(self, most: int, most_each: int = (1 << 64) - 1) -> tuple[int, ...]:
        """The next list of at most `most` numbers; no more than there are bytes for."""
        count = self.number(min(most, self.left))
        return tuple(self.number(most_each) for _ in range(count))

    def string(self, most: int | None = None) -> memoryview:
        """The next byte string, refused where it is longer than `most`."""
        return self.exactly(self.number(self.left if most is None else min(most, self.left)))

    def exactly(self, size: int) -> memoryview:
        """The next `size` bytes."""
        if size > self.left:
            raise CorruptStream("The data end too early")
        self._at += size
        return self._data[self._at - size : self._at]

    def rest(self) -> memoryview:
        """All that is left."""
        return self.exactly(self.left)

    def finish(self) -> None:
        """Raise CorruptStream where something is left."""
        if self.left:
            raise CorruptStream(f"{self.left} bytes follow the end")
