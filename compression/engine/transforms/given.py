"""Columns given others: each takes its rows in the order of the column that tells most of it, so that alike rows meet.

What follows from another column becomes runs, and what goes with it becomes smooth, without any formula. The order is
known to a decoder, which restores the other column first.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from compression.engine import strings
from compression.engine.errors import CorruptStream, InvalidParams, Unfit
from compression.engine.streams import Array


def check(given: Sequence[int], columns: Sequence[int]) -> None:
    """Raise InvalidParams unless each column is given none (0) or one (from 1) of its table, and none in a circle."""
    if not given:
        return
    table_of = np.repeat(np.arange(len(columns)), columns)
    if len(given) != len(table_of):
        raise InvalidParams("As many columns as there are have one that they are given, or 0", field="given")
    for column, other in enumerate(given):
        if other and (other > len(given) or table_of[other - 1] != table_of[column]):
            raise InvalidParams("A column is given one of its own table", field="given")
    _sequence(tuple(given))


@lru_cache(64)
def _sequence(given: tuple[int, ...]) -> tuple[int, ...]:
    """The columns that are given one, each behind that one; raises InvalidParams where there is a circle."""
    found = [column for column, other in enumerate(given) if not other]
    followers: dict[int, list[int]] = {}
    for column, other in enumerate(given):
        followers.setdefault(other - 1, []).append(column)
    for column in found:  # which grows
        found += followers.get(column, [])
    if len(found) < len(given):
        raise InvalidParams("Columns are given each other in a circle", field="given")
    return tuple(column for column in found if given[column])


def ordered(columns: Sequence[Array], given: tuple[int, ...]) -> list[Array]:
    """The columns with their rows in the order of those that they are given."""
    orders = {other: _order(columns[other - 1]) for other in set(given) if other}
    return [
        _taken(column, orders[other]) if other and len(column) else column
        for column, other in zip(columns, given, strict=True)
    ]


def restored(columns: Sequence[Array], given: tuple[int, ...]) -> list[Array]:
    """The inverse of `ordered`; raises CorruptStream."""
    found = list(columns)
    places: dict[int, Any] = {}
    for column in _sequence(given):
        other = given[column]
        try:
            if other not in places:
                order = _order(found[other - 1])
                places[other] = np.empty(len(order), np.int64)
                places[other][order] = np.arange(len(order))
            found[column] = _taken(found[column], places[other])
        except Unfit as error:
            raise CorruptStream("A column of a table is damaged") from error
    return found


def _order(column: Array) -> Any:
    return strings.order(column, strings.ends(column)) if len(column) else np.empty(0, np.int64)


def _taken(column: Array, rows: Any) -> Array:
    """The strings of a column in this order of its rows."""
    ends = strings.ends(column) if len(column) else np.empty(0, np.int64)
    if len(ends) != len(rows):
        raise Unfit("Columns have different numbers of rows")
    return strings.taken(np.array(column), ends, rows, len(column))
