"""Columns of strings: numbers, dates and times, few different strings, and what all begin and end with."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from compression.engine import strings
from compression.engine.analysis.proposals import Proposal, proposer
from compression.engine.analysis.table import parts
from compression.engine.errors import InvalidParams, Unfit
from compression.engine.streams import WIDTHS, Array, Kind, Stream
from compression.engine.transforms.affixes import Affixes, affixes
from compression.engine.transforms.decimals import Decimals
from compression.engine.transforms.front import Front
from compression.engine.transforms.hexes import Hexes, hex_pattern
from compression.engine.transforms.moments import Moments
from compression.engine.transforms.numeric import MIN_FITTING, Numeric
from compression.engine.transforms.words import Words

LOOKED_AT = 256
"""Strings that tell the form of all."""
MOSTLY = 0.97
"""Of the numbers of a column at least this part must have room in the proposed width."""
TREND, FOLLOWING = 10, 8
"""Numbers whose last quarter goes beyond the others by one part of so many have room for so much more."""
FRONT = 0.15
"""Front coding is proposed where it takes this part of the bytes away."""
MAX_PLACES = 17
MIN_DIGITS = 4
"""Fewer hexadecimal digits do well as text."""
MAX_WORDS = 1 << 16
_DECIMAL = re.compile(rb"( *)(-?)([0-9]+)(?:\.([0-9]+))?\n")
_UPPER = re.compile(rb"[A-F]")
DATES = (
    (r"[12]\d{3}-\d\d-\d\d", "%Y-%m-%d"),
    (r"[12]\d{3}/\d\d/\d\d", "%Y/%m/%d"),
    (r"[12]\d{3}\.\d\d\.\d\d", "%Y.%m.%d"),
    (r"[12]\d{3}-\d\d", "%Y-%m"),
    (r"\d\d/[A-Z][a-z]{2}/\d{4}", "%d/%b/%Y"),
    (r"\d\d-[A-Z][a-z]{2}-\d{4}", "%d-%b-%Y"),
    (r"\d\d [A-Z][a-z]{2} \d{4}", "%d %b %Y"),
    (r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4}", "%a, %d %b %Y"),
    (r"[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d", "%a %b %d"),
    (r"[A-Z][a-z]{2} [ \d]\d", "%b %e"),
    (r"\d\d([/.-])\d\d\1\d{4}", "%d{0}%m{0}%Y"),
    (r"\d\d([/.-])\d\d\1\d{4}", "%m{0}%d{0}%Y"),
    (r"\d{1,2}([/.-])\d{1,2}\1\d{4}", "%-d{0}%-m{0}%Y"),
    (r"\d{1,2}([/.-])\d{1,2}\1\d{4}", "%-m{0}%-d{0}%Y"),
    (r"\d\d([/.-])\d\d\1\d\d", "%d{0}%m{0}%y"),
    (r"\d\d([/.-])\d\d\1\d\d", "%m{0}%d{0}%y"),
    (r"\d\d([/.-])\d\d\1\d\d", "%y{0}%m{0}%d"),
    (r"[12]\d{3}[01]\d[0-3]\d", "%Y%m%d"),
    (r"", ""),
)
TIMES = (
    (r"\d\d:\d\d:\d\d[.,]\d{1,9}", "%H:%M:%S"),
    (r"\d\d:\d\d:\d\d", "%H:%M:%S"),
    (r"\d\d:\d\d", "%H:%M"),
    (r"\d:\d\d:\d\d|\d\d:\d\d:\d\d", "%-H:%M:%S"),
    (r"\d:\d\d|\d\d:\d\d", "%-H:%M"),
    (r"[0-2]\d[0-5]\d[0-5]\d", "%H%M%S"),
    (r"", ""),
)
_REST = re.compile(r"|Z| ?UTC| ?GMT| ?[+-]\d\d:?\d\d| \d{4}")


@proposer(Kind.STRINGS)
def columns(stream: Stream) -> Iterable[Proposal]:
    """All that a column may be, as it is and without what all strings begin and end with."""
    try:
        ends = strings.ends(stream.data)
    except Unfit:
        return
    yield from _of(stream, ends)
    if any(affixes(stream.data, ends)):
        try:
            inner = Affixes().encode(stream).streams[0]
            found = list(_of(inner, strings.ends(inner.data)))
        except Unfit:
            return
        yield Proposal((Affixes(),), "all strings begin or end alike")
        for proposal in found:
            yield replace(proposal, chain=(Affixes(), *proposal.chain))


def _of(stream: Stream, ends: Any) -> Iterator[Proposal]:
    """What strings may be: numbers or dates, and only where they are none of these anything else."""
    data = np.array(stream.data)
    rows = np.unique(np.linspace(0, len(ends) - 1, LOOKED_AT).astype(np.int64))
    some = strings.chosen(data, ends, rows)
    found = [*_decimals(data, ends, some), *_moments(data, ends, some)]
    yield from found
    if any(_fitting(proposal, some) > MOSTLY for proposal in found):
        return
    yield from _hexes(some)
    yield from _words(data, ends)
    yield from parts(stream)
    if _shared(data, ends) > FRONT:
        yield Proposal((Front(),), "strings begin like the one before")


def _fitting(proposal: Proposal, some: list[bytes]) -> float:
    """Which part of the strings is of the form that is proposed."""
    transform = proposal.chain[0]
    content = np.frombuffer(b"".join(some), np.uint8).copy()
    return (
        float(transform.parse(content, strings.ends(content))[1].mean())
        if isinstance(transform, Numeric)
        else 0
    )


def _shared(data: Array, ends: Any) -> float:
    """Which part of some strings in the middle is as in the string before."""
    first = max(len(ends) - LOOKED_AT, 0) // 2
    start = int(ends[first - 1]) + 1 if first else 0
    some = data[start : int(ends[min(first + LOOKED_AT, len(ends)) - 1]) + 1]
    rests = Front().encode(Stream(some)).streams[0]
    return 1 - rests.size / len(some)


def _decimals(data: Array, ends: Any, some: list[bytes]) -> Iterator[Proposal]:
    """Decimal numbers with the digits behind the point that most have, and with those that all have."""
    found = [match for string in some if (match := _DECIMAL.fullmatch(string))]
    if len(found) < MIN_FITTING * len(some):
        return
    shown = Counter(len(match[4] or b"") for match in found)
    filled = sum(bool(match[1]) or (match[3][:1] == b"0" and len(match[3]) > 1) for match in found)
    length = max(len(match[0]) for match in found) - 1 if filled else 0
    fill = "spaces" if any(match[1] for match in found) else "zeros"
    for places in sorted({min(_most(shown, 0.9), MAX_PLACES), min(max(shown), MAX_PLACES)}):
        least = min(shown) if len(shown) > 1 else places
        transform = Decimals(
            width=8, places=places, least=min(least, places), length=min(length, 40), fill=fill
        )
        yield from _numeric(transform, data, ends, f"decimals with {places} places")


def _most(shown: "Counter[int]", part: float) -> int:
    """The digits that are enough for so many of the numbers."""
    counted = 0
    for digits in sorted(shown):
        counted += shown[digits]
        if counted >= part * shown.total():
            break
    return digits


def _numeric(transform: Numeric, data: Array, ends: Any, reason: str) -> Iterator[Proposal]:
    """The transform with the width that all numbers need, and with the one that nearly all need where that is less."""
    numbers, fits = transform.parse(data, ends)
    read = np.count_nonzero(fits)
    if not read or read < MIN_FITTING * len(ends):
        return
    least = _room(transform, numbers, fits)
    widths = []
    for width in (width for width in WIDTHS if width >= least):
        fitting = fits.copy()
        replace(transform, width=width).scale(numbers, fitting)
        part = np.count_nonzero(fitting) / read
        if part >= MOSTLY:
            widths.append(width)
        if part == 1:
            break
    for width in {widths[0], widths[-1]}:
        yield Proposal((replace(transform, width=width),), reason)


def _room(transform: Numeric, numbers: Any, fits: Any) -> int:
    """The least width for numbers that grow or fall: those of the content that follows need more."""
    fitting = numbers[fits.view(bool)]
    least, step = replace(transform, width=8).scale(numbers, fits.copy())
    early, spread = fitting[: 3 * len(fitting) // 4 + 1], int(fitting.max()) - least
    news = max(int(fitting.max()) - int(early.max()), int(early.min()) - least)
    if news * TREND < spread:
        return 1
    return next(width for width in WIDTHS if width == 8 or FOLLOWING * spread // step < 1 << 8 * width)


def _moments(data: Array, ends: Any, some: list[bytes]) -> Iterator[Proposal]:
    """Dates and times of a layout that fits most of the strings."""
    few = some[:: max(len(some) // 16, 1)]
    content = np.frombuffer(b"".join(few), np.uint8).copy()
    best: tuple[float, Moments] | None = None
    for layout in _layouts(few[len(few) // 2][:-1].decode("latin-1")):
        try:
            transform = Moments(layout=layout, width=8)
        except InvalidParams:
            continue
        part = float(transform.parse(content, strings.ends(content))[1].mean())
        if part > MIN_FITTING and (best is None or part > best[0]):
            best = part, transform
    if best:
        yield from _numeric(best[1], data, ends, f"dates like {best[1].layout}")


def _layouts(text: str) -> Iterator[str]:
    """The layouts that a date and time could have."""
    for date, layout in DATES:
        if not (dated := re.match(date, text)):
            continue
        for time, of_time in TIMES:
            timed = re.compile(f"([ T:_-]?)({time})" if date and time else f"()({time})").match(
                text, dated.end()
            )
            if not timed or not _REST.fullmatch(text, timed.end()):
                continue
            fraction = re.search(r"[.,](\d+)$", timed[2])
            found = [layout.format(*dated.groups()), timed[1], of_time]
            if fraction:
                found.append(f"{fraction[0][0]}%{len(fraction[1])}f")
            rest = text[timed.end() :]
            found.append(" %Y" if re.fullmatch(r" \d{4}", rest) else rest)
            if layout or of_time:
                yield "".join(found)


def _hexes(some: list[bytes]) -> Iterator[Proposal]:
    """Hexadecimal digits, of which some are letters."""
    sample = Stream(np.frombuffer(b"".join(some), np.uint8))
    letters = "upper" if _UPPER.search(sample.data.data) else "lower"
    try:
        digits = hex_pattern(sample.data, strings.ends(sample.data), letters).count(0)
        transform = Hexes(width=(digits + 1) // 2, letters=letters)
        packed, _, _ = transform.encode(sample).streams
    except Unfit:
        return
    if digits >= MIN_DIGITS and (packed.data % 16 > 9).any():
        yield Proposal((transform,), f"{digits} hexadecimal digits")


def _words(data: Array, ends: Any) -> Iterator[Proposal]:
    """A dictionary where strings are repeated."""
    try:
        _, firsts, _ = strings.numbered(data, ends, min(MAX_WORDS, len(ends) // 2))
    except Unfit:
        return
    reason = f"{len(firsts)} different strings in {len(ends)}"
    if len(firsts) <= 256:
        yield Proposal((Words(index=1),), reason)
    else:
        yield Proposal((Words(index=2),), reason)
        yield Proposal((Words(index=2, order="frequent"),), reason)
