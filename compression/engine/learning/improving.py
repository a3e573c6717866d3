"""The improvement rate: by how much regret falls for each doubling of outcomes, with its interval.

Minus the slope of mean charged regret on log2(1 + outcomes), by least squares over the states of a curve. The interval
is that of a paired bootstrap, which draws whole kinds, and in each of them whole files: what is alike is not counted
as if it were independent.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from compression.engine.learning.evaluating import Judged
from compression.engine.learning.tables import Matrix

DRAWS = 2000
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Rate:
    """A figure with the ends of its 95 % interval."""

    rate: float
    low: float
    high: float

    def config(self) -> dict[str, float]:
        """The rate as JSON data."""
        return asdict(self)


def improvement(curve: Sequence[tuple[int, Sequence[Judged]]], seed: int = 0) -> Rate:
    """The rate over a curve: numbers of outcomes, each with the decisions of its state on the same contents."""
    slope = _slopes(np.log2(1 + np.array([outcomes for outcomes, _ in curve], float)))
    found = _regrets([judged for _, judged in curve])
    clusters = _clusters(curve[0][1])
    drawn = [slope @ found[:, rows].mean(axis=1) for rows in _draws(clusters, seed)]
    return _rate(float(slope @ found.mean(axis=1)), drawn)


def advantage(serving: Sequence[Judged], candidate: Sequence[Judged], seed: int = 0) -> Rate:
    """By how much the candidate's mean regret is below that of the serving state, on the same contents."""
    found = _regrets([serving, candidate])
    saved = found[0] - found[1]
    drawn = [saved[rows].mean() for rows in _draws(_clusters(serving), seed)]
    return _rate(float(saved.mean()), drawn)


def mean(judged: Sequence[Judged], objective: str | None = None, seed: int = 0) -> Rate:
    """Mean regret with its interval: charged, or for one objective as it is."""
    values = np.array([one.charged if objective is None else one.regret[objective] for one in judged])
    drawn = [values[rows].mean() for rows in _draws(_clusters(judged), seed)]
    return _rate(float(values.mean()), drawn)


def _slopes(times: Matrix) -> Matrix:
    """What regrets are multiplied by and summed for minus the slope; zeros where there is but one time."""
    away = times - times.mean()
    return -away / (away @ away) if (away @ away) else np.zeros(len(times))


def _regrets(parts: Sequence[Sequence[Judged]]) -> Matrix:
    """A row for each state, a column for each content, in one order; raises ValueError where contents differ."""
    order = [one.content for one in parts[0]]
    rows = []
    for judged in parts:
        known: Mapping[str, float] = {one.content: one.charged for one in judged}
        if len(judged) != len(order) or known.keys() != set(order):
            raise ValueError("The states were judged on different contents")
        rows.append([known[content] for content in order])
    return np.array(rows)


def _clusters(judged: Sequence[Judged]) -> list[list[Any]]:
    """For every kind its files, each as the places of its contents."""
    kinds: dict[str, dict[str, list[int]]] = {}
    for place, one in enumerate(judged):
        kinds.setdefault(one.kind, {}).setdefault(one.group, []).append(place)
    return [[np.array(rows) for rows in groups.values()] for groups in kinds.values()]


def _draws(clusters: list[list[Any]], seed: int) -> Iterator[Any]:
    chance = np.random.default_rng(seed)
    for _ in range(DRAWS):
        drawn = []
        for kind in chance.integers(len(clusters), size=len(clusters)):
            groups = clusters[kind]
            drawn += [groups[number] for number in chance.integers(len(groups), size=len(groups))]
        yield np.concatenate(drawn)


def _rate(value: float, drawn: Sequence[float]) -> Rate:
    low, high = np.quantile(drawn, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Rate(value, float(low), float(high))
