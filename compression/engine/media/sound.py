"""Samples of sound: WAV (also RF64) and AIFF."""

from collections.abc import Iterator, Sequence

from compression.engine.media.base import Area, area, here, numbers, unpacked
from compression.engine.streams import Kind

PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
MAX_CHUNKS = 1000


def wav(data: memoryview) -> Sequence[Area]:
    """The data of a WAV file, PCM or float."""
    if here(data, 0, 4) not in (b"RIFF", b"RF64") or here(data, 8, 4) != b"WAVE":
        return []
    tag = channels = bits = 0
    for name, start, size in _chunks(data, "<"):
        if name == b"fmt ":
            tag, channels, bits = (*unpacked("<HH", data, start), unpacked("<H", data, start + 14)[0])
            if tag == EXTENSIBLE:
                (tag,) = unpacked("<H", data, start + 24)
        elif name == b"data":
            return (
                _samples(data, start, size, channels, bits, floats=tag == FLOAT)
                if tag in (PCM, FLOAT)
                else []
            )
    return []


def aiff(data: memoryview) -> Sequence[Area]:
    """The data of an AIFF file, PCM with the highest byte first (or not, where AIFF-C says so)."""
    if here(data, 0, 4) != b"FORM" or here(data, 8, 4) not in (b"AIFF", b"AIFC"):
        return []
    channels = bits = 0
    packing = b"NONE"
    for name, start, size in _chunks(data, ">"):
        if name == b"COMM":
            channels, _, bits = unpacked(">hIh", data, start)
            packing = here(data, start + 18, 4) if here(data, 11, 1) == b"C" else packing
        elif name == b"SSND":
            if packing not in (b"NONE", b"twos", b"sowt"):
                return []
            return _samples(data, start + 8, size - 8, channels, bits, swapped=packing != b"sowt")
    return []


def _chunks(data: memoryview, order: str) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and size of each chunk."""
    at = 12
    for _ in range(MAX_CHUNKS):
        if at + 8 > len(data):
            return
        (size,) = unpacked(f"{order}I", data, at + 4)
        yield here(data, at, 4), at + 8, size
        at += 8 + size + (size & 1)


def _samples(
    data: memoryview,
    start: int,
    size: int,
    channels: int,
    bits: int,
    *,
    floats: bool = False,
    swapped: bool = False,
) -> Sequence[Area]:
    width = (bits + 7) // 8
    if not 1 <= width <= 8 or not 1 <= channels <= 64 or size < 0:
        return []
    kind = Kind.NUMBERS if width == 1 else numbers(width, floats=floats)
    return area(
        data,
        start,
        size,
        width=width,
        kind=kind,
        lags=(channels,),
        swapped=swapped and width > 1,
        label="samples",
    )
