"""A forest that says which outcomes new content is like: weights of the outcomes that it was grown on.

Extremely randomised trees (Geurts, Ernst, Wehenkel 2006), read as a quantile regression forest is (Meinshausen 2006):
not the means of leaves are kept but who is in them, so that a whole distribution, of all targets together, comes out.
A leaf of few outcomes gives away only a part of its tree's weight; the rest is for what was known before.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from compression.engine.errors import CorruptStream
from compression.engine.learning.tables import Matrix

TREES = 100
LEAST_LEAF = 2
SHARE_OF_FEATURES = 0.5
MAX_DEPTH = 64


@dataclass(frozen=True)
class Forest:
    """All nodes of all trees, one after the other; `roots` are where trees begin.

    A node sends rows whose `feature` is at most `threshold` to `left`, others to `right`; leaves have -1 as `left`
    and the place of their first outcome in `members` as `right`, and `count` of them there.
    """

    roots: Any
    feature: Any
    threshold: Any
    left: Any
    right: Any
    count: Any
    members: Any
    rows: int

    def weights(self, inputs: Matrix, patience: float) -> Matrix:
        """The weight of every outcome for one row of features; their sum is below 1 by what leaves hold back.

        A leaf of m outcomes gives m / (m + patience) of its tree's weight.
        """
        inputs = inputs.astype(np.float32)  # as when it was grown
        nodes = self.roots.copy()
        for _ in range(MAX_DEPTH + 1):
            inner = self.left[nodes] >= 0
            if not inner.any():
                break
            at = nodes[inner]
            goes_left = inputs[self.feature[at]] <= self.threshold[at]
            nodes[inner] = np.where(goes_left, self.left[at], self.right[at])
        counts = self.count[nodes]
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        members = self.members[np.repeat(self.right[nodes], counts) + within]
        shares = np.repeat(1 / (counts + patience), counts)
        return np.bincount(members, shares, minlength=self.rows) / max(len(self.roots), 1)

    def arrays(self) -> dict[str, Any]:
        """All of it, to be written."""
        return {name: getattr(self, name) for name in _TYPES}

    @classmethod
    def checked(cls, arrays: dict[str, Any], rows: int, columns: int) -> "Forest":
        """A forest that was read: every index leads somewhere, and on from where it is; raises CorruptStream."""
        forest = cls(**{name: arrays[name].astype(kind) for name, kind in _TYPES.items()}, rows=rows)
        nodes = len(forest.feature)
        places = np.arange(nodes)
        inner = forest.left >= 0
        sound = (
            all(len(arrays[name]) == nodes for name in ("threshold", "left", "right", "count"))
            and _within(forest.roots, 0, nodes)
            and _within(forest.feature, 0, columns)
            and _within(forest.members, 0, rows)
            and bool(
                (forest.left[inner] > places[inner]).all() and (forest.right[inner] > places[inner]).all()
            )
            and _within(forest.left[inner], 0, nodes)
            and _within(forest.right[inner], 0, nodes)
            and _within(forest.right[~inner], 0, len(forest.members) + 1)
            and bool((forest.count >= 0).all())
            and bool((forest.right[~inner] + forest.count[~inner] <= len(forest.members)).all())
            and bool(np.isfinite(forest.threshold).all())
        )
        if not sound:
            raise CorruptStream("The trees of a state are damaged")
        return forest


_TYPES: dict[str, Any] = {
    "roots": np.int32,
    "feature": np.int32,
    "threshold": np.float32,
    "left": np.int32,
    "right": np.int32,
    "count": np.int32,
    "members": np.int32,
}


def _within(values: Any, low: int, end: int) -> bool:
    return bool(((values >= low) & (values < end)).all())


def grown(inputs: Matrix, targets: Matrix, seed: int, trees: int = TREES) -> Forest:
    """Grow a forest; the same one for the same arguments."""
    from sklearn.ensemble import ExtraTreesRegressor  # a second to load, and needed here alone

    model = ExtraTreesRegressor(
        n_estimators=trees,
        max_features=SHARE_OF_FEATURES,
        min_samples_leaf=LEAST_LEAF,
        max_depth=MAX_DEPTH,
        random_state=seed,
        n_jobs=1,
    ).fit(inputs, targets)
    leaves = model.apply(inputs)
    parts: dict[str, list[Any]] = {name: [] for name in _TYPES}
    nodes = members = 0
    for number, estimator in enumerate(model.estimators_):
        tree = estimator.tree_
        order = np.argsort(leaves[:, number], kind="stable")
        count = np.bincount(leaves[:, number], minlength=tree.node_count)
        first = np.cumsum(count) - count
        is_leaf = tree.children_left < 0
        parts["roots"].append(np.array([nodes]))
        parts["feature"].append(np.where(is_leaf, 0, tree.feature))
        parts["threshold"].append(np.where(is_leaf, 0.0, tree.threshold))
        parts["left"].append(np.where(is_leaf, -1, tree.children_left + nodes))
        parts["right"].append(np.where(is_leaf, first + members, tree.children_right + nodes))
        parts["count"].append(count)
        parts["members"].append(order)
        nodes, members = nodes + tree.node_count, members + len(order)
    arrays = {name: np.concatenate(found).astype(_TYPES[name]) for name, found in parts.items()}
    return Forest(**arrays, rows=len(inputs))
