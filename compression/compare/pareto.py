"""The Pareto front: candidates that no other one beats."""

from collections.abc import Sequence


def front(points: Sequence[tuple[float, ...]]) -> list[bool]:
    """Say of each point whether it is on the front, where more is better in every coordinate.

    A point is off it where another one is at least as good in all coordinates and better in one; of equal points all
    are on it.
    """
    return [not any(_beats(other, point) for other in points) for point in points]


def _beats(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one != other and all(a >= b for a, b in zip(one, other, strict=True))
