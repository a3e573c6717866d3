"""Text in UTF-16, UTF-8 or UTF-32 as one byte for each character, by a table of those that are frequent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from compression.engine.codecs.params import Choice, parameter
from compression.engine.errors import CorruptStream, Unfit
from compression.engine.streams import Array, Kind, Stream, array, flat, words
from compression.engine.transforms.base import Encoded, Transform, behind_last, transform
from compression.engine.wire import Reader, Writer

ASCII, RARE = 128, 255
LARGEST = 0x110000
"""Characters are below this."""
FORMS = {"utf-8": "<u4", "utf-16": "<u2", "utf-16-be": ">u2", "utf-32": "<u4"}
"""The forms of text, and the numbers that stand for characters, or halves of such."""


@transform
@dataclass(frozen=True)
class Characters(Transform):
    """Bytes 0 to 127 are those characters, 128 to 254 the ones in a table, 255 one that follows in a list.

    Streams: the bytes, the table in ascending order, and the list. Bytes at the end that are no whole character, and
    a byte order mark, are in the note.
    """

    id: ClassVar[str] = "characters"
    code: ClassVar[int] = 42
    title: ClassVar[str] = "a byte for each character"
    encode_mb_s: ClassVar[float] = 120
    decode_mb_s: ClassVar[float] = 250

    form: str = parameter(Choice("Form", tuple(FORMS)), default="utf-8")

    @property
    def outputs(self) -> int:
        return 3

    @property
    def _width(self) -> int:
        return int(FORMS[self.form][-1])

    def cut(self, data: Array) -> int:
        return behind_last(data) if self.form == "utf-8" else len(data) // self._width * self._width

    def encode(self, stream: Stream) -> Encoded:
        data, tail = self._whole(stream.data)
        units = self._units(data)
        mark = bool(len(units)) and int(units[0]) == ord("\ufeff")
        units = units[1:] if mark else units
        counts = np.bincount(units, minlength=ASCII)
        frequent = np.argsort(-counts[ASCII:], kind="stable")[: RARE - ASCII] + ASCII
        table = np.sort(frequent[counts[frequent] > 0])
        places = np.full(len(counts), RARE, np.uint8)
        places[:ASCII] = range(ASCII)
        places[table] = np.arange(ASCII, ASCII + len(table))
        numbers = places[units]
        writer = Writer()
        writer.number(int(mark))
        writer.string(tail)
        width = self._width
        return Encoded(
            [
                Stream(numbers, 1, Kind.TEXT, "characters"),
                Stream(flat(table.astype(f"<u{width}")), width, Kind.NUMBERS, "table of characters"),
                Stream(
                    flat(units[numbers == RARE].astype(f"<u{width}")), width, Kind.NUMBERS, "rare characters"
                ),
            ],
            bytes(writer.data),
        )

    def _whole(self, data: Array) -> tuple[Array, bytes]:
        """The data as far as characters are whole, and the few bytes behind."""
        end = len(data)
        if self.form == "utf-8":
            # A character has at most three bytes behind its first, and these begin with the bits 10.
            while end > max(len(data) - 4, 0) and data[end - 1] & 0xC0 == 0x80:
                end -= 1
            if end and data[end - 1] >= 0xC0:
                lead = int(data[end - 1])
                missing = 1 + (lead >= 0xE0) + (lead >= 0xF0) - (len(data) - end)
                end = end - 1 if missing else len(data)
            else:
                end = len(data)
        else:
            end -= end % self._width
        return data[:end], data[end:].tobytes()

    def _units(self, data: Array) -> Any:
        if self.form == "utf-8":
            try:
                data = array(data.tobytes().decode("utf-8").encode("utf-32-le"))
            except UnicodeDecodeError as error:
                raise Unfit(f"This is no UTF-8: {error.reason}") from None
        units: Any = np.frombuffer(data.tobytes(), FORMS[self.form])
        if len(units) and int(units.max()) >= LARGEST:
            raise Unfit("This is no UTF-32")
        return units

    def decode(self, streams: Sequence[Array], note: bytes, most: int) -> Array:
        numbers, listed, rare = streams
        reader = Reader(note)
        mark, tail = bool(reader.number(1)), bytes(reader.string())
        reader.finish()
        width = self._width
        if len(listed) % width or len(rare) % width or len(listed) > width * (RARE - ASCII):
            raise CorruptStream("The characters of a text are incomplete")
        table: Any = np.zeros(256, np.uint32)
        table[:ASCII] = range(ASCII)
        known: Any = words(np.array(listed), width)
        table[ASCII : ASCII + len(known)] = known
        if (len(numbers) + 1) * width + len(tail) > most + (4 * most if self.form == "utf-8" else width):
            raise CorruptStream("A text is longer than it may be")
        units = table[numbers]
        places = np.flatnonzero(numbers == RARE)
        if len(places) * width != len(rare):
            raise CorruptStream("The rare characters of a text are not as many as their places")
        units[places] = words(np.array(rare), width)
        units = np.concatenate([np.array([ord("\ufeff")] * mark, np.uint32), units])
        return np.concatenate([self._written(units), array(tail)])

    def _written(self, units: Any) -> Array:
        if self.form != "utf-8":
            return flat(units.astype(FORMS[self.form]))
        try:
            return array(flat(units.astype("<u4")).tobytes().decode("utf-32-le").encode("utf-8"))
        except UnicodeError as error:
            raise CorruptStream(f"A text has an impossible character: {error}") from None
