"""Deflate streams inside of other content, undone: what they hold is compressed better than deflate can."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from compression.engine.deflated.finding import MAX_CHUNKS, Form
from compression.engine.deflated.settings import Settings
from compression.engine.deflated.undoing import Undone, undone
from compression.engine.errors import CorruptStream, Unfit
from compression.engine.streams import Array, Kind, Stream, array
from compression.engine.transforms.base import Encoded, Transform, transform
from compression.engine.wire import Reader, Writer

FORM_BITS = 2


@transform
@dataclass(frozen=True)
class Inflated(Transform):
    """The contents of all deflate streams that zlib makes again bit for bit, joined; and what is around them.

    Decoding deflates again: by the zlib that Python is linked with, or where that is another library that makes other
    bytes, by kernels that make those of zlib.

    note: count of streams; for each the bytes before it, form (bit 2: the end is missing), settings, bytes of content;
    for PNG the two bytes before the stream, and the sizes of the chunks.
    """

    id: ClassVar[str] = "inflated"
    code: ClassVar[int] = 100
    title: ClassVar[str] = "deflate streams undone"
    encode_mb_s: ClassVar[float] = 8
    decode_mb_s: ClassVar[float] = 10

    @property
    def outputs(self) -> int:
        return 2

    def encode(self, stream: Stream) -> Encoded:
        found = undone(stream.data)
        if not found:
            raise Unfit("No deflate stream is in it that zlib makes again")
        writer = Writer()
        writer.number(len(found))
        around, at = [], 0
        for item, _ in found:
            around.append(stream.data[at : item.start])
            writer.number(item.start - at)
            _write(writer, item)
            at = item.end
        around.append(stream.data[at:])
        contents = array(b"".join(content for _, content in found))
        return Encoded(
            [
                Stream(contents, 1, Kind.BYTES, "content of deflate streams"),
                Stream(np.concatenate(around), 1, Kind.BYTES, "around deflate streams"),
            ],
            bytes(writer.data),
        )

    def decode(self, streams: Sequence[Array], note: bytes, most: int) -> Array:
        contents, around = (stream.data for stream in streams)
        reader = Reader(note)
        parts: list[bytes | memoryview] = []
        at = done = 0
        total = len(around)
        for _ in range(reader.number(reader.left)):
            before = reader.number(len(around) - at)
            item = _read(reader, len(contents) - done)
            made = item.made(contents[done : done + item.size])
            total += len(made)
            if total > most:
                raise CorruptStream("Deflate streams come to more bytes than there are")
            parts += [around[at : at + before], made]
            at, done = at + before, done + item.size
        reader.finish()
        if done != len(contents):
            raise CorruptStream("There is more content than deflate streams have")
        return array(b"".join([*parts, around[at:]]))


def _write(writer: Writer, item: Undone) -> None:
    writer.number(item.form | item.cut << FORM_BITS)
    writer.number(item.settings.number)
    writer.number(item.size)
    if item.form is Form.PNG:
        writer.data += item.header
        writer.numbers(item.chunks)


def _read(reader: Reader, most: int) -> Undone:
    """What `_write` wrote of a stream with at most `most` bytes of content."""
    told = reader.number(Form.PNG | 1 << FORM_BITS)
    cut, form = divmod(told, 1 << FORM_BITS)
    if form > Form.PNG:
        raise CorruptStream("A deflate stream has an unknown form")
    settings = Settings.of(reader.number())
    size = reader.number(most)
    if form != Form.PNG:
        return Undone(0, 0, size, Form(form), bool(cut), settings)
    header, chunks = bytes(reader.exactly(2)), reader.numbers(MAX_CHUNKS, (1 << 32) - 1)
    if not chunks:
        raise CorruptStream("A PNG image has no chunks")
    return Undone(0, 0, size, Form.PNG, bool(cut), settings, header, chunks)
