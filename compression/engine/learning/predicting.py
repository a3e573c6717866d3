"""Predictions for people and programs: what each action will make of some content, with 90 % intervals."""

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import numpy as np

from compression.engine.codecs import Codec, codec_from
from compression.engine.learning.actions import ACTIONS, NAMES, Features, period
from compression.engine.learning.intervals import bounds
from compression.engine.learning.state import Scenarios, State
from compression.engine.learning.tables import Matrix

FIGURES = ("ratio", "compress_mb_s", "decompress_mb_s", "memory_bytes")


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with the ends between which it will be in nine cases of ten."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """Of one action: bytes of content for one of output, MB (10^6 bytes) a CPU second both ways, bytes of memory."""

    action: str
    ratio: Interval
    compress_mb_s: Interval
    decompress_mb_s: Interval
    memory_bytes: Interval

    def config(self) -> dict[str, Any]:
        """The prediction as JSON data."""
        return asdict(self)

    def quantities(self) -> dict[str, Interval]:
        """What is predicted, by name."""
        return {name: getattr(self, name) for name in FIGURES}


def predict(
    state: State, features: Features, size: int, machine: float = 1.0, names: Collection[str] = NAMES
) -> list[Prediction]:
    """What the named actions will make of content with these features and of `size` bytes, on a machine."""
    scenarios = state.scenarios(features)
    spans = {name: _span(state, scenarios, name) for name in ("ratio", "encode", "decode")}
    found = []
    for place, name in enumerate(NAMES):
        if name in names:
            ratio = _interval(spans["ratio"], place, 1.0, 1.0)
            encode = _interval(spans["encode"], place, -1.0, machine)
            decode = _interval(spans["decode"], place, -1.0, machine)
            found.append(Prediction(name, ratio, encode, decode, _memory(name, features, size)))
    return found


def _span(state: State, scenarios: Scenarios, quantity: str) -> tuple[Matrix, Matrix, Matrix]:
    """The mean, and the ends of the interval: the quantiles of the scenarios, widened by the state's margins."""
    low, high = bounds(scenarios, quantity)
    middle, margin = scenarios.means[quantity], state.margins[quantity]
    return middle, np.minimum(low - margin, middle), np.maximum(high + margin, middle)


def _interval(span: tuple[Matrix, Matrix, Matrix], place: int, sign: float, machine: float) -> Interval:
    """Logarithms as figures; with `sign` -1 seconds become speeds, the ends change places, and `machine` slows down."""
    ends = sorted(float(np.exp2(sign * part[place])) / machine for part in span)
    return Interval(float(np.exp2(sign * span[0][place])) / machine, ends[0], ends[-1])


def _memory(name: str, features: Features, size: int) -> Interval:
    """What a codec declares it needs at most, by what part of that was taken when it was measured."""
    declared = _codec(name, period(features)).memory_estimate(size)
    low, middle, high = _memory_shares()[name]
    return Interval(declared * middle, declared * low, declared * high)


@lru_cache(maxsize=256)
def _codec(name: str, lag: int) -> Codec:
    """The codec of an action; content tells it nothing but the period."""
    return codec_from(ACTIONS[name].config({"match_lag": lag, "match_rate": 1.0}))


@cache
def _memory_shares() -> dict[str, tuple[float, float, float]]:
    found = json.loads(files(__package__).joinpath("data/memory.json").read_text())
    return {name: (low, middle, high) for name, (low, middle, high) in found.items()}
