"""The fields of records: an exact dynamic programme over their boundaries, with what each would cost."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compression.engine.analysis.decimals import decimal_power
from compression.engine.limits import KiB
from compression.engine.streams import Array

NUMERIC = (1, 2, 3, 4, 8)
ODD = (3,)
"""Widths of numbers that need a better reason."""
LONGEST = 64
"""The longest field of text."""
SAMPLE, LEAST_SAMPLE, SHARE = 96 * KiB, 24 * KiB, 8
"""Bytes of records that are looked at: an eighth of the content, within these bounds."""
LEAST_RECORDS, RUNS = 1024, 4
FIELD_BYTES = 10
"""What one more stream costs, whatever is in it."""
BYTE = 1 << 13
"""A byte in the unit of prices."""
NEVER = 1 << 50
SURELY = 0.98
"""Big-endian fields are those that cost less than this share of what they cost as little-endian ones."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Records of fields of `widths`, the first beginning `phase` bytes after a multiple of the stride.

    `swapped` says of each field whether it is big-endian; `cost` is that of a byte, in bytes.
    """

    widths: tuple[int, ...]
    swapped: tuple[bool, ...]
    phase: int
    cost: float


def layout(data: Array, stride: int) -> Layout:
    """The cheapest fields of records of `stride` bytes; at least one record is there."""
    from compression.engine.kernels import pricing

    sample, at = _sample(data, stride)
    prices, big = _prices(sample, at, stride)
    stream = FIELD_BYTES * BYTE * len(at) * stride // len(data)
    prices += stream
    prices[:, [width - 1 for width in ODD if width <= stride]] += 2 * stream
    widths = np.arange(1, prices.shape[1] + 1, dtype=np.int64)
    totals = np.zeros(stride, np.int64)
    steps = np.zeros((stride, stride + 1), np.int64)
    pricing.cheapest_cuts(prices, widths, totals, steps)
    phase = _phase(totals, stream, len(data))
    found = _walked_back(steps[phase])
    places = np.cumsum([phase, *found])[:-1] % stride
    swapped = tuple(bool(big[place, width - 1]) for place, width in zip(places, found, strict=True))
    return Layout(found, swapped, phase, float(totals[phase]) / (BYTE * len(at) * stride))


def _sample(data: Array, stride: int) -> tuple[Array, NDArray[np.int64]]:
    """Some runs of records at multiples of the stride, a record more at the end of each, and where they begin."""
    from compression.engine.kernels import pricing

    there = max(1, len(data) // stride - 1)
    size = min(SAMPLE, max(LEAST_SAMPLE, len(data) // SHARE))
    wanted = min(there, max(LEAST_RECORDS, min(size // stride, pricing.MOST)))
    each = max(1, wanted // RUNS)
    first = np.linspace(0, there - each, min(RUNS, there // each)).astype(np.int64) * stride
    size = (each + 1) * stride
    # Kernels take what can be written to; so these are copies.
    parts = [data[start : start + size] for start in first]
    starts = np.arange(len(parts))[:, None] * size + np.arange(each) * stride
    return np.concatenate(parts), starts.reshape(-1)


def _prices(data: Array, at: NDArray[np.int64], stride: int) -> tuple[Any, Any]:
    """The price of each field by its first byte and its width less one, and whether it is big-endian."""
    from compression.engine.kernels import pricing

    widths = np.array([width for width in NUMERIC if width <= stride], np.int64)
    numeric = np.zeros((stride, len(widths), 2, 3), np.int64)
    pricing.price_fields(data, at, widths, pricing.LOGS, pricing.TOTALS, numeric)
    each = numeric.min(axis=3)
    _price_decimals(data, at, widths, each)
    prices = _text_prices(data, at, each[:, 0, 0])
    big = np.zeros(prices.shape, bool)
    for number, width in enumerate(widths):
        turned = each[:, number, 1] < SURELY * each[:, number, 0]
        cost = np.where(turned, each[:, number, 1], each[:, number, 0])
        big[:, width - 1] = turned & (cost < prices[:, width - 1])
        prices[:, width - 1] = np.minimum(prices[:, width - 1], cost)
    return prices, big


def _text_prices(data: Array, at: NDArray[np.int64], alone: Any) -> Any:
    """The prices of fields of characters: each follows from the one to its left, but the first."""
    from compression.engine.kernels import pricing

    stride = len(alone)
    follows = np.zeros(stride, np.int64)
    pricing.price_texts(data, at, pricing.LOGS, pricing.TOTALS, follows)
    longest = min(stride, LONGEST)
    prices = np.full((stride, longest), NEVER, np.int64)
    prices[:, 0] = alone
    for width in range(2, longest + 1):
        prices[:, width - 1] = prices[:, width - 2] + np.roll(follows, 1 - width)
    return prices


def _price_decimals(data: Array, at: NDArray[np.int64], widths: Any, each: Any) -> None:
    """Lower the prices of fields that are decimals in floating point."""
    for number, width in enumerate(widths):
        if width not in (4, 8):
            continue
        for place in range(len(each)):
            inside = at[(at + place + width) <= len(data)]
            found = data[inside[:, None] + np.arange(place, place + width)]
            for order, part in enumerate((found, found[:, ::-1])):
                numbers: Any = np.ascontiguousarray(part).reshape(-1).view(f"<f{width}")
                price = decimals_price(numbers)
                if price is not None:
                    each[place, number, order] = min(each[place, number, order], price)


def decimals_price(numbers: Any) -> int | None:
    """The price of floats as whole numbers divided by a power of ten, or None where they are not that."""
    from compression.engine.kernels import pricing

    if (power := decimal_power(numbers)) is None:
        return None
    with np.errstate(all="ignore"):
        whole = np.rint(numbers.astype(np.float64) * 10.0**power)
        right = ((whole / 10.0**power).astype(numbers.dtype) == numbers) & (np.abs(whole) < 1 << 53)
    kept = whole[right].astype(np.int64)
    if not len(kept):
        return None
    kept -= kept.min()
    width = max(1, -(-int(kept.max()).bit_length() // 8))
    out = np.zeros(3, np.int64)
    pricing.price(kept.view(np.uint64), width, pricing.LOGS, pricing.TOTALS, out)
    aside = (len(numbers) - len(kept)) * (int(numbers.dtype.itemsize) + 2)
    return int(out.min()) + aside * BYTE


def _phase(totals: NDArray[np.int64], stream: int, size: int) -> int:
    """Where records begin: at the front or so that they end with the data, unless others are clearly cheaper."""
    stride = len(totals)
    near = np.flatnonzero(totals <= totals.min() + 2 * stream)
    for wanted in (0, size % stride):
        if wanted in near:
            return wanted
    return int(totals.argmin())


def _walked_back(steps: NDArray[np.int64]) -> tuple[int, ...]:
    """The widths of the fields, from where each best one ended."""
    widths: list[int] = []
    end = len(steps) - 1
    while end:
        widths.append(int(steps[end]) + 1)
        end -= widths[-1]
    return tuple(reversed(widths))
