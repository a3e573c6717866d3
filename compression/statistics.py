"""Figures with their uncertainty, from repeated measurements and counted outcomes.

Pure: numbers in, numbers out, the same ones every time. Times, speeds and sizes vary by factors and not by amounts,
so their means are geometric and their intervals are made on logarithms. All intervals are of 95 %.
"""

import math
from collections.abc import Sequence
from functools import cache
from statistics import NormalDist, fmean, stdev
from typing import NamedTuple

CONFIDENCE = 0.95
Z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)
# A fifth of the runs at each end is left out of a typical time: what else the machine did shows there first.
TRIM = 0.2


class Estimate(NamedTuple):
    """A figure made from `n` values, with its interval where so few values allow one."""

    value: float
    low: float | None
    high: float | None
    n: int

    @property
    def spread(self) -> float:
        """Half of the interval by the figure; infinite where there is no interval."""
        if self.low is None or self.high is None:
            return math.inf
        return (self.high - self.low) / 2 / self.value if self.value else 0.0


def typical(values: Sequence[float], trim: float = TRIM) -> Estimate:
    """Return the trimmed geometric mean of positive values with the t-interval of Yuen and Tukey.

    `trim` is the share that is left out at each end (rounded down); without any it is the plain t-interval of the
    logarithms. One value alone has no interval. Raises ValueError for no values, or one that is not above zero.
    """
    if not values or min(values) <= 0:
        raise ValueError("positive values, at least one")
    logs = sorted(map(math.log, values))
    count, cut = len(logs), int(trim * len(logs))
    kept = logs[cut : count - cut]
    middle = fmean(kept)
    if len(kept) < 2:
        return Estimate(math.exp(middle), None, None, count)
    pulled_in = [kept[0]] * cut + kept + [kept[-1]] * cut
    error = stdev(pulled_in) * math.sqrt((count - 1) / (len(kept) * (len(kept) - 1)))
    reach = t_quantile(len(kept) - 1) * error
    return Estimate(math.exp(middle), math.exp(middle - reach), math.exp(middle + reach), count)


def geometric_mean(values: Sequence[float]) -> Estimate:
    """Return the geometric mean of positive values, all of them, with its t-interval."""
    return typical(values, trim=0)


def proportion(successes: float, n: int) -> Estimate | None:
    """Return the share of `successes` among `n` with Wilson's interval; None for none."""
    if not n:
        return None
    share, squared = successes / n, Z * Z
    middle = (share + squared / (2 * n)) / (1 + squared / n)
    reach = Z / (1 + squared / n) * math.sqrt(share * (1 - share) / n + squared / (4 * n * n))
    return Estimate(share, max(0.0, middle - reach), min(1.0, middle + reach), n)


def quantile(values: Sequence[float], share: float) -> Estimate | None:
    """Return the value that `share` of the values stay below, with its exact interval; None for no values.

    The ends of the interval are values themselves, by the binomial distribution of ranks, whatever the values' own
    distribution; an end that lies beyond what so few values can show is None.
    """
    if not values:
        return None
    ordered, count = sorted(values), len(values)
    low, high = _ranks(count, share)
    return Estimate(
        _at(ordered, share),
        ordered[low - 1] if low else None,
        ordered[high - 1] if high else None,
        count,
    )


@cache
def _ranks(count: int, share: float) -> tuple[int | None, int | None]:
    """The ranks, from 1, between which the quantile of the whole lies with 95 %."""
    tail, below, low = (1 - CONFIDENCE) / 2, 0.0, None
    for rank in range(1, count + 1):
        below += math.exp(
            math.lgamma(count + 1)
            - math.lgamma(rank)
            - math.lgamma(count - rank + 2)
            + (rank - 1) * math.log(share)
            + (count - rank + 1) * math.log1p(-share)
        )
        if below <= tail:
            low = rank
        elif below >= 1 - tail:
            return low, rank
    return low, None


def _at(ordered: Sequence[float], share: float) -> float:
    """The value at a share of the way through sorted values, between two of them in proportion."""
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


@cache
def t_quantile(freedom: int) -> float:
    """Return the two-sided 95 % quantile of Student's t with so many degrees of freedom."""
    low, high = 0.0, 16.0  # that of one degree is 12.7, and it falls from there
    while high - low > 1e-9:
        middle = (low + high) / 2
        low, high = (middle, high) if _within(middle, freedom) < CONFIDENCE else (low, middle)
    return high


def _within(t: float, freedom: int) -> float:
    """How probable |T| < t is: the finite series of whole degrees of freedom (Abramowitz and Stegun 26.7.3, 26.7.4)."""
    angle = math.atan(t / math.sqrt(freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = freedom % 2
    term = total = cosine if odd else 1.0
    for step in range(2 + odd, freedom - 1, 2):
        term *= cosine * cosine * (step - 1) / step
        total += term
    if not odd:
        return sine * total
    return 2 / math.pi * (angle + (sine * total if freedom > 1 else 0.0))
