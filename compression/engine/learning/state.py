"""A state: all that was learned, immutable, in one packed form whose hash is its name.

It holds a prior (linear in a few features, with the residuals that it left on the content it was fitted to), and what
outcomes left over of that prior with a forest that says which of them new content is like. So what it knows of new
content is a set of scenarios: for every action and target what it may come to, all of them together, with weights.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

from compression.engine.analysis.features import FEATURES_VERSION
from compression.engine.errors import CorruptStream
from compression.engine.learning.actions import ACTION_SET_VERSION, NAMES, Features
from compression.engine.learning.forest import Forest
from compression.engine.learning.tables import FEATURES, QUANTITIES, Matrix, row
from compression.engine.limits import MiB

MAGIC = b"DCLS\x02"
KINDS = ("<f8", "<f4", "<i4")
"""What its arrays may be made of."""
MAX_BYTES = 64 * MiB
PRIOR_COUNTS = 40.0
"""What was known before counts as much as so many outcomes."""
PATIENCE = 3.0
"""A leaf of so many outcomes gives away half of its tree's weight."""
BASIS = {
    "zstd": 1,
    "entropy_0": 8,
    "entropy_1": 8,
    "match_rate": 1,
    "ascii": 1,
    "zeros": 1,
    "delta_entropy_1": 8,
    "lanes_4_delta": 8,
    "lanes_8": 8,
    "zstd_together": 1,
    "log_size": 18,
}
"""The features that a prior is linear in, and what each is divided by so that it is about 0 to 1."""
SETS = 4
"""Numbers of a column block: one for each quantity."""


@dataclass(frozen=True)
class Scenarios:
    """What may come of each action. `values[quantity]`: a row for each scenario, a column for each action.

    `means` are the weighted means. The weights are of 1 together.
    """

    weights: Matrix
    values: Mapping[str, Matrix]

    @cached_property
    def means(self) -> dict[str, Matrix]:
        return {name: self.weights @ found for name, found in self.values.items()}


@dataclass(frozen=True)
class State:
    """See the module's text. `lineage` says in JSON where it comes from, `trust` how much the forest counts (0 to 1).

    `coefficients[quantity]`: a row for each number of the basis (the first is 1), a column for each action.
    `prior_rows`, `rows`: residuals, a row for each outcome, a column for each action, in blocks of one quantity.
    `margins[quantity]`: by how much the intervals of each action are widened, for coverage that holds on new content.
    """

    coefficients: Mapping[str, Matrix]
    prior_rows: Matrix
    margins: Mapping[str, Matrix]
    lineage: Mapping[str, Any]
    trust: float = 0.0
    rows: Matrix | None = None
    forest: Forest | None = None

    @property
    def outcomes(self) -> int:
        """How many outcomes it learned from."""
        return 0 if self.rows is None else len(self.rows)

    @cached_property
    def name(self) -> str:
        """The SHA-256 of the packed form, in hexadecimal."""
        return hashlib.sha256(self.packed()).hexdigest()

    # What it knows

    def scenarios(self, features: Features) -> Scenarios:
        """What may come of each action on content with these features."""
        return self.scenarios_of(row(features))

    def scenarios_of(self, inputs: Matrix) -> Scenarios:
        """As `scenarios`, of a row of features."""
        base = self.prior(inputs)
        residuals, weights = self.prior_rows, np.full(len(self.prior_rows), 1 / len(self.prior_rows))
        if self.forest is not None and self.rows is not None:
            found = self.trust * self.forest.weights(inputs, PATIENCE)
            left = 1 - found.sum()
            alike = len(self.rows) / (len(self.rows) + PRIOR_COUNTS)
            residuals = np.concatenate([residuals, self.rows])
            weights = np.concatenate([weights * left * (1 - alike), found + left * alike / len(self.rows)])
        blocks = residuals.reshape(-1, SETS, len(NAMES))
        return Scenarios(
            weights,
            {name: base[name] + blocks[:, place] for place, name in enumerate(QUANTITIES)},
        )

    def prior(self, inputs: Matrix) -> dict[str, Matrix]:
        """What the prior says, for one row of features or for several."""
        numbers = basis(inputs)
        return {name: numbers @ self.coefficients[name] for name in QUANTITIES}

    # The packed form

    def packed(self) -> bytes:
        """Magic number, SHA-256 of the rest: a head in JSON (lineage, which arrays follow), and their numbers."""
        return self._packed

    @cached_property
    def _packed(self) -> bytes:
        arrays: dict[str, Any] = {f"coefficients.{n}": self.coefficients[n] for n in QUANTITIES}
        arrays |= {f"margins.{n}": self.margins[n] for n in QUANTITIES}
        arrays["prior_rows"] = self.prior_rows
        if self.forest is not None and self.rows is not None:
            arrays["rows"] = self.rows
            arrays |= {f"forest.{name}": found for name, found in self.forest.arrays().items()}
        listed = [(name, found.dtype.str, found.shape) for name, found in arrays.items()]
        head = {"lineage": self.lineage, "trust": self.trust, "arrays": listed}
        packed_head = json.dumps(head, sort_keys=True).encode()
        numbers = [found.tobytes() for found in arrays.values()]
        body = b"".join([len(packed_head).to_bytes(4, "little"), packed_head, *numbers])
        return MAGIC + hashlib.sha256(body).digest() + body

    @classmethod
    def unpacked(cls, data: bytes) -> Self:
        """The inverse of `packed`; raises CorruptStream for anything else, and for states of another action set."""
        body = data[len(MAGIC) + 32 :]
        if len(data) > MAX_BYTES or data[: len(MAGIC)] != MAGIC:
            raise CorruptStream("These bytes are no state of this version")
        if hashlib.sha256(body).digest() != data[len(MAGIC) : len(MAGIC) + 32]:
            raise CorruptStream("The state is damaged")
        try:
            return cls._read(body)
        except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
            raise CorruptStream(f"The state is damaged: {error}") from error

    @classmethod
    def _read(cls, body: bytes) -> Self:
        size = int.from_bytes(body[:4], "little")
        head = json.loads(body[4 : 4 + size])
        versions = (head["lineage"].get("action_set"), head["lineage"].get("features_version"))
        if versions != (ACTION_SET_VERSION, FEATURES_VERSION):
            raise CorruptStream("The state is of another set of actions or features")
        arrays = _arrays(head["arrays"], memoryview(body)[4 + size :])
        if not all(bool(np.isfinite(found).all()) for found in arrays.values()):
            raise CorruptStream("The state has numbers that are none")
        actions = len(NAMES)
        coefficients = {n: arrays[f"coefficients.{n}"].reshape(1 + len(BASIS), actions) for n in QUANTITIES}
        margins = {n: arrays[f"margins.{n}"].reshape(actions) for n in QUANTITIES}
        prior_rows = arrays["prior_rows"].reshape(-1, SETS * actions)
        trust = float(head["trust"])
        if not 0 <= trust <= 1 or not len(prior_rows):
            raise CorruptStream("The state is damaged: no prior")
        rows = forest = None
        if "rows" in arrays:
            rows = arrays["rows"].reshape(-1, SETS * actions)
            trees = {
                n.removeprefix("forest."): found for n, found in arrays.items() if n.startswith("forest.")
            }
            forest = Forest.checked(trees, len(rows), len(FEATURES))
        return cls(coefficients, prior_rows, margins, head["lineage"], trust, rows, forest)


def _arrays(listed: list[Any], numbers: memoryview) -> dict[str, Any]:
    """The arrays that a head lists; raises ValueError where it lists others than are there.

    NumPy's own format is not for bytes that anybody may have made: it reads its heads with Python's parser.
    """
    arrays, at = {}, 0
    for name, kind, shape in listed:
        if kind not in KINDS or not all(type(size) is int and 0 <= size <= MAX_BYTES for size in shape):
            raise ValueError("it lists an array of a kind that states do not have")
        end = at + math.prod(shape) * np.dtype(kind).itemsize
        if end > len(numbers):
            raise ValueError("it lists more numbers than it has")
        arrays[name] = np.frombuffer(numbers[at:end], kind).reshape(shape)
        at = end
    if at != len(numbers):
        raise ValueError("it has more numbers than it lists")
    return arrays


def basis(inputs: Matrix) -> Matrix:
    """The numbers that the prior is linear in: 1, and the features of BASIS."""
    chosen = inputs[..., [FEATURES.index(name) for name in BASIS]] / np.array(list(BASIS.values()), float)
    return np.concatenate([np.ones((*inputs.shape[:-1], 1)), chosen], axis=-1)
