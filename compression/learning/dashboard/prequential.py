"""The improvement rate by audits: each was judged by the state that served before it was known."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from compression.engine.learning.improving import CONFIDENCE, Rate
from compression.learning.dashboard.ledger import Judgements

DRAWS = 1000


def prequential_rate(found: Sequence[Judgements], seed: int = 0) -> Rate | None:
    """Minus the slope of charged regret on log2(1 + outcomes that the state had learned from), over audits.

    The interval comes of a bootstrap that draws kinds, and files in them. None where all audits were judged by states
    of as many outcomes: there is no slope.
    """
    return _rate(tuple(found), seed)


@lru_cache(maxsize=2)
def _rate(found: tuple[Judgements, ...], seed: int) -> Rate | None:
    """The same rows have the same rate: the bootstrap of many takes a second."""
    if len({one.outcomes for one in found}) < 2:
        return None
    kinds = [np.array([_moments(one) for one in found if one.kind == kind]) for kind in _kinds(found)]
    chance = np.random.default_rng(seed)
    times = chance.multinomial(len(kinds), [1 / len(kinds)] * len(kinds), size=DRAWS)
    drawn = np.zeros((DRAWS, 5))
    for place, files in enumerate(kinds):
        each = [1 / len(files)] * len(files)
        drawn += chance.multinomial(times[:, place] * len(files), each) @ files
    slopes = _rates(drawn)
    low, high = np.nanquantile(slopes, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Rate(float(_rates(sum(files.sum(axis=0) for files in kinds)[None])[0]), float(low), float(high))


def _kinds(found: Sequence[Judgements]) -> list[str]:
    return sorted({one.kind for one in found})


def _moments(one: Judgements) -> list[float]:
    """Count, and sums of x, y, x², and xy."""
    x = float(np.log2(1 + one.outcomes))
    return [one.n, one.n * x, one.charged, one.n * x * x, x * one.charged]


def _rates(sums: Any) -> Any:
    """Minus the slopes of least squares; NaN where a draw has one state alone."""
    n, x, y, xx, xy = sums.T
    across = n * xx - x * x
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(across > 1e-9, (x * y - n * xy) / across, np.nan)
