"""Figures with their uncertainty in words: the figure, its 95 % interval, and of how many contents it is made."""

from collections.abc import Callable
from dataclasses import dataclass

from compression.statistics import Estimate
from core.formatting import DASH, SPACE, count, percent, significant

# Ends that differ by such a factor say no more than that nothing is known.
HOPELESS = 100.0

Say = Callable[[float | None], str]


@dataclass(frozen=True)
class Shown:
    """An estimate as a page shows it. `low` and `high` are there where there is an interval with two ends."""

    text: str
    interval: str
    contents: str
    value: float | None = None
    low: float | None = None
    high: float | None = None


NOTHING = Shown(DASH, "", "")


def times(value: float | None) -> str:
    """Return a factor: 1.04×."""
    return DASH if value is None else f"{significant(value)}×"


def shown(estimate: Estimate | None, say: Say, *, unit: str = "") -> Shown:
    """Return an estimate in words; where so few contents allow no interval, that is said in its place."""
    if estimate is None:
        return NOTHING
    bounded = estimate.low is not None and estimate.high is not None and not _hopeless(estimate)
    return Shown(
        text=f"{say(estimate.value)}{SPACE}{unit}" if unit else say(estimate.value),
        interval=_interval(estimate, say),
        contents=words_of(estimate.n, "content"),
        value=estimate.value,
        low=estimate.low if bounded else None,
        high=estimate.high if bounded else None,
    )


def _hopeless(estimate: Estimate) -> bool:
    return bool(estimate.low and estimate.high and estimate.high / estimate.low > HOPELESS)


def _interval(estimate: Estimate, say: Say) -> str:
    if _hopeless(estimate):
        return f"unknown from {estimate.n}"
    if estimate.low is not None and estimate.high is not None:
        return f"{say(estimate.low)} – {say(estimate.high)}"
    if estimate.low is not None:
        return f"above {say(estimate.low)}"
    if estimate.high is not None:
        return f"below {say(estimate.high)}"
    return "one content" if estimate.n == 1 else "no interval"


def words_of(number: int, noun: str) -> str:
    """Return a number of things: 1 content, 1,204 contents."""
    return f"{count(number)} {noun}{'' if number == 1 else 's'}"


def share(estimate: Estimate | None) -> Shown:
    """Return a share of contents in per cent."""
    return shown(estimate, percent)
