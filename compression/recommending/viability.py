"""The viability of an algorithm as a prediction: for the typical content of a kind, by the state that serves."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from compression.engine.analysis.features import FEATURES_VERSION
from compression.engine.learning.calibration import machine
from compression.engine.learning.viable import Viable, typical, viable
from compression.engine.searching.objective import Objective
from compression.learning.serving import serving
from compression.models import Outcome

ENOUGH = 5
"""Contents of a kind that it takes to say what is typical of it."""
NEWEST = 1000
ALL = ""
"""Stands for all kinds together."""


@dataclass(frozen=True)
class Predicted:
    """What is predicted of an algorithm for a kind, by objective; without figures `why` says what is missing."""

    contents: int
    why: str = ""
    ratio: Viable | None = None
    balanced: Viable | None = None


def predicted(algorithm: str, kind: str | None = None) -> dict[str, Predicted]:
    """Return predictions for one kind, or for all kinds and all of them together (ALL), in two queries."""
    known = _features(kind)
    state = serving().state
    found = {}
    for name, rows in sorted(known.items()):
        if len(rows) < ENOUGH:
            why = f"Known are {len(rows)} contents of it; it takes {ENOUGH} to say what is typical."
            found[name] = Predicted(len(rows), why)
            continue
        features = typical(list(rows.values()))
        ratio = viable(state, features, algorithm, Objective.RATIO)
        if ratio is None:
            found[name] = Predicted(len(rows), "It is not among the actions that are predicted.")
            continue
        balanced = viable(state, features, algorithm, Objective.BALANCED, machine())
        found[name] = Predicted(len(rows), "", ratio, balanced)
    return found


def _features(kind: str | None) -> Mapping[str, Mapping[str, Mapping[str, float]]]:
    """The features of the newest distinct contents, by kind."""
    rows = Outcome.objects.filter(features_version=FEATURES_VERSION).order_by("-created_at")
    if kind is not None:
        rows = rows.filter(content_kind=kind)
    found: dict[str, dict[str, Mapping[str, float]]] = defaultdict(dict)
    found[ALL if kind is None else kind] = {}
    columns = rows.values_list("content_kind", "content_sha256", "features")
    for of_kind, content, features in columns[:NEWEST]:
        found[of_kind][content] = features
        if kind is None:
            found[ALL][content] = features
    return found
