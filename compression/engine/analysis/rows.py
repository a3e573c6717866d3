"""Images and sounds without a header: found by how alike bytes are that stand at the same distance."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from compression.engine.analysis.neighbours import predictions
from compression.engine.analysis.proposals import Proposal, proposer
from compression.engine.media import detected
from compression.engine.streams import Array, Kind, Stream
from compression.engine.transforms.split import Split
from compression.engine.transforms.transpose import Transpose

LEAST, SAMPLE = 1 << 14, 1 << 17
LONGEST = 1 << 14
"""The longest row that is looked for, in bytes."""
SHORTEST, LEAST_PIXELS = 24, 48
ALIKE = 0.5
"""The correlation of what stands under each other."""
RISE = 0.15
"""How much more alike a row is than what is between neighbours and it."""
SMOOTH = 0.9
"""The correlation of the highest bytes of samples that follow each other."""
DOMINANT = 0.5
"""A byte that is so frequent is paper; an image of it and ink has no shades to predict."""


@proposer(Kind.BYTES)
def rows(stream: Stream) -> Iterator[Proposal]:
    """Prediction along and across the rows that show themselves, or from sample to sample."""
    if stream.size < LEAST or stream.lags or stream.width > 1:
        return
    start = max(stream.size - SAMPLE, 0) // 2 & ~63
    sample = stream.data[start : start + SAMPLE]
    if detected(stream.data) is not None:
        return
    alike = _correlation(sample)
    row = _row(alike)
    frequent = np.bincount(sample)
    if frequent.max() > DOMINANT * len(sample):
        if row and not 0x20 <= int(frequent.argmax()) < 0x7F:
            reason = f"Rows of {row} bytes that are like each other"
            yield Proposal((Transpose(row=row),), reason, whole=True)
        return
    yield from _sounds(stream, sample)
    if row:
        yield from _pictures(stream, row, alike)


def _correlation(sample: Array) -> Any:
    """For each distance from 0 how alike bytes are that stand so far apart: 1 where they are the same."""
    values = sample - sample.mean()
    spectrum = np.fft.rfft(values, 1 << (2 * len(values) - 1).bit_length())
    products = np.fft.irfft(spectrum * spectrum.conj())[: min(LONGEST, len(values) // 4)]
    return products / max(products[0], 1e-9) * (len(values) / (len(values) - np.arange(len(products))))


def _row(alike: Any) -> int:
    """The distance from row to row; 0 where there is none."""
    lowest = np.minimum.accumulate(alike)
    best = float(alike[SHORTEST:].max(initial=0))
    fits = (alike > best - 0.03) & (alike > ALIKE) & (alike - lowest > RISE)
    fits[:SHORTEST] = False
    places = np.flatnonzero(fits)
    if not len(places):
        return 0
    first = int(places[0])
    return first + int(np.argmax(alike[first : first + max(first // 8, 8)]))


def _pictures(stream: Stream, row: int, alike: Any) -> Iterator[Proposal]:
    """Pixels of 1, 3 or 4 channels, whichever are alike at their distance."""
    fitting = [step for step in (1, 3, 4) if not row % step]
    channels = max(fitting, key=lambda step: float(alike[step]) - 0.01 * step)
    if alike[channels] >= ALIKE and row >= LEAST_PIXELS * channels:
        yield from _predicted(Stream(stream.data, 1, Kind.NUMBERS, "pixels", (channels, row)), ())


def _wide(stream: Stream, near: tuple[int, ...], sample: Array) -> Iterator[Proposal]:
    """Numbers of 16 bits, of whose bytes the smoother one is the highest."""
    whole = stream.data[: stream.size // 2 * 2]
    before: tuple[Split, ...] = ()
    step = 2 * near[0]
    if _smoothness(sample[::step]) > _smoothness(sample[1::step]):
        whole = whole.reshape(-1, 2)[:, ::-1].reshape(-1)
        before = (Split(widths=(2,), swapped=(0, 1)),)
    yield from _predicted(Stream(whole, 2, Kind.NUMBERS, "samples", near), before)


def _predicted(stream: Stream, before: tuple[Split, ...]) -> Iterator[Proposal]:
    for then in predictions(stream):
        yield Proposal((*before, *then.chain), then.reason)


def _sounds(stream: Stream, sample: Array) -> Iterator[Proposal]:
    """Samples of 16 or 24 bits, of one or two channels, whose highest bytes go on smoothly."""
    for width, channels in ((2, 1), (2, 2), (3, 1), (3, 2)):
        step = width * channels
        lanes = [_smoothness(sample[lane::step]) for lane in (width - 1, 0)]
        if max(lanes) < SMOOTH or min(lanes) > SMOOTH:
            continue
        if width == 2:
            yield from _wide(stream, (channels,), sample)
            row = _row(_correlation(sample[int(lanes[0] > lanes[1]) :: 2])) if channels == 1 else 0
            if row >= LEAST_PIXELS:
                yield from _wide(stream, (1, row), sample)
        elif lanes[0] >= SMOOTH:
            whole = stream.data[: stream.size // 3 * 3]
            yield from _predicted(Stream(whole, 3, Kind.BYTES, "samples", (channels,)), ())
        return


def _smoothness(lane: Array) -> float:
    """How alike bytes of either sign are that follow each other."""
    values = lane.view(np.int8).astype(np.float64)
    spread = float(values.var())
    if not spread:
        return 0.0
    return 1 - float(np.square(np.diff(values)).mean()) / (2 * spread)
