"""Pixels of images that are not compressed: BMP, the PNM family, TIFF."""

import re
from collections.abc import Mapping, Sequence

from compression.engine.media.base import Area, area, here, lags, numbers, unpacked
from compression.engine.streams import Kind

PNM = re.compile(
    rb"P([456])(?:\s|#[^\n]*\n)+(\d{1,9})(?:\s|#[^\n]*\n)+(\d{1,9})(?:(?:\s|#[^\n]*\n)+(\d{1,5}))?\s"
)
PAM = re.compile(rb"P7\n((?:[^\n]{0,200}\n){1,40}?)ENDHDR\n")
MAX_EXTENT = 1 << 24


def bmp(data: memoryview) -> Sequence[Area]:
    """The pixels of a BMP of at least 8 bits for a pixel; rows are filled up to four bytes."""
    if here(data, 0, 2) != b"BM":
        return []
    (start,) = unpacked("<I", data, 10)
    width, height, planes, bits, packing = unpacked("<iiHHI", data, 18)
    if planes != 1 or bits not in (8, 16, 24, 32) or packing not in (0, 3) or not 0 < width < MAX_EXTENT:
        return []
    row = (width * bits + 31) // 32 * 4
    channels, of = (1, 2) if bits == 16 else (bits // 8, 1)
    return area(
        data,
        start,
        row * abs(height),
        width=of,
        kind=Kind.NUMBERS,
        lags=(channels, row // of),
        label="pixels",
    )


def pnm(data: memoryview) -> Sequence[Area]:
    """The pixels of a binary PBM, PGM, PPM or PAM."""
    found = PNM.match(data[:1000])
    if found is None:
        return _pam(data)
    sort, across, down = (int(found[number]) for number in (1, 2, 3))
    if sort == 4:
        # The width of a bitmap is not followed by a largest value: one white space, and the pixels.
        row = (across + 7) // 8
        return area(data, found.end(3) + 1, row * down, kind=Kind.NUMBERS, lags=(1, row), label="bits")
    if found[4] is None:
        return []
    return _pixels(data, found.end(), (across, down), 3 if sort == 6 else 1, int(found[4]))


def _pam(data: memoryview) -> Sequence[Area]:
    found = PAM.match(data[:2000])
    if found is None:
        return []
    known = dict(line.split(None, 1) for line in found[1].splitlines() if len(line.split(None, 1)) == 2)
    try:
        across, down, depth, most = (int(known[name]) for name in (b"WIDTH", b"HEIGHT", b"DEPTH", b"MAXVAL"))
    except (KeyError, ValueError):
        return []
    return _pixels(data, found.end(), (across, down), depth, most)


def _pixels(
    data: memoryview, start: int, extent: tuple[int, int], channels: int, most: int
) -> Sequence[Area]:
    across, down = extent
    width = 1 if most < 256 else 2
    if not 0 < across < MAX_EXTENT or not 0 < down < MAX_EXTENT or not 0 < channels <= 4:
        return []
    return area(
        data,
        start,
        across * down * channels * width,
        width=width,
        kind=Kind.NUMBERS,
        swapped=width > 1,
        lags=(channels, channels * across),
        label="pixels",
    )


WIDTH, HEIGHT, BITS, PACKING, OFFSETS, SAMPLES, LENGTHS, PLANAR, FORMAT = (
    256,
    257,
    258,
    259,
    273,
    277,
    279,
    284,
    339,
)
SIZES = {1: 1, 3: 2, 4: 4, 16: 8}
LAYOUTS = {1: "B", 3: "H", 4: "I", 16: "Q"}
MAX_TAGS, MAX_STRIPS = 500, 1 << 20


def tiff(data: memoryview) -> Sequence[Area]:
    """The pixels of the first image of a TIFF, where its strips follow each other and are not compressed."""
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(here(data, 0, 4))
    if order is None:
        return []
    tags = _tags(data, order)
    channels, bits = tags.get(SAMPLES, (1,))[0], tags.get(BITS, (1,))
    starts, sizes = tags.get(OFFSETS, ()), tags.get(LENGTHS, ())
    if tags.get(PACKING, (1,)) != (1,) or len(set(bits)) != 1 or bits[0] not in (8, 16, 32, 64) or not starts:
        return []
    if len(starts) != len(sizes) or any(
        a + n != b for a, n, b in zip(starts, sizes, starts[1:], strict=False)
    ):
        return []
    across, down = tags.get(WIDTH, (0,))[0], tags.get(HEIGHT, (0,))[0]
    width = bits[0] // 8
    if not 0 < across < MAX_EXTENT or not 0 < down < MAX_EXTENT or not 0 < channels <= 64:
        return []
    near = (1, across, across * down) if tags.get(PLANAR) == (2,) or channels == 1 else lags(channels, across)
    return area(
        data,
        starts[0],
        sum(sizes),
        width=width,
        kind=numbers(width, floats=tags.get(FORMAT, (1,))[0] == 3),
        swapped=order == ">" and width > 1,
        lags=near[:2] if channels == 1 else near,
        label="pixels",
    )


def _tags(data: memoryview, order: str) -> Mapping[int, tuple[int, ...]]:
    """The tags of the first directory that hold whole numbers."""
    (at,) = unpacked(f"{order}I", data, 4)
    (count,) = unpacked(f"{order}H", data, at)
    tags: dict[int, tuple[int, ...]] = {}
    for number in range(min(count, MAX_TAGS)):
        entry = at + 2 + 12 * number
        tag, sort, many = unpacked(f"{order}HHI", data, entry)
        if sort in SIZES and 0 < many <= MAX_STRIPS:
            size = SIZES[sort] * many
            place = entry + 8 if size <= 4 else unpacked(f"{order}I", data, entry + 8)[0]
            tags[tag] = unpacked(f"{order}{many}{LAYOUTS[sort]}", data, place)
    return tags
