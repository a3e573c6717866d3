"""Logs, JSON, dumps: whether the records of a text follow templates, and what varies in them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from compression.engine.analysis.proposals import Proposal, proposer
from compression.engine.analysis.sequences import form_of
from compression.engine.errors import Unfit
from compression.engine.leaves.zstd import ZstdLeaf
from compression.engine.limits import KiB
from compression.engine.streams import Array, Kind, Stream
from compression.engine.strings import NEWLINE
from compression.engine.transforms.templates import BY, FOUND, Matched, Templates, match

SAMPLE, SURVEY = 48 * KiB, 512 * KiB
"""Bytes that variants are weighed on, and those that the number of columns is found with."""
MIN_RECORDS = 20
LONGEST = 4096
"""Mean bytes of a record, at most."""
COVERED = 0.3
"""At least this part of the bytes must be in records that follow a template."""
COLUMN_BYTES = 400
"""What a column must have to be worth a stream of its own."""
MOST_COLUMNS = 64
ADVANTAGE = 0.97
"""Templates are proposed where a quick estimate falls below this part of the estimate without."""
KEPT = 2
CLOSING = {b"\n": 0, b"\n]}": 8, b"\n)": 16, b"\n>": 16, b">": 4}
"""Ends of records; such that are proposed must have that many bytes in a thousand besides the line ends."""
QUOTES = {0: 0, ord('"'): 16, ord("'"): 16}
"""Quotation marks, and how many bytes of a thousand must be one."""
MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<[A-Za-z_!?]")
ROOT = 512
"""What text like XML begins with, and where that must be."""
LOWER, TAG_BYTES = 0x20, 1000
"""The bit of small letters; there must be an element for so many bytes."""


@dataclass(frozen=True)
class Weighed:
    """What a variant comes to, by a quick estimate."""

    size: float
    variant: Templates


@proposer(Kind.BYTES, Kind.TEXT)
def templates(stream: Stream) -> Iterable[Proposal]:
    """Whole files, and texts within others."""
    sample = _sample(stream.data)
    if len(sample) and not form_of(stream.data):
        plain = _price(sample)
        yield from _best(stream, sample, plain, list(_variants(sample)))


@proposer(Kind.STRINGS)
def parts(stream: Stream) -> Iterable[Proposal]:
    """Columns whose strings have digits among other things: paths, addresses, codes."""
    sample = _sample(stream.data)
    digits = (sample >= ord("0")) & (sample <= ord("9"))
    runs = int(np.count_nonzero(digits[1:] & ~digits[:-1]))
    lines = int(np.count_nonzero(sample == NEWLINE))
    if len(sample) and 2 * runs > lines and not digits[sample != NEWLINE].all():
        variants = [Templates(slots=slots, by="prefix") for slots in ("digits", "numbers")]
        yield from _best(stream, sample, _price(sample), variants)


def _best(stream: Stream, sample: Array, plain: float, variants: list[Templates]) -> Iterator[Proposal]:
    """The variants that promise most, each with the best way to tell columns."""
    weighed = _weigh(sample, variants)[:KEPT]
    others = [replace(best.variant, by=by) for best in weighed for by in BY if by != best.variant.by]
    better = sorted([*weighed, *_weigh(sample, others)], key=lambda found: found.size)
    seen: set[tuple[bytes, str, int]] = set()
    for found in better:
        form = found.variant.ends, found.variant.slots, found.variant.quote
        if found.size < plain * ADVANTAGE and form not in seen and len(seen) < KEPT:
            seen.add(form)
            variant, known = _surveyed(stream.data, found.variant)
            reason = f"records by template, {variant.columns} columns of {variant.slots}"
            if elements := _elements(stream.data):
                reason = f"XML-like text: {elements} elements, {known} templates; {reason}"
            # What is rare in a sample recurs in the whole: only that shows what templates are worth.
            yield Proposal((variant,), reason, whole=stream.kind is not Kind.STRINGS)


def _sample(data: Array) -> Array:
    """Whole lines (or just bytes) from the middle; nothing where that is no text of records."""
    start = max(len(data) - SAMPLE, 0) // 2
    part = data[start : start + SAMPLE]
    if len(part) < KiB or (part == 0).any():
        return data[:0]
    ends = np.flatnonzero(part == NEWLINE)
    return part[int(ends[0]) + 1 : int(ends[-1]) + 1] if len(ends) > 1 and start else part


def _variants(sample: Array) -> Iterator[Templates]:
    counts = np.bincount(sample, minlength=256) * 1000 // len(sample)
    absolute = np.bincount(sample, minlength=256)
    for ends, least in CLOSING.items():
        if least and counts[list(ends.removeprefix(b"\n"))].sum() < least:
            continue
        if absolute[list(ends)].sum() * LONGEST < len(sample) or absolute[list(ends)].sum() < MIN_RECORDS:
            continue
        for quote, often in QUOTES.items():
            if counts[quote] >= often:
                for slots in FOUND:
                    yield Templates(ends=ends, slots=slots, quote=quote)


def _weigh(sample: Array, variants: list[Templates]) -> list[Weighed]:
    """What the variants come to, the least first; those that cover too little are left out."""
    found = []
    for variant in variants:
        try:
            matched = match(variant.parse(sample))
        except Unfit:
            continue
        if matched.others > (1 - COVERED) * len(sample) or not len(matched.sizes):
            continue
        sized = replace(variant, columns=_columns(matched, len(sample), len(sample)))
        parts = sized.encode(Stream(sample)).streams
        found.append(Weighed(sum(_price(part.data) + 2 for part in parts), variant))
    return sorted(found, key=lambda weighed: weighed.size)


def _surveyed(data: Array, variant: Templates) -> tuple[Templates, int]:
    """The variant with as many columns as pay in all of the data; and how many templates the front of it has."""
    survey = data[:SURVEY]
    try:
        matched = match(variant.parse(survey))
    except Unfit:
        return replace(variant, columns=0), 0
    return replace(variant, columns=_columns(matched, len(survey), len(data))), len(matched.places) - 1


def _elements(data: Array) -> int:
    """The elements of text like XML; 0 for other text."""
    if not MARKUP.match(data[:ROOT].tobytes()):
        return 0
    behind = data[1:][data[:-1] == ord("<")]
    opening = int(np.count_nonzero((behind | LOWER >= ord("a")) & (behind | LOWER <= ord("z"))))
    return opening if opening * TAG_BYTES > len(data) else 0


def _columns(matched: Matched, looked_at: int, size: int) -> int:
    """How many contexts have enough bytes for a column, were what was looked at extended to so many bytes."""
    _, sizes = matched.contexts_by_size()
    return min(int(np.count_nonzero(sizes * size >= COLUMN_BYTES * looked_at)), MOST_COLUMNS)


def _price(data: Array) -> float:
    return min(len(data), len(ZstdLeaf(level=3).encode(data)))
