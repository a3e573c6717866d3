"""What of content an analysis looks at: offsets and lengths, by the size alone."""

from collections.abc import Iterator

from compression.engine.limits import KiB, MiB

FRONT = 1 * MiB
"""Bytes at the front that structure is looked for in."""
SLICES, SLICE = 4, 16 * KiB
"""Slices that features are of."""
ALIGNED = 16
"""Slices begin at multiples of this, so that numbers are not cut."""
WINDOWS, WINDOW = 256, 256 * KiB
"""Windows along the content that pictures are made of, and the bytes in the middle of each that are read: all of it up
to 64 MiB."""
LEAST_STEP = 64

Place = tuple[int, int]


def front(size: int) -> Place:
    """What structure is looked for in; a byte more says that there is more."""
    return 0, min(size, FRONT + 1)


def slices(size: int) -> list[Place]:
    """Four slices of 16 KiB spread over content, or all of it where it has no more."""
    if size <= SLICES * SLICE:
        return [(0, size)]
    last = size - SLICE
    return [(last * number // (SLICES - 1) // ALIGNED * ALIGNED, SLICE) for number in range(SLICES)]


def step(size: int) -> int:
    """Bytes from the beginning of one window to that of the next."""
    return max(-(-size // WINDOWS), LEAST_STEP)


def windows(size: int) -> Iterator[Place]:
    """The windows that pictures are made of."""
    for start in range(0, size, step(size)):
        length = min(step(size), size - start)
        yield start + max(length - WINDOW, 0) // 2, min(length, WINDOW)


def everything(size: int) -> list[Place]:
    """All that is looked at, in no order; places may overlap."""
    return [front(size), *slices(size), *windows(size)]
