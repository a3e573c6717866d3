"""DICOM: the pixels of medical images that are not compressed."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from compression.engine.media.base import Area, area, here, unpacked
from compression.engine.streams import Kind

PREAMBLE = 128
EXPLICIT, IMPLICIT, BIG = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2", "1.2.840.10008.1.2.2"
SYNTAX, SAMPLES, PLANAR, ROWS, COLUMNS, BITS, PIXELS = (
    (0x0002, 0x0010),
    (0x0028, 0x0002),
    (0x0028, 0x0006),
    (0x0028, 0x0010),
    (0x0028, 0x0011),
    (0x0028, 0x0100),
    (0x7FE0, 0x0010),
)
NUMBERS = (SAMPLES, PLANAR, ROWS, COLUMNS, BITS)
ITEM, ITEM_END, SEQUENCE_END = (0xFFFE, 0xE000), (0xFFFE, 0xE00D), (0xFFFE, 0xE0DD)
LONG = (b"OB", b"OD", b"OF", b"OL", b"OW", b"OV", b"SQ", b"UC", b"UR", b"UT", b"UN", b"SV", b"UV")
OPEN = 0xFFFFFFFF
MAX_ELEMENTS = 20_000

Tag = tuple[int, int]


@dataclass
class _Walk:
    """A walk over the elements of a file."""

    data: memoryview
    at: int = PREAMBLE + 4
    order: str = "<"
    explicit: bool = True
    depth: int = 0
    syntax: str = EXPLICIT
    known: dict[Tag, int] = field(default_factory=dict)

    def element(self) -> tuple[Tag, int]:
        """The tag and the length of the element here; what follows is its value."""
        tag: Tag = unpacked(f"{self.order}HH", self.data, self.at)
        kind = here(self.data, self.at + 4, 2)
        if tag[0] == 0xFFFE or not (self.explicit or tag[0] == 2):
            length, size = unpacked(f"{self.order}I", self.data, self.at + 4)[0], 8
        elif kind in LONG:
            length, size = unpacked(f"{self.order}I", self.data, self.at + 8)[0], 12
        else:
            length, size = unpacked(f"{self.order}H", self.data, self.at + 6)[0], 8
        self.at += size
        return tag, length

    def leave_meta(self) -> None:
        """What follows the first group is written as that says."""
        self.explicit = self.syntax != IMPLICIT
        self.order = ">" if self.syntax == BIG else "<"


def dicom(data: memoryview) -> Sequence[Area]:
    """The pixels of a DICOM file."""
    if here(data, PREAMBLE, 4) != b"DICM":
        return []
    walk = _Walk(data)
    for _ in range(MAX_ELEMENTS):
        if walk.at + 8 > len(data):
            return []
        if here(data, walk.at, 2) != b"\x02\x00":
            walk.leave_meta()
        tag, length = walk.element()
        if tag == PIXELS and not walk.depth:
            return _pixels(walk, length)
        _pass(walk, tag, length)
    return []


def _pass(walk: _Walk, tag: Tag, length: int) -> None:
    """Go to the next element; those in sequences of open length are walked through as if they were not nested."""
    if tag == SEQUENCE_END:
        walk.depth = max(walk.depth - 1, 0)
    elif length == OPEN:
        walk.depth += tag != ITEM
    elif tag not in (ITEM, ITEM_END):
        if tag == SYNTAX:
            walk.syntax = here(walk.data, walk.at, length).rstrip(b"\x00 ").decode("latin-1")
        elif tag in NUMBERS and not walk.depth:
            (walk.known[tag],) = unpacked(f"{walk.order}H", walk.data, walk.at)
        walk.at += length


def _pixels(walk: _Walk, length: int) -> Sequence[Area]:
    bits, channels = walk.known.get(BITS, 0), walk.known.get(SAMPLES, 1)
    columns, rows = walk.known.get(COLUMNS, 0), walk.known.get(ROWS, 0)
    if walk.syntax not in (EXPLICIT, IMPLICIT, BIG) or length == OPEN or bits not in (8, 16, 32):
        return []
    if not columns or not rows or not 0 < channels <= 4:
        return []
    mixed = channels if walk.known.get(PLANAR, 0) == 0 else 1
    return area(
        walk.data,
        walk.at,
        length,
        width=bits // 8,
        kind=Kind.NUMBERS,
        swapped=walk.order == ">" and bits > 8,
        lags=(mixed, mixed * columns),
        label="pixels",
    )
