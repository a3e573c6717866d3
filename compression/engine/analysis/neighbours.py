"""Images, sounds and grids: numbers that their neighbours tell much about, once it is known where these are."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from compression.engine.analysis.proposals import Proposal, proposer
from compression.engine.streams import MAX_LAG, Kind, Stream, words
from compression.engine.transforms import Transform
from compression.engine.transforms.delta import Delta
from compression.engine.transforms.lattice import Lattice
from compression.engine.transforms.planes import Planes
from compression.engine.transforms.predict import MAX_COUNT, Predict
from compression.engine.transforms.split import Split

RATES = (11, 13)
"""Steady, as noise wants it, and quick, for what is smooth here and rough there."""
SAMPLE = 1 << 15
MAX_STEP = 16


@proposer(Kind.NUMBERS, Kind.FLOATS, Kind.BYTES)
def neighbours(stream: Stream) -> Iterator[Proposal]:
    """Prediction, where the stream says how far apart neighbours are."""
    yield from predictions(stream)


def predictions(stream: Stream) -> Iterator[Proposal]:
    """Chains that predict the numbers of a stream from the neighbours that it names; none where it names none."""
    step, row, plane = (*stream.lags, 0, 0, 0)[:3]
    if not 0 < step <= MAX_STEP or max(stream.lags) > MAX_LAG or stream.count < 8 * step:
        return
    if stream.width in (1, 2, 4):
        yield from _differences(stream, step, row)
    if stream.width > 4 or stream.count > MAX_COUNT:
        return
    before = _lattice(stream, plane)
    where = f"neighbours at {', '.join(map(str, stream.lags))}"
    for rate in RATES:
        predict = Predict(width=stream.width, step=step, row=row, plane=plane, sort=_sort(stream), rate=rate)
        yield Proposal((*before, predict), f"{stream.label}: {where} tell much")


def _differences(stream: Stream, step: int, row: int) -> Iterator[Proposal]:
    """The quick way: differences along the rows, and of these from row to row."""
    along = Delta(width=stream.width, lag=step, by="folded")
    then = _planes(step, stream.width)
    if row:
        chain = (Delta(width=stream.width, lag=row), along, *then)
        yield Proposal(chain, f"{stream.label}: differences along rows of {row} and across")
    yield Proposal((along, *then), f"{stream.label}: differences {step} apart")


def _planes(step: int, width: int) -> tuple[Transform, ...]:
    """The bytes of each channel for themselves; content may end between two channels."""
    if step > 1:
        return (Split(widths=(1,) * (step * width)),)
    return (Planes(width=width),) if width > 1 else ()


def _lattice(stream: Stream, plane: int) -> tuple[Transform, ...]:
    """A transform that divides by the step of the numbers, where half of the groups or more have one."""
    if stream.kind is not Kind.NUMBERS or stream.width not in (1, 2, 4) or not stream.count:
        return ()
    group = plane or min(stream.count, SAMPLE)
    numbers: Any = words(stream.data, stream.width)[: max(SAMPLE // group, 1) * group].astype(np.int64)
    groups = numbers[: len(numbers) // group * group].reshape(-1, group)
    if len(groups) and np.median(np.gcd.reduce(groups - groups[:, :1], axis=1)) > 1:
        return (Lattice(width=stream.width, group=plane),)
    return ()


def _sort(stream: Stream) -> str:
    """What the numbers are: with the right sign they are nearer to each other."""
    if stream.kind is Kind.FLOATS and stream.width == 4:
        return "float"
    if stream.width != 2:
        return "unsigned" if stream.width == 1 else "signed"
    numbers: Any = words(stream.data, 2)[:SAMPLE]
    apart = [np.abs(np.diff(numbers.view(kind).astype(np.int64))).sum() for kind in ("<u2", "<i2")]
    return "signed" if apart[1] < apart[0] else "unsigned"
