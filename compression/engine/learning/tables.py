"""Outcomes as tables: a row for each outcome; for each action what is learned of it, as logarithms to base 2.

What is learned of an action are four targets, QUANTITIES, each a column for every action:
`ratio` (bytes of content for one of output), `bias` (ratio of the whole chunk over that of the sample), `encode` and
`decode` (CPU seconds a MB, of the reference machine).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from compression.engine.learning.actions import CHUNK, NAMES, Features
from compression.engine.learning.outcomes import SAMPLE, Outcome, Trial, believable

Matrix = Any
"""A NumPy array of floats."""

QUANTITIES = ("ratio", "bias", "encode", "decode")
TICK_S = 2e-7
"""What clocks can tell apart: added to times, so that nothing is for free."""
CLIPPED = 6.0
"""Residuals are cut at so many times their usual spread: nobody's outcome counts for more."""


@dataclass(frozen=True)
class Table:
    """`inputs`: rows of features. `targets[quantity]`: rows with a column for each action, NaN where it is not known.

    `groups` and `kinds` are those of the outcomes: rows of one kind are not independent of each other.
    """

    inputs: Matrix
    targets: Mapping[str, Matrix]
    kinds: tuple[str, ...]
    groups: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.inputs)


FEATURES = (
    *(
        "log_size",
        "entropy_0",
        "entropy_1",
        "ascii",
        "digits",
        "letters",
        "blanks",
        "line_ends",
        "zeros",
        "ones",
    ),
    *("high", "punctuation_csv", "punctuation_json", "punctuation_angle", "x86_opcodes", "runs"),
    *("delta_entropy_1", "delta_entropy_2", "delta_entropy_3", "delta_entropy_4", "delta_entropy_8"),
    *("lanes_2", "lanes_2_delta", "lanes_2_big_delta", "lanes_4", "lanes_4_delta", "lanes_4_big_delta"),
    *(
        "lanes_8",
        "lanes_8_delta",
        "lanes_8_big_delta",
        "match_rate",
        "match_lag",
        "match_1",
        "match_2",
        "match_3",
    ),
    *("match_4", "match_8", "match_12", "match_16", "match_24", "match_32", "zstd", "zstd_spread"),
    *("zstd_together", "line_length", "line_spread"),
)
"""The features of FEATURES_VERSION that are learned from, in the order of a row."""


def row(features: Features) -> Matrix:
    """Features as a row; content larger than a chunk is taken for one of a chunk."""
    found = np.array([features[name] for name in FEATURES], np.float64)
    found[0] = min(found[0], math.log2(1 + CHUNK))
    return found


def table(outcomes: Sequence[Outcome]) -> Table:
    """The table of outcomes, in their order."""
    cells = np.full((len(outcomes), len(NAMES), len(QUANTITIES)), np.nan)
    for number, outcome in enumerate(outcomes):
        for place, name in enumerate(NAMES):
            trial = outcome.trials.get(name)
            if trial is not None and believable(trial, outcome):
                cells[number, place] = _cell(trial, outcome)
    return Table(
        np.array([row(outcome.features) for outcome in outcomes]).reshape(len(outcomes), len(FEATURES)),
        {quantity: cells[:, :, place] for place, quantity in enumerate(QUANTITIES)},
        tuple(outcome.kind for outcome in outcomes),
        tuple(outcome.group for outcome in outcomes),
    )


def _cell(trial: Trial, outcome: Outcome) -> tuple[float, float, float, float]:
    ratio = math.log2(outcome.size / max(trial.size or 1, 1))
    sampled = trial.sample_size
    bias = math.nan
    if sampled and outcome.size > SAMPLE:
        bias = ratio - math.log2(outcome.sample / sampled)
    seconds = (trial.encode_s or 0.0, trial.decode_s or 0.0)
    encode, decode = (math.log2((s + TICK_S) / outcome.machine * 1e6 / outcome.size) for s in seconds)
    return ratio, bias, encode, decode
