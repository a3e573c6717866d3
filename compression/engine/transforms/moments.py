"""Dates and times of one layout as numbers: days, minutes, seconds or parts of seconds."""

import re
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from compression.engine.codecs.params import Text, parameter
from compression.engine.errors import CorruptStream, InvalidParams
from compression.engine.kernels.moment_items import (
    DAY,
    FRACTION,
    HOUR,
    LITERAL,
    MINUTE,
    MONTH,
    MONTH_NAME,
    PADDED,
    PLAIN,
    SECOND,
    SHORT_YEAR,
    SPACED,
    WEEKDAY,
    YEAR,
)
from compression.engine.streams import Array
from compression.engine.transforms.base import transform
from compression.engine.transforms.numeric import Numeric

NAMES = np.frombuffer(b"JanFebMarAprMayJunJulAugSepOctNovDecThuFriSatSunMonTueWed", np.uint8)
ITEMS = {
    "Y": (YEAR, PADDED),
    "y": (SHORT_YEAR, PADDED),
    "m": (MONTH, PADDED),
    "-m": (MONTH, PLAIN),
    "b": (MONTH_NAME, PADDED),
    "d": (DAY, PADDED),
    "-d": (DAY, PLAIN),
    "e": (DAY, SPACED),
    "a": (WEEKDAY, PADDED),
    "H": (HOUR, PADDED),
    "-H": (HOUR, PLAIN),
    "M": (MINUTE, PADDED),
    "S": (SECOND, PADDED),
    **{f"{digits}f": (FRACTION, digits) for digits in range(1, 10)},
}
UNITS = {YEAR: 1, DAY: 1, HOUR: 24, MINUTE: 24 * 60, SECOND: 24 * 3600, FRACTION: 24 * 3600}
_ITEM = re.compile(r"%(-?[a-zA-Z]|[1-9]f)|(.)")


class Layout(NamedTuple):
    """A layout as the kernels take it: items and their arguments, units to a day, and parts to a unit."""

    items: Any
    arguments: Any
    per_day: int
    parts: int

    @property
    def longest(self) -> int:
        """The most bytes of such a moment, the line end included."""
        sizes = {YEAR: 4, MONTH_NAME: 3, WEEKDAY: 3, LITERAL: 1}
        return 1 + sum(
            argument if item == FRACTION else sizes.get(item, 2)
            for item, argument in zip(self.items.tolist(), self.arguments.tolist(), strict=True)
        )


def layout(text: str) -> Layout:
    """The items of a layout in the notation of `strftime`; raises InvalidParams."""
    found = [
        ITEMS.get(name, (-1, 0)) if name else (LITERAL, ord(literal)) for name, literal in _ITEM.findall(text)
    ]
    items = [item for item, _ in found]
    fields = [MONTH if item == MONTH_NAME else YEAR if item == SHORT_YEAR else item for item in items if item]
    if -1 in items or not fields or len(set(fields)) < len(fields):
        raise InvalidParams("A layout has items like %Y-%m-%d %H:%M:%S, each once", field="layout")
    digits = max((argument for item, argument in found if item == FRACTION), default=0)
    per_day = max(UNITS.get(field, 1) for field in fields)
    return Layout(
        np.array(items, np.int64),
        np.array([argument for _, argument in found], np.int64),
        per_day,
        10**digits,
    )


@transform
@dataclass(frozen=True)
class Moments(Numeric):
    """Dates and times of a layout, counted in the smallest unit that it has.

    A layout is text with %Y %m %d %H %M %S as `strftime` has them, also %y, %b and %a (three letters, English),
    %-m %-d %-H (without zeros), %e, and %3f for three digits of a second.
    """

    id: ClassVar[str] = "moments"
    code: ClassVar[int] = 22
    title: ClassVar[str] = "dates and times as numbers"
    encode_mb_s: ClassVar[float] = 200
    decode_mb_s: ClassVar[float] = 200

    layout: str = parameter(Text("Layout", 64), default="%Y-%m-%d")

    def __post_init__(self) -> None:
        super().__post_init__()
        layout(self.layout)

    def parse(self, data: Array, ends: Any) -> tuple[Any, Any]:
        from compression.engine.kernels import moments

        numbers, fits = np.zeros(len(ends), np.int64), np.zeros(len(ends), np.uint8)
        known = layout(self.layout)
        moments.parse(
            data, ends, known.items, known.arguments, NAMES.copy(), known.per_day, known.parts, numbers, fits
        )
        return numbers, fits

    def write(self, numbers: Any, most: int) -> Array:
        from compression.engine.kernels import moments

        known = layout(self.layout)
        # What is written without zeros takes at least half of the most.
        if len(numbers) * known.longest > 2 * most:
            raise CorruptStream("A column of dates is larger than possible")
        out = np.empty(len(numbers) * known.longest, np.uint8)
        size = moments.write(
            numbers, known.items, known.arguments, NAMES.copy(), known.per_day, known.parts, out
        )
        return out[:size]
