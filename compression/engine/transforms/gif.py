"""GIF images inside of any content, as pixels: these are compressed better than LZW can."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import ClassVar

import numpy as np

from compression.engine.errors import CorruptStream, Unfit
from compression.engine.gif import MAX_CLEARS, Coded, found
from compression.engine.streams import Array, Kind, Stream, array
from compression.engine.transforms.base import Encoded, Transform, transform
from compression.engine.wire import Reader, Writer


@transform
@dataclass(frozen=True)
class Gif(Transform):
    """The pixels of all images of GIF files that are coded again bit for bit, joined; and what is around them.

    note: count of images; for each the bytes before it, of which the last has the bits of a pixel, its pixels, the
    bytes of a block, after how many codes the table was cleared, and the distances of pixels before which a match was
    stopped.
    """

    id: ClassVar[str] = "gif"
    code: ClassVar[int] = 103
    title: ClassVar[str] = "pixels of GIF images"
    encode_mb_s: ClassVar[float] = 15
    decode_mb_s: ClassVar[float] = 30

    @property
    def outputs(self) -> int:
        return 2

    def encode(self, stream: Stream) -> Encoded:
        images = found(stream.data)
        if not images:
            raise Unfit("No GIF image is in it whose codes are made again")
        writer = Writer()
        writer.number(len(images))
        around, at = [], 0
        for item, _ in images:
            around.append(stream.data[at : item.start])
            for number in (item.start - at, item.size, item.block):
                writer.number(number)
            writer.numbers(item.clears)
            writer.numbers(np.diff(item.stops, prepend=0).tolist())
            at = item.end
        around.append(stream.data[at:])
        pixels = np.concatenate([part for _, part in images])
        return Encoded(
            [
                Stream(pixels, 1, Kind.BYTES, "pixels"),
                Stream(np.concatenate(around), 1, Kind.BYTES, "around images"),
            ],
            bytes(writer.data),
        )

    def decode(self, streams: Sequence[Array], note: bytes, most: int) -> Array:
        pixels, around = streams
        reader = Reader(note)
        parts: list[bytes | memoryview] = []
        at = done = 0
        total = len(around)
        for _ in range(reader.number(reader.left)):
            before, size = reader.number(len(around) - at), reader.number(len(pixels) - done)
            item = _read(reader, size)
            at += before
            if not at:
                raise CorruptStream("An image of GIF has nothing before it")
            made = item.made(pixels[done : done + size], int(around[at - 1]))
            parts += [around[at - before : at].data, made]
            done += size
            total += len(made)
            if total > most:
                raise CorruptStream("GIF images come to more bytes than there are")
        reader.finish()
        if done != len(pixels):
            raise CorruptStream("There are more pixels than GIF images have")
        return array(b"".join([*parts, around[at:].data]))


def _read(reader: Reader, size: int) -> Coded:
    """What the note says of an image of so many pixels."""
    block, clears = reader.number(255), reader.numbers(MAX_CLEARS + 1, 1 << 32)
    stops = tuple(accumulate(reader.numbers(size, size)))
    if stops and stops[-1] >= size:
        raise CorruptStream("A match in an image of GIF stops behind its end")
    return Coded(0, 0, size, block, clears, stops)
