"""The elements of a stream for people: how many there are, from which to which, the first few; short and printable."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from compression.engine.streams import WIDTHS, Array, Kind, Stream, words

EXAMPLES = 3
WORDS = 2
"""Different words among the numbers of a column, at most: they stand for missing ones."""
CHARS = 80
"""Characters of one text, at most."""
_FLOATS: dict[int, np.dtype[Any]] = {4: np.dtype("<f4"), 8: np.dtype("<f8")}
_NANS = {4: 0x7FC00000, 8: 0x7FF8000000000000}
_LEAST, _MOST = 1e-9, 1e15
"""What measured values are between, as far as their size goes; other bit patterns are hardly floats."""


@dataclass(frozen=True)
class Elements:
    """What a stream's elements are and are like; `distinct` is 0 where they are not told apart."""

    kind: str
    distinct: int = 0
    low: str = ""
    high: str = ""
    examples: tuple[str, ...] = ()


def printable(text: str) -> str:
    """A text from content as it may be shown: what cannot be printed is escaped, what is long is cut."""
    cut = text[: CHARS + 1]
    shown = "".join(one if one.isprintable() else f"\\x{ord(one):02x}" for one in cut)
    return shown if len(shown) <= CHARS else f"{shown[: CHARS - 1]}…"


def elements(stream: Stream) -> Elements:
    """The elements of any stream."""
    if stream.kind in (Kind.STRINGS, Kind.TEXT):
        return _lines(stream)
    data, width = stream.data, stream.width
    floats = stream.kind is Kind.FLOATS or (stream.kind is Kind.NUMBERS and _like_floats(data, width))
    if floats and width in _FLOATS:
        return _numbers(Kind.FLOATS, data.view(_FLOATS[width]))
    if stream.kind is Kind.NUMBERS and width in WIDTHS:
        return _numbers(stream.kind, _signed_or_not(data, width))
    if stream.kind is Kind.SYMBOLS and width in WIDTHS:
        return _numbers(stream.kind, words(data, width))
    return Elements(stream.kind.value)


def _lines(stream: Stream) -> Elements:
    lines = stream.data.tobytes().decode("utf-8", "replace").split("\n")
    if not lines[-1]:
        lines.pop()
    found = set(lines)
    return _told(stream.kind, _ordered(found), lines, len(found))


def _ordered(found: set[str]) -> list[str]:
    """By value where they are numbers, and few words for missing ones; else as texts."""
    numbers = {text: value for text in found if (value := _value(text)) is not None}
    if numbers and len(found) - len(numbers) <= WORDS:
        return sorted(numbers, key=numbers.__getitem__)
    return sorted(found)


def _value(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return None if math.isnan(value) else value


def _numbers(kind: Kind, values: Any) -> Elements:
    found = np.unique(values)
    known = found[~np.isnan(found)] if kind is Kind.FLOATS else found
    return _told(kind, [_plain(value) for value in known[[0, -1]]] if len(known) else [], values, len(found))


def _told(kind: Kind, ordered: Sequence[Any], values: Sequence[Any], distinct: int) -> Elements:
    return Elements(
        kind.value,
        distinct,
        printable(str(ordered[0])) if ordered else "",
        printable(str(ordered[-1])) if ordered else "",
        tuple(printable(str(_plain(value))) for value in values[:EXAMPLES]),
    )


def _plain(value: Any) -> Any:
    """A number as people write it."""
    return f"{value:.7g}" if isinstance(value, np.floating) else value


def _signed_or_not(data: Array, width: int) -> Any:
    """Whole numbers; with a sign where that brings them much closer together."""
    plain = words(data, width)
    if not len(plain):
        return plain
    signed = words(data, width, signed=True)
    span, other = (int(values.max()) - int(values.min()) for values in (signed, plain))
    return signed if span < other // 4 else plain


def _like_floats(data: Array, width: int) -> bool:
    """Whether whole numbers are the bits of floats that were not declared: all of a plausible size, or missing."""
    if width not in _FLOATS or not len(data):
        return False
    missing = words(data, width) == _NANS[width]
    with np.errstate(invalid="ignore"):
        sizes = np.abs(data.view(_FLOATS[width]).astype(np.float64))
        plausible = (sizes >= _LEAST) & (sizes <= _MOST) | (sizes == 0) | missing
        return bool(plausible.all() and (sizes != 0).any())
