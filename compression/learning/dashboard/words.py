"""Figures of learning in words: what a rate means, and whether it may be 0."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from core.formatting import SPACE

QUANTITY_WORDS = {
    "ratio": "Ratio",
    "compress_mb_s": "Compression speed",
    "decompress_mb_s": "Decompression speed",
}
SWITCH_WORDS = {
    "harvest": "taking outcomes of runs",
    "audits": "audits with all actions",
    "training": "training",
    "promotion": "having better states serve by themselves",
    "drift_notices": "telling staff of drift",
}


def share(value: float) -> str:
    """Return a small share of cost, two digits after the point: 0.33 %."""
    return f"{100 * value:.2f}{SPACE}%".replace("-", "−")


def interval(low: float, high: float, words: Callable[[float], str] = share) -> str:
    """Return an interval: 95 %: 0.07 % to 0.66 %."""
    return f"95{SPACE}%: {words(low)} to {words(high)}"


def of_cost(rate: float) -> float:
    """A difference of logarithms of cost as a share of cost."""
    return -math.expm1(-rate)


def rate_in_words(told: dict[str, float] | None) -> str:
    """Say what an improvement rate means; nothing for none."""
    if told is None:
        return ""
    value, low, high = (of_cost(told[name]) for name in ("rate", "low", "high"))
    if value >= 0:
        way, ends = f"falls by {share(value)}", interval(low, high)
    else:
        way, ends = f"rises by {share(-value)}", interval(-high, -low)
    return f"Regret {way} of cost for each doubling of outcomes ({ends}). {verdict(told)}"


def verdict(told: dict[str, float]) -> str:
    """Say whether a rate is more than chance."""
    if told["low"] > 0:
        return "It gets better."
    if told["high"] < 0:
        return "It gets worse."
    return "That may be 0."


def advantage_in_words(state: dict[str, Any]) -> str:
    """Say by how much a state was better than the one before, where that was judged."""
    told = state["advantage"]
    if not told:
        return ""
    told_on = f"on {state['evaluated_on']} contents held out"
    way, ends = _gain(told)
    return f"Its choices cost {way} than those of the state before ({ends}), {told_on}."


def gain_in_words(told: Mapping[str, float]) -> str:
    """Say by how much the choices of a state cost less than those of another."""
    way, ends = _gain(told)
    return f"{way} ({ends})"


def _gain(told: Mapping[str, float]) -> tuple[str, str]:
    value, low, high = (of_cost(told[name]) for name in ("rate", "low", "high"))
    if value >= 0:
        return f"{share(value)} less", interval(low, high)
    return f"{share(-value)} more", interval(-high, -low)


def filters_in_words(filters: Mapping[str, str]) -> list[str]:
    """Say which filters an address has that have no field on the page."""
    words = {
        "state": "while state {} served",
        "best": "where {} was best",
        "aim": "by {}",
        "created_before": "up to {}",
        "created_after": "from {}",
        "content_sha256": "the content {}",
        "source_sha256": "the file {}",
    }
    return [words[name].format(value) for name, value in filters.items() if name in words]
