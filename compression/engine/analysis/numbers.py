"""Whole numbers and floats: which representation makes them small, ranked by what each would cost."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from compression.engine.analysis.decimals import decimal_power
from compression.engine.analysis.proposals import Proposal, proposer
from compression.engine.streams import WIDTHS, Kind, Stream, words
from compression.engine.transforms.base import Transform
from compression.engine.transforms.delta import Delta
from compression.engine.transforms.fixed import Fixed
from compression.engine.transforms.floats import FloatBits
from compression.engine.transforms.narrow import Narrow
from compression.engine.transforms.planes import Planes
from compression.engine.transforms.runs import Runs
from compression.engine.transforms.same import Same
from compression.engine.transforms.tokens import Tokens

FEW = 4
"""Representations that are proposed, the cheapest first."""
NEAR = 1.25
"""Those that cost up to so many times the cheapest are of interest: estimates are not exact."""
REPEATS = 0.6
"""Runs are proposed where at least this part of the numbers are as the one before."""
LAGS = 16
CLOSER = 0.3
"""Bits by which differences must be smaller at another distance than 1."""
MOST_TOKENS = 1 << 16


class Option(NamedTuple):
    """A chain with what a sample would cost in it."""

    cost: int
    chain: tuple[Transform, ...]
    reason: str


@proposer(Kind.NUMBERS, Kind.FLOATS)
def numbers(stream: Stream) -> Iterator[Proposal]:
    """One value only; else floats as decimals; a smaller range; and the cheapest of differences, planes and tokens."""
    if stream.width not in WIDTHS or not stream.size:
        return
    values: Any = words(stream.data, stream.width)
    if (values == values[0]).all():
        yield Proposal((Same(width=stream.width),), "one value only")
        return
    floats = list(_floats(stream)) if stream.width >= 4 else []
    yield from floats
    if any(isinstance(proposal.chain[0], Fixed) for proposal in floats):
        return  # their whole numbers are looked at in their turn
    if stream.kind is Kind.NUMBERS and (narrow := _narrowest(values)) is not None:
        yield Proposal((narrow,), f"a range of {narrow.narrow} bytes")
    options = sorted(_options(stream, values), key=lambda option: option.cost)
    for option in [option for option in options if option.cost <= NEAR * options[0].cost][:FEW]:
        yield Proposal(option.chain, option.reason)


@proposer(Kind.SYMBOLS, Kind.NUMBERS)
def runs(stream: Stream) -> Iterator[Proposal]:
    """Runs of equal numbers, where most are as the one before."""
    if stream.width not in WIDTHS or stream.count < 64:
        return
    values: Any = words(stream.data, stream.width)
    if np.count_nonzero(values[1:] == values[:-1]) > REPEATS * len(values):
        yield Proposal((Runs(width=stream.width),), "runs of equal numbers")


def _floats(stream: Stream) -> Iterator[Proposal]:
    """Floats as decimals, and their bits in another order."""
    floats: Any = stream.data.view(f"<f{stream.width}")
    if (power := decimal_power(floats)) is not None:
        with np.errstate(all="ignore"):
            some = floats[:: max(1, len(floats) // (1 << 16))].astype(np.float64) * 10.0**power
            low, high = np.quantile(some[np.isfinite(some)], (0.002, 0.998))
        whole = next((width for width in WIDTHS if high - low < 0.9 * (1 << 8 * width)), 8)
        fixed = Fixed(width=stream.width, places=power, whole=whole)
        yield Proposal((fixed,), f"decimals of {power} places")
    elif stream.kind is Kind.FLOATS or _like_floats(stream):
        yield Proposal(
            (FloatBits(width=stream.width, by="exponent"), Planes(width=stream.width)), "exponents apart"
        )
        if np.signbit(floats).any():
            chain = (
                FloatBits(width=stream.width),
                Delta(width=stream.width, by="folded"),
                Planes(width=stream.width),
            )
            yield Proposal(chain, "floats in order, differences in planes")


def _like_floats(stream: Stream) -> bool:
    """Whether numbers are rather floats: their exponents are near each other, what follows is not."""
    values: Any = words(stream.data, stream.width)
    some = values[:: max(1, len(values) // 512)]
    exponents = some >> (23 if stream.width == 4 else 52) & (0xFF if stream.width == 4 else 0x7FF)
    middle = 127 if stream.width == 4 else 1023
    near = np.abs(exponents.astype(np.int64) - middle) < 48
    return bool((near | (some == 0)).mean() > 0.95 and near.mean() > 0.1)


def _narrowest(values: Any) -> Narrow | None:
    """The numbers in fewer bytes, where nearly all have room."""
    width = values.dtype.itemsize
    signed = values.view(f"<i{width}")
    spans = []
    for some in (values, signed):
        ordered = np.sort(some[:: max(1, len(some) // 4096)])
        edge = len(ordered) // 64
        spans.append(int(ordered[-1 - edge]) - int(ordered[edge]))
    fitting = next((narrow for narrow in WIDTHS if min(spans) < 0.9 * (1 << 8 * narrow)), width)
    return Narrow(width=width, narrow=fitting) if fitting < width else None


def _options(stream: Stream, values: Any) -> Iterator[Option]:
    """What can be made of the numbers, with what a sample would cost."""
    from compression.engine.kernels import pricing

    width, count = stream.width, min(len(values), pricing.MOST)
    start = (len(values) - count) // 2
    sample = values[start : start + count]
    planes, folded, tokens = _prices(sample, width)
    tail = (Planes(width=width),) if width > 1 else ()
    if tail:
        yield Option(planes, tail, "byte planes")
        different = len(np.unique(values))
        if different < min(MOST_TOKENS, len(values) // 2):
            index = 1 if different <= 256 else 2
            yield Option(tokens, (Tokens(width=width, index=index),), f"{different} different values")
    minus, _, _ = _prices(sample[1:] - sample[:-1], width)
    # Without planes: what sorts blocks or mixes contexts sees the bytes of a number together.
    yield Option(min(minus, folded), (Delta(width=width),), "differences")
    for lag in _lags(stream, sample):
        apart, _, _ = _prices(sample[lag:] - sample[:-lag], width)
        yield Option(apart, (Delta(width=width, lag=lag),), f"differences {lag} apart")


def _prices(sample: Any, width: int) -> tuple[int, int, int]:
    """The prices in planes, as folded differences in planes, and as tokens."""
    from compression.engine.kernels import pricing

    out = np.zeros(3, np.int64)
    pricing.price(sample.astype(np.uint64), width, pricing.LOGS, pricing.TOTALS, out)
    return int(out[0]), int(out[1]), int(out[2])


def _lags(stream: Stream, sample: Any) -> list[int]:
    """Distances, other than 1, at which numbers are nearer to each other."""
    known = [lag for lag in stream.lags if 1 < lag < len(sample) // 2]
    signed = sample.view(f"<i{stream.width}")
    sizes = [
        float(np.log2(np.abs((signed[lag:] - signed[:-lag]).astype(np.float64)) + 1).mean())
        for lag in range(1, min(LAGS, len(sample) // 4) + 1)
    ]
    if sizes and min(sizes) < sizes[0] - CLOSER:
        known.append(int(np.argmin(sizes)) + 1)
    return list(dict.fromkeys(known))[:3]
