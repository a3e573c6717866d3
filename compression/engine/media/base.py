"""What a parser finds: areas of alike elements in a file, and how to read numbers from its headers.

A parser is a function of the content that gives its areas in the order of the file, none where it is of another
format, compressed, or damaged. Content may end before its headers say (a frame of a larger file, a sample): an area
is what is there of it, whole elements.
"""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from compression.engine.streams import WIDTHS, Kind

Parser = Callable[[memoryview], "Sequence[Area]"]


class Field(NamedTuple):
    """A column of a table of records: the bytes of a value, and whether the highest comes first."""

    width: int
    swapped: bool


@dataclass(frozen=True, slots=True)
class Area:
    """The `size` bytes from `start` on are elements of `width` bytes.

    `swapped`: their highest byte comes first. `lags`: as of a Stream. `fields`: the columns of a table whose records
    are the elements. Areas with the same `part` belong together and become one stream.
    """

    start: int
    size: int
    width: int = 1
    kind: Kind = Kind.BYTES
    swapped: bool = False
    lags: tuple[int, ...] = ()
    label: str = ""
    fields: tuple[Field, ...] = ()
    part: int = 0


def area(data: memoryview, start: int, size: int, **what: Any) -> list[Area]:
    """The area of whole elements that `data` has of `size` bytes from `start`, as a list; empty where it has none."""
    width = what.get("width", 1)
    there = min(size, len(data) - start) // width * width
    return [Area(start, there, **what)] if start >= 0 and there > 0 else []


def numbers(width: int, *, floats: bool = False) -> Kind:
    """The kind of numbers of `width` bytes; those of an odd width are bytes to everybody who does not know better."""
    if width not in WIDTHS:
        return Kind.BYTES
    return Kind.FLOATS if floats and width >= 4 else Kind.NUMBERS


def lags(*extents: int) -> tuple[int, ...]:
    """The distances of neighbours in an array whose axes have these extents, the fastest first; the slowest is open.

    A fast axis of a few elements, such as colours, has no neighbours in it: `lags(3, 768)` is (3, 2304) and
    `lags(768)` is (1, 768).
    """
    found = [] if extents and extents[0] <= MAX_CHANNELS else [1]
    for extent in extents:
        found.append((found[-1] if found else 1) * extent)
    return tuple(found)


MAX_CHANNELS = 8
"""A fastest axis of so many elements is taken for the channels of a pixel or of a moment."""


def here(data: memoryview, at: int, size: int) -> bytes:
    """The bytes at a place, fewer where the data end before."""
    return bytes(data[at : at + size])


def unpacked(layout: str, data: memoryview, at: int) -> tuple[Any, ...]:
    """What `struct` reads at a place; zeros where the data end before."""
    size = struct.calcsize(layout)
    if at < 0 or at + size > len(data):
        return struct.unpack(layout, bytes(size))
    return struct.unpack_from(layout, data, at)
