"""Arrays and tables of science: NumPy, FITS, GRIB, DICOM."""

import ast
import math
import re
from collections.abc import Iterator, Sequence
from typing import Any

from compression.engine.media.base import Area, Field, area, here, lags, numbers, unpacked
from compression.engine.streams import WIDTHS, Kind

MAX_HEADER = 1 << 16
CARD, BLOCK = 80, 2880


def npy(data: memoryview) -> Sequence[Area]:
    """The array of a .npy file."""
    if here(data, 0, 6) != b"\x93NUMPY":
        return []
    long = here(data, 6, 1) != b"\x01"
    (length,) = unpacked("<I" if long else "<H", data, 8)
    start = (12 if long else 10) + length
    if length > MAX_HEADER:
        return []
    try:
        known: Any = ast.literal_eval(here(data, start - length, length).decode("latin-1").strip())
        found = re.fullmatch(r"([<>|=])([biuf])(\d{1,2})", known["descr"])
        extents = [int(extent) for extent in known["shape"]]
        order = extents if known["fortran_order"] else extents[::-1]
    except (ValueError, SyntaxError, TypeError, KeyError, RecursionError, MemoryError):
        return []
    if found is None or int(found[3]) not in WIDTHS or any(extent < 1 for extent in order):
        return []
    width = int(found[3])
    return area(
        data,
        start,
        math.prod(extents) * width,
        width=width,
        kind=numbers(width, floats=found[2] == "f"),
        swapped=found[1] == ">" and width > 1,
        lags=lags(*order[:-1][:2]),
        label="array",
    )


# FITS: header blocks of cards, then data filled up to a whole block; again for every extension.

FORMS = {
    "L": 1,
    "B": 1,
    "A": 1,
    "X": 1,
    "I": 2,
    "J": 4,
    "K": 8,
    "E": 4,
    "D": 8,
    "C": 4,
    "M": 8,
    "P": 4,
    "Q": 8,
}
"""Bytes of the elements of a column; complex numbers and pointers are two of them."""
MAX_UNITS = 100
MAX_FIELDS = 400


def fits(data: memoryview) -> Sequence[Area]:
    """The images and tables of a FITS file, each a part of its own."""
    if here(data, 0, 6) != b"SIMPLE":
        return []
    areas: list[Area] = []
    at = 0
    for _ in range(MAX_UNITS):
        cards, start = _cards(data, at)
        if not cards or start > len(data):
            break
        size, found = _unit(data, start, cards, len(areas))
        areas += found
        at = start + -(-size // BLOCK) * BLOCK
    return areas


def _cards(data: memoryview, at: int) -> tuple[dict[str, str], int]:
    """The cards of a header by name, and where it ends; none where it does not."""
    cards: dict[str, str] = {}
    for place in range(at, min(len(data), at + 200 * BLOCK) - CARD + 1, CARD):
        text = here(data, place, CARD).decode("latin-1")
        name = text[:8].strip()
        if name == "END":
            return cards, place + BLOCK - (place - at) % BLOCK
        if text[8:10] == "= ":
            cards[name] = text[10:].split("/")[0].strip().strip("'").strip()
    return {}, at


def _unit(data: memoryview, start: int, cards: dict[str, str], part: int) -> tuple[int, Sequence[Area]]:
    """The bytes of the data of one header, and the area that they are."""
    try:
        axes = [int(cards[f"NAXIS{number + 1}"]) for number in range(int(cards.get("NAXIS", "0")))]
        bits, heap, groups = (int(cards[name]) if name in cards else least for name, least in COUNTS)
    except (KeyError, ValueError):
        return 0, []
    if not axes or any(extent < 1 for extent in axes) or bits not in (8, 16, 32, 64, -32, -64):
        return 0, []
    width = abs(bits) // 8
    size = width * groups * (heap + math.prod(axes))
    if cards.get("XTENSION") == "BINTABLE":
        return size, _table(data, start, axes, cards, part)
    kind = numbers(width, floats=bits < 0)
    near = lags(*axes[:-1][:2])
    return size, area(
        data, start, size, width=width, kind=kind, swapped=width > 1, lags=near, label="image", part=part
    )


COUNTS = (("BITPIX", 8), ("PCOUNT", 0), ("GCOUNT", 1))


def _table(
    data: memoryview, start: int, axes: Sequence[int], cards: dict[str, str], part: int
) -> Sequence[Area]:
    fields: list[Field] = []
    for number in range(1, min(int(cards.get("TFIELDS", "0")), MAX_FIELDS) + 1):
        found = re.fullmatch(r"(\d{0,6})([LXBIJKAEDCMPQ]).*", cards.get(f"TFORM{number}", ""))
        if found is None:
            return []
        fields += _columns(int(found[1] or 1), found[2])
    row, rows = axes[0], axes[1] if len(axes) > 1 else 1
    if sum(field.width for field in fields) != row or not fields:
        return []
    return area(data, start, row * rows, width=row, label="table", fields=tuple(fields), part=part)


def _columns(repeat: int, form: str) -> list[Field]:
    """The fields of a column: its numbers one by one where they are few, else its bytes."""
    each = FORMS[form]
    count = -(-repeat // 8) if form == "X" else repeat * (2 if form in "CMPQ" else 1)
    if not count:
        return []
    if each == 1 or count > 16:
        return [Field(count * each, swapped=False)]
    return [Field(each, swapped=True)] * count


# GRIB: messages, each with its grid packed as whole numbers.

MAX_FILLING = 4096
"""Messages are at most so far apart: some writers fill them up to whole blocks."""


def grib(data: memoryview) -> Sequence[Area]:
    """The grids of all messages of a GRIB file that are packed alike into 8, 16 or 32 bits; together one part."""
    found: list[Area] = []
    at = 0
    while here(data, at, 4) == b"GRIB" and at + 16 <= len(data):
        if data[at + 7] == 1:
            size = int.from_bytes(data[at + 4 : at + 7], "big")
            areas = _grib1(data, at)
        else:
            (size,) = unpacked(">Q", data, at + 8)
            areas = _grib2(data, at)
        found += [
            item for item in areas if not found or (item.width, item.lags) == (found[0].width, found[0].lags)
        ]
        if size < 16:
            break
        at += size
        at += max(here(data, at, MAX_FILLING).find(b"GRIB"), 0)
    return found


def _grib1(data: memoryview, at: int) -> Sequence[Area]:
    place = at + 8
    flags = data[place + 7] if place + 7 < len(data) else 0
    place += int.from_bytes(data[place : place + 3], "big")
    across = down = 0
    if flags & 0x80:
        across, down = unpacked(">HH", data, place + 6)
        place += int.from_bytes(data[place : place + 3], "big")
    if flags & 0x40:
        place += int.from_bytes(data[place : place + 3], "big")
    if place + 11 > len(data) or data[place + 3] >> 4:
        return []
    size = int.from_bytes(data[place : place + 3], "big") - 11
    return _grid(data, place + 11, size, data[place + 10], (across, down))


def _grib2(data: memoryview, at: int) -> Sequence[Area]:
    across = down = bits = 0
    for place, number, size in _sections(data, at + 16):
        if number == 3 and unpacked(">H", data, place + 12)[0] in (0, 40):
            across, down = unpacked(">II", data, place + 30)
        elif number == 5:
            simple = unpacked(">H", data, place + 9)[0] == 0
            bits = data[place + 19] if simple and place + 19 < len(data) else 0
        elif number == 7:
            return _grid(data, place + 5, size - 5, bits, (across, down))
    return []


def _sections(data: memoryview, at: int) -> Iterator[tuple[int, int, int]]:
    """Place, number and size of each section of a message."""
    while at + 5 <= len(data) and here(data, at, 4) != b"7777":
        (size,) = unpacked(">I", data, at)
        if size < 5:
            return
        yield at, data[at + 4], size
        at += size


def _grid(data: memoryview, start: int, size: int, bits: int, extents: tuple[int, int]) -> Sequence[Area]:
    if bits not in (8, 16, 32) or size <= 0:
        return []
    across, down = extents
    width = bits // 8
    near = (1, across, across * down) if across > 1 and down > 1 else (1,)
    end = min(start + size, len(data))
    return area(
        data,
        start,
        min(end - start, width * across * down) if len(near) > 1 else size,
        width=width,
        kind=Kind.NUMBERS,
        swapped=width > 1,
        lags=near,
        label="grid",
    )
