"""Tables in text: by which separator the lines of a text have the same few numbers of fields."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from compression.engine.analysis.given import relations
from compression.engine.analysis.proposals import Proposal, proposer
from compression.engine.limits import KiB
from compression.engine.streams import Array, Kind, Stream
from compression.engine.strings import NEWLINE
from compression.engine.transforms.table import MAX_COLUMNS, Table, cut_lines

SAMPLE = 96 * KiB
MIN_LINES = 8
COVERED = 0.8
"""At least this part of the bytes must be in lines of the proposed numbers of fields."""
RARE = 0.01
"""Numbers of fields that fewer lines have are not counted."""
QUOTES = (0, ord('"'), ord("'"))
FILES = {ord(","): 12, ord("\t"): 8, ord(";"): 8, ord("|"): 8, ord(" "): 4}
"""Separators in files, and how many different numbers of fields are believed."""
COLUMNS = {ord(mark): 2 for mark in "-/:. _,;|@"}
"""Separators within a column."""


class Shape(NamedTuple):
    """The numbers of fields by a separator, the part of the bytes in such lines, and how it was split."""

    covered: float
    fields: int
    columns: tuple[int, ...]
    separator: int
    quote: int
    merged: bool

    def table(self) -> Table:
        """The transform."""
        return Table(separator=self.separator, columns=self.columns, quote=self.quote, merged=self.merged)

    @property
    def reason(self) -> str:
        """For people."""
        return f"lines of {' or '.join(map(str, self.columns))} fields between {chr(self.separator)!r}"


@proposer(Kind.BYTES, Kind.TEXT)
def table(stream: Stream) -> Iterable[Proposal]:
    """Whole files of lines."""
    shapes = sorted(_shapes(_sample(stream.data), FILES), reverse=True)
    for shape in shapes[:2]:
        transform = shape.table()
        if given := relations(transform, stream.data):
            reason = f"{shape.reason}, {np.count_nonzero(given)} of them in the order of another"
            yield Proposal((replace(transform, given=given),), reason)
        yield Proposal((transform,), shape.reason)


def parts(stream: Stream) -> Iterable[Proposal]:
    """For columns whose strings have parts: addresses, versions, codes."""
    shapes = sorted(_shapes(_sample(stream.data), COLUMNS), reverse=True)
    for shape in shapes[:1]:
        yield Proposal((shape.table(),), shape.reason)


def _sample(data: Array) -> Array:
    """Whole lines from the front, the middle and the end; nothing where that is no text of lines."""
    starts = [0] if len(data) <= 3 * SAMPLE else [0, len(data) // 2, len(data) - SAMPLE]
    parts: list[Array] = []
    for start in starts:
        part = data[start : start + (3 * SAMPLE if len(starts) == 1 else SAMPLE)]
        ends = np.flatnonzero(part == NEWLINE)
        if len(ends) < MIN_LINES:
            return data[:0]
        parts.append(part[int(ends[0]) + 1 if start else 0 : int(ends[-1]) + 1])
    sample = np.concatenate(parts)
    return data[:0] if (sample == 0).any() else sample


def _shapes(sample: Array, separators: dict[int, int]) -> Iterator[Shape]:
    counts = np.bincount(sample, minlength=256)
    for separator, most in separators.items():
        if 2 * counts[separator] < counts[NEWLINE] or not len(sample):
            continue
        found = [
            shape
            for quote in QUOTES
            if not quote or counts[quote] * 10 > counts[NEWLINE]
            for merged in (False, True)
            if not merged or separator == ord(" ")
            if (shape := _shape(sample, separator, quote, most, merged=merged))
        ]
        if found:
            yield max(found, key=lambda shape: (round(shape.covered, 2), -len(shape.columns), -shape.fields))


def _shape(sample: Array, separator: int, quote: int, most: int, *, merged: bool) -> Shape | None:
    """The numbers of fields that most lines have by this separator; None where there are too many of them."""
    lines = cut_lines(sample, separator, quote, merged=merged)
    lengths = np.diff(lines.ends, prepend=-1)
    numbers = np.bincount(lines.counts)
    common = np.argsort(-numbers, kind="stable")[:most]
    # Lines of one field gain nothing from being a column: they are kept as they are.
    chosen = tuple(
        sorted(int(n) for n in common if 1 < n <= MAX_COLUMNS // most and numbers[n] >= RARE * len(lengths))
    )
    covered = float(lengths[np.isin(lines.counts, chosen)].sum() / len(sample))
    if not chosen or covered < COVERED:
        return None
    return Shape(covered, max(chosen), chosen, separator, quote, merged)
