"""What is predicted of an algorithm for kinds of content, as its page shows it."""

from typing import Any

from compression.engine.learning.predicting import Interval
from compression.engine.learning.viable import Viable
from compression.history.rows import kind_words
from compression.recommending.viability import ALL, Predicted, predicted
from core.formatting import SPACE, percent, ratio


def of(algorithm: str) -> list[dict[str, Any]]:
    """Return a row for each kind that enough is known of, all of them together first; of no others none."""
    found = predicted(algorithm)
    return [_row(kind, told) for kind, told in found.items() if told.ratio is not None]


def _row(kind: str, told: Predicted) -> dict[str, Any]:
    return {
        "label": "All kinds" if kind == ALL else kind_words(kind),
        "contents": told.contents,
        "action": told.ratio.action if told.ratio else "",
        "figures": [_ratio(told.ratio), _regret(told.ratio), _regret(told.balanced)],
    }


def _ratio(told: Viable | None) -> dict[str, str]:
    return _shown(told.ratio, lambda figure: f"{ratio(figure)}×") if told else {}


def _regret(told: Viable | None) -> dict[str, str]:
    return _shown(told.regret, percent) if told else {}


def _shown(told: Interval, words: Any) -> dict[str, str]:
    return {"text": words(told.value), "interval": f"{words(told.low)}{SPACE}– {words(told.high)}"}
