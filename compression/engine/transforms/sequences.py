"""FASTA and FASTQ: heads, bases and qualities apart; the bases as four letters, with what is none of these aside."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from compression.engine.codecs.params import Choice, parameter
from compression.engine.errors import CorruptStream, Unfit
from compression.engine.streams import Array, Kind, Stream, flat, words
from compression.engine.transforms.base import Encoded, Transform, behind_last, transform
from compression.engine.wire import Reader, Writer

NEWLINE, CASE = 10, 32
READ = 4
"""Lines of a read."""
LETTERS = b"ACGT"
BASES = 8
"""Streams that the bases come to, with the lengths."""
MOST_KNOWN = 1 << 24


class Lines(NamedTuple):
    """Content by its parts: heads with their line ends, bases, their lengths as they are written, and others."""

    heads: Array
    bases: Array
    lengths: Any
    others: tuple[Stream, ...]


@transform
@dataclass(frozen=True)
class Sequences(Transform):
    """Sequences behind heads (`fasta`), or reads of four lines with qualities (`fastq`).

    Streams: the bases in capital letters, those unknown guessed and each sequence of the strand that is better known;
    which were turned; the heads; the lengths (FASTA: of lines and 1, 0 for a head); where letters change their case;
    runs of what is no base by the bases before each, lengths and letters. FASTQ: the second heads, the qualities, and
    what follows the last whole read.
    """

    id: ClassVar[str] = "sequences"
    code: ClassVar[int] = 41
    title: ClassVar[str] = "bases, heads and qualities apart"
    encode_mb_s: ClassVar[float] = 30
    decode_mb_s: ClassVar[float] = 150

    form: str = parameter(Choice("Form", ("fasta", "fastq")), default="fasta")

    @property
    def outputs(self) -> int:
        return BASES + (3 if self.form == "fastq" else 0)

    def cut(self, data: Array) -> int:
        if self.form == "fasta":
            return behind_last(data)
        ends = np.flatnonzero(data == NEWLINE)
        whole = len(ends) // READ * READ
        return int(ends[whole - 1]) + 1 if whole else 0

    def encode(self, stream: Stream) -> Encoded:
        if len(stream.data) >= 1 << 31:
            raise Unfit("This is too large to be split into sequences")
        writer = Writer()
        writer.number(stream.size)
        lines = _reads(stream.data) if self.form == "fastq" else _sequences(stream.data)
        if not len(lines.lengths):
            raise Unfit("There are no sequences of this form")
        bases, turned, aside = _letters(lines.bases, self._each(lines.lengths))
        return Encoded(
            [
                Stream(bases, 1, Kind.TEXT, "bases"),
                Stream(turned, 1, Kind.SYMBOLS, "sequences of the other strand"),
                Stream(lines.heads, 1, Kind.STRINGS, "heads"),
                Stream(flat(lines.lengths), 4, Kind.NUMBERS, "lengths"),
                *aside,
                *lines.others,
            ],
            bytes(writer.data),
        )

    def _each(self, lengths: Any) -> Any:
        """The bases of each sequence."""
        if self.form == "fastq":
            return lengths.astype(np.int64)
        heads = lengths == 0
        return np.bincount(
            np.cumsum(heads), np.where(heads, 0, lengths.astype(np.int64) - 1), int(heads.sum()) + 1
        ).astype(np.int64)

    def decode(self, streams: Sequence[Array], note: bytes, most: int) -> Array:
        from compression.engine.kernels import sequences

        letters, turned, heads, lines, *aside = streams[:BASES]
        reader = Reader(note)
        size = reader.number(most)
        reader.finish()
        if len(lines) % 4:
            raise CorruptStream("The lengths of sequences are incomplete")
        lengths: Any = words(np.array(lines), 4)
        each = self._each(lengths)
        if int(each.sum()) != len(letters) or len(turned) != len(each):
            raise CorruptStream("The lengths of sequences do not fit together")
        bases = _restored(letters, turned, each, aside)
        if self.form == "fasta":
            out = np.empty(size + 1, np.uint8)
            written = sequences.wrap(np.array(heads), bases, lengths, out)
            if written not in (size, size + 1):
                raise CorruptStream("The lines of sequences do not fit together")
            return out[:size]
        again, qualities, rest = streams[BASES:]
        if len(rest) > size:
            raise CorruptStream("What follows the reads is longer than all of them")
        out = np.empty(size - len(rest), np.uint8)
        if sequences.weave(np.array(heads), bases, np.array(again), np.array(qualities), each, out) != len(
            out
        ):
            raise CorruptStream("The lines of reads do not fit together")
        return np.concatenate([out, rest])


def _taken(data: Array, ends: Any, numbers: Any, sizes: Any) -> Array:
    """The lines of these numbers with their ends."""
    from compression.engine.kernels import strings

    out = np.empty(int(sizes[numbers].sum()), np.uint8)
    strings.take(data, ends, numbers, out)
    return out


def _joined(lines: Array) -> Array:
    joined: Array = lines[lines != NEWLINE]
    return joined


def _sequences(data: Array) -> Lines:
    """FASTA; a line end that is missing at the end is added."""
    if len(data) and data[-1] != NEWLINE:
        data = np.append(data, np.uint8(NEWLINE))
    data = np.array(data)
    ends = np.flatnonzero(data == NEWLINE)
    sizes = np.diff(ends, prepend=-1)
    heads = data[ends + 1 - sizes] == ord(">")
    parts = [_taken(data, ends, np.flatnonzero(chosen), sizes) for chosen in (heads, ~heads)]
    lengths = np.where(heads, 0, sizes).astype("<u4")
    return Lines(parts[0], _joined(parts[1]), lengths, ())


def _reads(data: Array) -> Lines:
    """FASTQ, as far as whole reads follow each other."""
    data = np.array(data)
    ends = np.flatnonzero(data == NEWLINE)
    ends = ends[: len(ends) // 4 * 4]
    sizes = np.diff(ends, prepend=-1)
    first = data[ends + 1 - sizes].reshape(-1, 4)
    whole = (first[:, 0] == ord("@")) & (first[:, 2] == ord("+")) & (sizes[1::4] == sizes[3::4])
    count = len(whole) if whole.all() else int(np.argmin(whole))
    rest = data[ends[4 * count - 1] + 1 :] if count else data
    heads, bases, again, qualities = (
        _taken(data, ends, np.arange(line, 4 * count, 4), sizes) for line in range(4)
    )
    others = (
        Stream(again, 1, Kind.STRINGS, "second heads"),
        Stream(_joined(qualities), 1, Kind.TEXT, "qualities"),
        Stream(rest, 1, Kind.TEXT, "behind the reads"),
    )
    return Lines(heads, _joined(bases), (sizes[1 : 4 * count : 4] - 1).astype("<u4"), others)


def _numbers() -> tuple[Array, Array]:
    """The number of each byte that is a base, else 4; and of each byte its capital letter."""
    capitals = np.arange(256, dtype=np.uint8)
    capitals[ord("a") : ord("z") + 1] -= CASE
    numbers = np.full(256, len(LETTERS), np.uint8)
    numbers[list(LETTERS)] = range(len(LETTERS))
    return numbers, capitals


def _letters(data: Array, each: Any) -> tuple[Array, Array, list[Stream]]:
    """The bases as letters, the sequences that were turned, and the streams of what is not told by these."""
    from compression.engine.kernels import sequences

    numbers, capitals = _numbers()
    upper = capitals[data]
    bases = numbers[upper]
    changes = np.flatnonzero(np.diff(upper != data, prepend=False))
    odd = bases == len(LETTERS)
    kinds = np.where(odd, upper, 256).astype(np.int16)
    begins = np.flatnonzero(odd & (np.diff(kinds, prepend=256) != 0))
    stops = np.flatnonzero(odd & (np.diff(kinds, append=256) != 0)) + 1
    gaps = begins - np.append(0, stops[:-1]) if len(begins) else begins
    if len(begins):
        sequences.guess(bases, np.zeros(1 << 2 * sequences.CONTEXT, np.uint8))
    turned = np.zeros(len(each), np.uint8)
    room = min(MOST_KNOWN, 1 << (16 * len(bases)).bit_length())
    sequences.orient(bases, each, np.zeros(room, np.uint8), turned)
    aside = [
        (np.diff(changes, prepend=0), "bases between changes of case"),
        (gaps, "bases before what is none"),
        (stops - begins, "lengths of what is no base"),
    ]
    streams = [Stream(flat(values.astype("<u4")), 4, Kind.NUMBERS, label) for values, label in aside]
    streams.append(Stream(upper[begins], 1, Kind.SYMBOLS, "what is no base"))
    return np.frombuffer(LETTERS, np.uint8)[bases], turned, streams


def _restored(letters: Array, turned: Array, each: Any, aside: Sequence[Array]) -> Array:
    """The inverse of `_letters`."""
    from compression.engine.kernels import sequences

    *numbers, odd = aside
    if any(len(part) % 4 for part in numbers):
        raise CorruptStream("What is no base is incomplete")
    changes, gaps, runs = (words(np.array(part), 4).astype(np.int64) for part in numbers)
    bases = _numbers()[0][letters]
    if not len(gaps) == len(runs) == len(odd) or (bases == len(LETTERS)).any():
        raise CorruptStream("Bases and what is none do not fit together")
    stops = np.cumsum(gaps + runs)
    if changes.sum() > len(bases) or (len(stops) and stops[-1] > len(bases)):
        raise CorruptStream("There is more that is no base than there are bases")
    sequences.turn_back(bases, each, np.array(turned))
    data = np.frombuffer(LETTERS, np.uint8)[bases]
    within = np.repeat(stops - np.cumsum(runs), runs) + np.arange(int(runs.sum()))
    data[within] = np.repeat(odd, runs)
    flips = np.zeros(len(data) + 1, np.uint8)
    np.add.at(flips, np.cumsum(changes), 1)
    lower = np.add.accumulate(flips[:-1], dtype=np.uint8) & 1
    return data + lower * np.uint8(CASE)
