"""Files of media and science cut apart: the samples of an image, a sound or a table, without the headers around."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from compression.engine.codecs.params import Choice, Integer, parameter
from compression.engine.errors import CorruptStream, Unfit
from compression.engine.media import FORMATS, Area, areas_of
from compression.engine.streams import Array, Stream
from compression.engine.transforms.base import Encoded, Transform, transform
from compression.engine.wire import Reader, Writer

MAX_PARTS = 64
MAX_WIDTH = 8
"""Bytes of the numbers that are turned around, at most."""


class Piece(NamedTuple):
    """So many bytes of the content are the next ones of a stream; `width` above 1: numbers that were turned around."""

    stream: int
    size: int
    width: int


@transform
@dataclass(frozen=True)
class Sections(Transform):
    """The first `parts` parts of a file of this format, and in the last stream all that is around them.

    Numbers whose highest byte comes first are turned around. The note has what the content consists of, from its
    start to its end: for each piece the number of its stream and its bytes.
    """

    id: ClassVar[str] = "sections"
    code: ClassVar[int] = 60
    title: ClassVar[str] = "samples without the headers of their file"
    encode_mb_s: ClassVar[float] = 1500
    decode_mb_s: ClassVar[float] = 1500

    form: str = parameter(Choice("Format", tuple(FORMATS)), default="wav")
    parts: int = parameter(Integer("Parts", 1, MAX_PARTS), default=1)

    @property
    def outputs(self) -> int:
        return self.parts + 1

    @property
    def opening(self) -> bool:
        return True

    def cut(self, data: Array) -> int:
        areas = areas_of(data, self.form)
        if not areas:
            return len(data)
        # Behind a whole row of samples, where these go on behind the data.
        last = areas[-1]
        end, row = last.start + last.size, last.width * max(last.lags, default=1)
        return end - last.size % row if len(data) - end < last.width and row <= last.size else len(data)

    def encode(self, stream: Stream) -> Encoded:
        areas = [area for area in areas_of(stream.data, self.form) if area.part < self.parts]
        if not areas:
            raise Unfit(f"This is no file in the format {self.form}")
        pieces = list(_pieces(areas, stream.size, self.parts))
        taken: list[list[Array]] = [[] for _ in range(self.outputs)]
        writer = Writer()
        at = 0
        for piece in pieces:
            taken[piece.stream].append(_turned(stream.data[at : at + piece.size], piece.width))
            at += piece.size
            for number in piece:
                writer.number(number)
        known = {area.part: area for area in reversed(areas)}
        streams = [_stream(joined(parts), known.get(number)) for number, parts in enumerate(taken)]
        return Encoded(streams, bytes(writer.data))

    def decode(self, streams: Sequence[Array], note: bytes, most: int) -> Array:
        reader = Reader(note)
        places = [0] * len(streams)
        parts = []
        while reader.left:
            piece = Piece(reader.number(self.parts), reader.number(most), reader.number(MAX_WIDTH))
            end = places[piece.stream] + piece.size
            if end > len(streams[piece.stream]) or piece.size % max(piece.width, 1):
                raise CorruptStream("A section is longer than what there is of it")
            parts.append(_turned(streams[piece.stream][places[piece.stream] : end], piece.width))
            places[piece.stream] = end
        if places != [len(stream) for stream in streams]:
            raise CorruptStream("Something of a file's sections is left over")
        return joined(parts)


def _pieces(areas: Sequence[Area], size: int, rest: int) -> Sequence[Piece]:
    """What content consists of: its areas, and what is between them."""
    pieces = []
    at = 0
    for area in areas:
        if area.start < at:
            continue
        if area.start > at:
            pieces.append(Piece(rest, area.start - at, 1))
        pieces.append(Piece(area.part, area.size, area.width if area.swapped else 1))
        at = area.start + area.size
    if at < size:
        pieces.append(Piece(rest, size - at, 1))
    return pieces


def _turned(data: Array, width: int) -> Array:
    """The bytes of each number of `width` bytes the other way around."""
    return data if width <= 1 else data.reshape(-1, width)[:, ::-1].reshape(-1)


def _stream(data: Array, area: Area | None) -> Stream:
    if area is None:
        return Stream(data, label="headers")
    return Stream(data, area.width, area.kind, area.label, area.lags)


def joined(parts: Sequence[Array]) -> Array:
    """All parts, one after the other."""
    return np.concatenate(parts) if parts else np.empty(0, np.uint8)
