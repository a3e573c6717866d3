"""Features: some fifty numbers that tell kinds of content apart, from four slices, whatever the size.

They are what a learner sees of content: whoever changes what one of them means raises FEATURES_VERSION.
Entropies are in bits for a byte (or for the byte of a lane), shares and rates are from 0 to 1.
"""

import math
from collections.abc import Iterator

import numpy as np

from compression.engine.codecs.zstd import zstd
from compression.engine.places import slices
from compression.engine.streams import Array

FEATURES_VERSION = 1
LAGS = 64
DELTA_LAGS = (1, 2, 3, 4, 8)
FIXED_LAGS = (1, 2, 3, 4, 8, 12, 16, 24, 32)
_PUNCTUATION = {"csv": b',;\t|"', "json": b'{}[]:"', "angle": b"<>"}


def features(data: Array) -> dict[str, float]:
    """The features of content, by name, in a fixed order; all are finite, also for no bytes at all."""
    return features_of([data[at : at + length] for at, length in slices(len(data))], len(data))


def features_of(parts: list[Array], size: int) -> dict[str, float]:
    """As `features`, from the slices of content of `size` bytes."""
    joined = np.concatenate(parts) if len(parts) > 1 else parts[0]
    found: dict[str, float] = {"log_size": math.log2(1 + size)}
    for group in (
        _orders(joined),
        _shares(joined),
        _deltas(joined),
        _lanes(joined),
        _lags(parts),
        _trials(parts),
        _lines(joined),
    ):
        found.update(group)
    return {name: round(float(value), 6) for name, value in found.items()}


def entropy(counts: np.ndarray) -> float:
    """The entropy of counts, in bits."""
    total = counts.sum()
    if not total:
        return 0.0
    shares = counts[counts > 0] / total
    return abs(float((shares * np.log2(shares)).sum()))


def byte_entropy(data: Array) -> float:
    """The order-0 entropy in bits for a byte."""
    return entropy(np.bincount(data, minlength=256))


def _orders(data: Array) -> Iterator[tuple[str, float]]:
    order0 = byte_entropy(data)
    yield "entropy_0", order0
    pairs = (
        np.bincount(data[:-1].astype(np.uint32) << 8 | data[1:], minlength=1)
        if len(data) > 1
        else np.zeros(1, np.int64)
    )
    yield "entropy_1", max(entropy(pairs) - order0, 0.0)


def _shares(data: Array) -> Iterator[tuple[str, float]]:
    counts = np.bincount(data, minlength=256) / max(len(data), 1)
    yield "ascii", counts[9:14].sum() + counts[32:127].sum()
    yield "digits", counts[48:58].sum()
    yield "letters", counts[65:91].sum() + counts[97:123].sum()
    yield "blanks", counts[[9, 32]].sum()
    yield "line_ends", counts[10]
    yield "zeros", counts[0]
    yield "ones", counts[255]
    yield "high", counts[128:].sum()
    for name, characters in _PUNCTUATION.items():
        yield f"punctuation_{name}", counts[list(characters)].sum()
    yield "x86_opcodes", counts[[0x0F, 0x48, 0x8B, 0x89, 0xE8, 0x83, 0x8D]].sum()
    yield "runs", np.count_nonzero(data[1:] == data[:-1]) / max(len(data) - 1, 1)


def _deltas(data: Array) -> Iterator[tuple[str, float]]:
    for lag in DELTA_LAGS:
        yield f"delta_entropy_{lag}", byte_entropy(data[lag:] - data[:-lag]) if len(data) > lag else 0.0


def _lanes(data: Array) -> Iterator[tuple[str, float]]:
    """The mean entropy of the bytes of words, as they are and after differences of the words."""
    for width in (2, 4, 8):
        rows = data[: len(data) // width * width]
        yield f"lanes_{width}", _lane_entropy(rows, width)
        numbers = rows.view(f"<u{width}")
        yield (
            f"lanes_{width}_delta",
            _lane_entropy(np.diff(numbers).view(np.uint8), width) if len(numbers) > 1 else 0.0,
        )
        swapped = rows.view(f">u{width}")
        turned = np.diff(swapped).astype(f"<u{width}").view(np.uint8)
        yield f"lanes_{width}_big_delta", _lane_entropy(turned, width) if len(numbers) > 1 else 0.0


def _lane_entropy(data: Array, width: int) -> float:
    return float(np.mean([byte_entropy(data[lane::width]) for lane in range(width)]))


def _lags(parts: list[Array]) -> Iterator[tuple[str, float]]:
    """How often a byte is that of some bytes before, beyond what chance would have it."""
    data = parts[len(parts) // 2]
    counts = np.bincount(data, minlength=256) / max(len(data), 1)
    chance = float((counts**2).sum())
    rates = [
        np.count_nonzero(data[lag:] == data[:-lag]) / (len(data) - lag) - chance if len(data) > lag else 0.0
        for lag in range(1, LAGS + 1)
    ]
    best = int(np.argmax(rates))
    yield "match_rate", max(rates[best], 0.0)
    yield "match_lag", best + 1
    for lag in FIXED_LAGS:
        yield f"match_{lag}", rates[lag - 1]


def _trials(parts: list[Array]) -> Iterator[tuple[str, float]]:
    """What the fastest codec makes of the slices, each alone and all together."""
    alone = [_log_ratio(part) for part in parts]
    together = _log_ratio(np.concatenate(parts))
    yield "zstd", together
    yield "zstd_spread", float(np.std(alone))
    yield "zstd_together", together - float(np.mean(alone))


def _log_ratio(data: Array) -> float:
    """The logarithm (base 2) of size before to size after."""
    if not len(data):
        return 0.0
    return math.log2(len(data) / len(zstd.compress(data.tobytes(), 1)))


def _lines(data: Array) -> Iterator[tuple[str, float]]:
    lengths = np.diff(np.flatnonzero(data == 10))
    usual = len(lengths) > 1
    mean = float(lengths.mean()) if usual else 0.0
    yield "line_length", math.log2(1 + mean)
    yield "line_spread", float(lengths.std()) / mean if usual and mean else 0.0
