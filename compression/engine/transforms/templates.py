"""Logs, JSON, dumps: records that follow templates, as the templates' numbers and columns of what varies."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from compression.engine.codecs.params import Binary, Choice, Integer, parameter
from compression.engine.errors import CorruptStream, Unfit
from compression.engine.streams import Array, Kind, Stream, flat, words
from compression.engine.transforms.base import Encoded, Transform, behind_last, transform
from compression.engine.wire import Reader, Writer

MARK, END, NEWLINE = 0, 1, 10
MAX_COLUMNS, MAX_TEMPLATES = 200, (1 << 16) - 1
LOOK_BACK = 24
"""See the kernels."""
LABEL_BYTES = 24
FOUND = ("digits", "numbers", "words")
BY = ("place", "literal", "prefix")


class Parsed(NamedTuple):
    """Records and their slots, as `kernels.slots.parse` tells them."""

    data: Array
    ends: Any
    slots: Any
    hashes: Any
    starts: Any
    stops: Any
    contexts: Any


class Matched(NamedTuple):
    """`ids`: the template of each record, from 1, or 0 for none; and of all templates one after the other:

    `texts`, the records that they are of, where the slots of each begin (one more than there are templates), the
    context of each slot and its bytes in all records; and the bytes of the records without a template.
    """

    ids: Any
    texts: Array
    places: Any
    contexts: Any
    sizes: Any
    others: int

    def contexts_by_size(self) -> tuple[Any, Any]:
        """The different contexts and the bytes of their strings, the largest first."""
        own = self.contexts >= 0
        contexts, first, inverse = np.unique(self.contexts[own], return_index=True, return_inverse=True)
        sizes = np.bincount(inverse, self.sizes[own], len(contexts)).astype(np.int64)
        order = np.lexsort((first, -sizes))
        return contexts[order], sizes[order]


@transform
@dataclass(frozen=True)
class Templates(Transform):
    """Records, each ended by one of the bytes `ends`, whose `slots` vary while the rest recurs.

    Slots are runs of digits, numbers (with sign and points), or words that hold a digit; and what is between two
    `quote`, unless a colon follows. The context of a slot gives its column: all that is before it in the template
    (`prefix`), what is since the slot before (`literal`), or that and the number of the slot if it is one of the first
    (`place`). The `columns` contexts with the most bytes have a column each, the others share one.
    Streams: the numbers of the templates, their texts, the columns of their slots, records without a template, and
    the columns, the shared one last.
    """

    id: ClassVar[str] = "templates"
    code: ClassVar[int] = 40
    title: ClassVar[str] = "records split into templates and what varies"
    encode_mb_s: ClassVar[float] = 100
    decode_mb_s: ClassVar[float] = 200

    ends: bytes = parameter(Binary("Bytes that end a record", 8), default=b"\n")
    slots: str = parameter(Choice("What varies", FOUND), default="digits")
    quote: int = parameter(Integer("Quotation mark, 0 for none", 0, 255), default=0)
    by: str = parameter(Choice("Columns by", BY), default="place")
    columns: int = parameter(Integer("Columns", 0, MAX_COLUMNS), default=16)

    @property
    def outputs(self) -> int:
        return self.columns + 5

    @property
    def _is_end(self) -> Array:
        is_end = np.zeros(256, np.uint8)
        is_end[list(self.ends)] = 1
        return is_end

    def cut(self, data: Array) -> int:
        return behind_last(data, self.ends)

    def encode(self, stream: Stream) -> Encoded:
        from compression.engine.kernels import templates

        parsed = self.parse(stream.data)
        matched = match(parsed)
        chosen = self._chosen(matched)
        sizes = np.bincount(chosen, matched.sizes * (matched.contexts >= 0), 256)[: self.columns + 1]
        limits = np.cumsum([*sizes, matched.others], dtype=np.int64)
        at = np.concatenate([np.zeros(1, np.int64), limits[:-1]])
        out = np.empty(int(limits[-1]), np.uint8)
        tokens = (parsed.ends, parsed.slots, parsed.starts, parsed.stops, parsed.contexts)
        templates.gather(parsed.data, *tokens, matched.ids, matched.places, chosen, at, out)
        *columns, others = np.split(out, limits[:-1])
        width = 1 if len(matched.places) <= 1 << 8 else 2
        labels = _labels(matched.texts, chosen, self.columns)
        writer = Writer()
        writer.number(width)
        writer.number(stream.size)
        return Encoded(
            [
                Stream(flat(matched.ids.astype(f"<u{width}")), width, Kind.SYMBOLS, "templates of records"),
                Stream(matched.texts, 1, Kind.TEXT, "texts of templates"),
                Stream(chosen, 1, Kind.SYMBOLS, "columns of templates"),
                Stream(others, 1, Kind.TEXT, "records without a template"),
                *(
                    Stream(column, 1, Kind.STRINGS, label)
                    for column, label in zip(columns, labels, strict=True)
                ),
            ],
            bytes(writer.data),
        )

    def parse(self, data: Array) -> Parsed:
        """The records and slots of `data`."""
        from compression.engine.kernels import slots as kernel

        if len(data) >= 1 << 31:
            raise Unfit("This is too large for templates")
        data = np.array(data)
        is_end = self._is_end
        digit = (data >= ord("0")) & (data <= ord("9"))
        most = int(np.count_nonzero(digit[1:] & ~digit[:-1])) + 1
        if self.quote:
            most += int(np.count_nonzero(data == self.quote))
        records = int(np.count_nonzero(is_end[data])) + 1
        ends, slots = np.empty(records, np.int32), np.empty(records, np.int32)
        hashes = np.empty(records, np.int64)
        starts, stops = np.empty(most, np.int32), np.empty(most, np.int32)
        contexts = np.empty(most, np.int64)
        settings = self.quote or 256, FOUND.index(self.slots), BY.index(self.by)
        count = kernel.parse(data, is_end, *settings, ends, slots, hashes, starts, stops, contexts)
        if count < 0:
            raise Unfit("There are more slots than expected: the quotation mark or an end is a digit")
        return Parsed(data, ends[:count], slots[:count], hashes[:count], starts, stops, contexts)

    def _chosen(self, matched: Matched) -> Array:
        """The column of each slot of each template; a repeat has 255 minus the number of slots back."""
        largest = matched.contexts_by_size()[0][: self.columns]
        contexts, first = np.unique(matched.contexts, return_index=True)
        wanted = np.sort(first[np.isin(contexts, largest)])
        numbers = {int(matched.contexts[place]): number for number, place in enumerate(wanted)}
        return np.array(
            [
                numbers.get(context, self.columns) if context >= 0 else 255 + context
                for context in matched.contexts.tolist()
            ],
            np.uint8,
        )

    def decode(self, streams: Sequence[Array], note: bytes, most: int) -> Array:
        from compression.engine.kernels import templates

        numbered, texts, chosen, others, *columns = streams
        reader = Reader(note)
        width, size = reader.number(2), reader.number(most)
        reader.finish()
        if width not in (1, 2) or len(numbered) % width or (len(texts) and texts[-1] != END):
            raise CorruptStream("The numbers or the texts of templates are incomplete")
        ids = words(np.array(numbered), width).astype(np.int32)
        ends = np.flatnonzero(texts == END)
        begins = np.concatenate([np.zeros(1, np.int64), ends + 1])
        places = np.concatenate([np.zeros(1, np.int64), np.cumsum(texts == MARK)[ends]])
        if len(chosen) != places[-1] or (len(ids) and int(ids.max()) > len(ends)):
            raise CorruptStream("The numbers, texts and columns of templates do not fit together")
        limits = np.cumsum([len(part) for part in (*columns, others)], dtype=np.int64)
        at = np.concatenate([np.zeros(1, np.int64), limits[:-1]])
        out = np.empty(size, np.uint8)
        known = ids, np.array(texts), begins, np.array(chosen), places
        parts = np.concatenate([*columns, others]), at, limits
        seen = np.zeros((2, LOOK_BACK), np.int64)
        if templates.expand(*known, *parts, self._is_end, seen, out) != size:
            raise CorruptStream("The columns of templates do not fit together")
        return out


def match(parsed: Parsed) -> Matched:
    """The templates that more than one record follows; raises Unfit where they are too many."""
    from compression.engine.kernels import templates

    count = len(parsed.ends)
    table = np.full(1 << (2 * count).bit_length(), -1, np.int32)
    numbers, firsts, times = (np.empty(count, np.int32) for _ in range(3))
    known = templates.match(*parsed, table, numbers, firsts, times)
    recurring = times[:known] > 1
    if np.count_nonzero(recurring) > MAX_TEMPLATES:
        raise Unfit("There are too many templates")
    renumbered = np.where(recurring, np.cumsum(recurring), 0).astype(np.int32)
    ids = np.append(renumbered, np.int32(0))[numbers]
    records = firsts[:known][recurring].astype(np.int64)
    tokens = parsed.ends, parsed.slots, parsed.starts, parsed.stops
    room = (
        np.diff(parsed.ends, prepend=0)[records].sum() + 2 * np.diff(parsed.slots, prepend=0)[records].sum()
    )
    texts = np.empty(int(room) + 2 * len(records), np.uint8)
    counts = np.empty(len(records), np.int64)
    texts = texts[: templates.write(parsed.data, *tokens, records, texts, counts)]
    places = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    behind = parsed.slots[records]
    within = np.arange(places[-1]) + np.repeat(behind - places[1:], counts)
    sizes = np.zeros(int(places[-1]), np.int64)
    others = templates.measure(*tokens, ids, places, sizes)
    return Matched(ids, texts.copy(), places, parsed.contexts[within], sizes, others)


def _labels(texts: Array, chosen: Array, columns: int) -> list[str]:
    """What is before the first slot of each column, for people."""
    marks = np.flatnonzero(texts == MARK)
    labels = []
    for column in range(columns + 1):
        found = np.flatnonzero(chosen == column)[:1]
        end = int(marks[found[0]]) if len(found) else 0
        before = texts[max(end - LABEL_BYTES, 0) : end].tobytes().split(bytes([END]))[-1]
        text = before.decode("utf-8", "replace").replace("\0", "*").strip()
        labels.append(f"behind {text!r}" if text and column < columns else f"slots {column + 1}")
    return labels
