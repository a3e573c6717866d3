"""Predictions as rows and answers keep them."""

from typing import Any

from compression.engine.learning.outcomes import Outcome
from compression.engine.learning.predicting import FIGURES, Interval, Prediction, predict
from compression.engine.learning.state import State


def predicted(state: State, outcome: Outcome) -> dict[str, dict[str, Any]]:
    """What a state says of every action on a chunk before it knows: `{action: {quantity: [value, low, high]}}`."""
    told = predict(state, outcome.features, outcome.size, outcome.machine)
    return {one.action: as_json(one) for one in told}


def as_json(prediction: Prediction) -> dict[str, Any]:
    """Return a prediction as JSON: each quantity with its interval, six digits of each."""
    return {name: _digits(getattr(prediction, name)) for name in FIGURES}


def _digits(interval: Interval) -> list[float]:
    return [float(f"{number:.6g}") for number in (interval.value, interval.low, interval.high)]
