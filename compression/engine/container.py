"""The container `.dcz`: frames, each with its pipeline, size and checksum; an index; the SHA-256 of all.

    magic        DC 5A 43 31
    blocks       each begins with its type, one byte
      01 pipeline  its packed form, as a byte string; pipelines are numbered from 0 as they come
      02 frame     number of its pipeline, bytes of content, payload as a byte string, XXH3-64 of the content (8 bytes)
      03 end       count of blocks, for each the bytes it takes in the file and the bytes of its content (a pipeline
                   has none, a frame has some); the number of all content bytes, their SHA-256 (32 bytes),
                   the bytes from the type of this block to here (4 bytes, little endian), magic backwards
      04 only      a packed pipeline as a byte string, bytes of content, payload as a byte string, XXH3-64 of the
                   content: all that there is behind the magic, where the content is one frame of a small payload
    Numbers and byte strings are written as in `wire`.

A file is written from front to back and can be read so, from a pipe; with the index at its end any range of the
content is read by decoding the frames that hold it. See docs/formats/dcz.md.
"""

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import xxhash

from compression.engine.codecs.reader import ByteReader, Bytes, ReadAt
from compression.engine.errors import CorruptStream, LimitExceeded
from compression.engine.limits import Limits, MiB
from compression.engine.pipeline import Pipeline
from compression.engine.streams import Array
from compression.engine.wire import MAX_NUMBER_BYTES, Reader, Writer

MAGIC = b"\xdcZC1"
PIPELINE, FRAME, END, ONLY = 1, 2, 3, 4
MAX_FRAME = 16 * MiB
"""Bytes of content in a frame, at most."""
MAX_PACKED = 4 * MiB
"""Bytes of a packed pipeline, and of all of a file together."""
MAX_ONLY = 64 * 1024
"""Bytes of payload up to which a frame that is alone is written without index and SHA-256: these would take a part of
the file that shows."""
SLACK = 64 * 1024
"""A payload is at most so much larger than its content: whoever writes more had better stored it."""
TRAILER = 8
"""Bytes behind the end block that lead a reader to its start."""
CHECKSUM = 8
OUTLINE = 64
"""Bytes that hold the beginning of a frame, up to its payload."""


def checksum(data: Array) -> bytes:
    """The XXH3-64 of content."""
    return xxhash.xxh3_64(data.data).digest()


class Entry(NamedTuple):
    """A block in the index: bytes in the file, from its type on, and bytes of content; a pipeline has none of these."""

    packed: int
    size: int


@dataclass
class Writing:
    """Makes the bytes of a container, in order: `start()`, `frame()` any number of times, `end()`; or `only()`."""

    _sha256: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    _numbers: dict[str, int] = field(default_factory=dict)
    _entries: list[Entry] = field(default_factory=list)
    size: int = 0
    """Bytes of content so far."""
    begun: bool = False

    def start(self) -> bytes:
        """The first bytes."""
        self.begun = True
        return MAGIC

    def only(self, pipeline: Pipeline, data: Array, payload: Bytes) -> bytes:
        """The whole container of content that is one frame, with a payload of at most MAX_ONLY bytes."""
        self.begun, self.size = True, len(data)
        writer = Writer()
        writer.number(ONLY)
        writer.string(pipeline.packed())
        writer.number(len(data))
        writer.string(payload)
        return MAGIC + bytes(writer.data) + checksum(data)

    def frame(self, pipeline: Pipeline, data: Array, payload: Bytes) -> bytes:
        """A frame of content, after its pipeline where that is new."""
        writer = Writer()
        if pipeline.name not in self._numbers:
            self._numbers[pipeline.name] = len(self._numbers)
            writer.number(PIPELINE)
            writer.string(pipeline.packed())
            self._entries.append(Entry(len(writer.data), 0))
        before = len(writer.data)
        writer.number(FRAME)
        writer.number(self._numbers[pipeline.name])
        writer.number(len(data))
        writer.string(payload)
        writer.data += checksum(data)
        self._entries.append(Entry(len(writer.data) - before, len(data)))
        self._sha256.update(data.data)
        self.size += len(data)
        return bytes(writer.data)

    def end(self) -> bytes:
        """The last bytes."""
        writer = Writer()
        writer.number(END)
        writer.number(len(self._entries))
        for entry in self._entries:
            writer.number(entry.packed)
            writer.number(entry.size)
        writer.number(self.size)
        writer.data += self._sha256.digest()
        writer.data += len(writer.data).to_bytes(4, "little") + MAGIC[::-1]
        return bytes(writer.data)


class Frame(NamedTuple):
    """A frame that was read, not decoded yet."""

    pipeline: Pipeline
    size: int
    payload: Bytes
    checksum: bytes

    def decode(self, limits: Limits) -> Array:
        """The content; raises CorruptStream where its checksum is another."""
        data = self.pipeline.decode(self.payload, self.size, limits)
        if checksum(data) != self.checksum:
            raise CorruptStream(
                "A frame decodes to something else than was compressed: its checksum does not match"
            )
        return data


class Outline(NamedTuple):
    """A frame by its beginning: its number, the place and bytes of its content, the bytes of its payload."""

    number: int
    offset: int
    size: int
    packed_size: int
    pipeline: Pipeline


class _Counted:
    """Numbers and strings from a stream, with a count of the bytes that were read."""

    def __init__(self, reader: ByteReader) -> None:
        self._reader = reader
        self.at = 0

    def exactly(self, size: int) -> Bytes:
        """The next `size` bytes; no more memory is taken than there are bytes."""
        data = self._reader.exactly(size)
        self.at += size
        return data

    def number(self, most: int = (1 << 64) - 1) -> int:
        """The next number, refused above `most`."""
        data = bytearray()
        while not data or data[-1] & 0x80:
            data += self.exactly(1)
            if len(data) > MAX_NUMBER_BYTES:
                raise CorruptStream("A number has too many bytes")
        return Reader(data).number(most)

    def string(self, most: int) -> Bytes:
        """The next byte string, refused where it is longer than `most`."""
        return self.exactly(self.number(most))


class Reading:
    """Reads a container from its front, and proves that all of the content was there.

    `frames()` gives the frames one after the other; whoever decodes one tells of the result with `decoded`, in order,
    and asks with `finish()` whether that was all. Frames may be read ahead.
    """

    def __init__(self, reader: ByteReader, limits: Limits) -> None:
        self._reader = reader
        self._from = _Counted(reader)
        self._limits = limits
        self._pipelines: list[Pipeline] = []
        self._packed = self._size = 0
        self._entries: list[Entry] = []
        self._sha256 = hashlib.sha256()
        self._stated: bytes | None = b""
        self.is_only = False
        """Whether what was read is one frame, alone."""
        if bytes(self._from.exactly(len(MAGIC))) != MAGIC:
            raise CorruptStream("This is no .dcz file: it begins with other bytes")

    @property
    def at(self) -> int:
        """Bytes of the file up to the end of the frame that was given last."""
        return self._from.at

    def frames(self) -> Iterator[Frame]:
        """The frames in their order; that the index fits them is checked before the iteration ends."""
        while True:
            start = self._from.at
            kind = self._from.number()
            if kind == END:
                return self._end(start)
            if kind == PIPELINE:
                self._pipeline()
                self._entries.append(Entry(self._from.at - start, 0))
            elif kind == FRAME:
                frame = self._frame()
                self._entries.append(Entry(self._from.at - start, frame.size))
                yield frame
            elif kind == ONLY and not self._entries:
                self.is_only, self._stated = True, None
                yield self._sized(_only(self._from))
                return self._nothing_more()
            else:
                raise CorruptStream(f"A block is of type {kind}, which is unknown here")

    def decoded(self, data: Array) -> None:
        """Take note of what a frame decoded to."""
        self._sha256.update(data.data)

    def finish(self) -> None:
        """Raise CorruptStream where what was decoded is not all of the content, or not as it was."""
        if self._stated is not None and self._stated != self._sha256.digest():
            raise CorruptStream("The content is not what was compressed: its SHA-256 does not match")

    def _pipeline(self) -> None:
        packed = self._from.string(MAX_PACKED - self._packed)
        self._packed += len(packed)
        self._pipelines.append(Pipeline.unpacked(packed))

    def _numbered(self, number: int) -> Pipeline:
        if number >= len(self._pipelines):
            raise CorruptStream("A frame names a pipeline that was not given")
        return self._pipelines[number]

    def _frame(self) -> Frame:
        return self._sized(_frame(self._from, self._numbered(self._from.number()), MAX_FRAME + SLACK))

    def _sized(self, frame: Frame) -> Frame:
        self._size += frame.size
        if self._size > self._limits.max_output_bytes:
            raise LimitExceeded(
                f"The content is larger than {self._limits.max_output_bytes} bytes", kind="output"
            )
        return frame

    def _end(self, start: int) -> None:
        entries, size, sha256 = _index(self._from, len(self._entries))
        if entries != self._entries or size != self._size:
            raise CorruptStream("The index of this .dcz file does not fit its blocks")
        self._stated = sha256
        length = self._from.at - start
        if bytes(self._from.exactly(TRAILER)) != length.to_bytes(4, "little") + MAGIC[::-1]:
            raise CorruptStream("The end of this .dcz file is damaged")
        self._nothing_more()

    def _nothing_more(self) -> None:
        if not self._reader.at_end():
            raise CorruptStream("Something follows the end of this .dcz file")


def _frame(source: _Counted, pipeline: Pipeline, most: int) -> Frame:
    """The frame, with a payload of at most so many bytes, whose pipeline was read just now."""
    size = source.number(MAX_FRAME)
    if size == 0:
        raise CorruptStream("A frame is empty")
    payload = source.string(min(size + SLACK, most))
    return Frame(pipeline, size, payload, bytes(source.exactly(CHECKSUM)))


def _only(source: _Counted) -> Frame:
    """The frame that is alone, whose type was read just now."""
    return _frame(source, Pipeline.unpacked(source.string(MAX_PACKED)), MAX_ONLY)


def _index(source: _Counted, most: int) -> tuple[list[Entry], int, bytes]:
    """The blocks, the bytes of content and their SHA-256, from an end block whose type was read just now."""
    count = source.number(most)
    entries = [Entry(source.number(), source.number(MAX_FRAME)) for _ in range(count)]
    return entries, source.number(), bytes(source.exactly(32))


class Seekable:
    """A container whose bytes can be read at any place: `read(offset, length)` gives exactly so many of them."""

    def __init__(self, read: ReadAt, total: int, limits: Limits) -> None:
        self._read = read
        self._limits = limits
        if total < len(MAGIC) + TRAILER or bytes(read(0, len(MAGIC))) != MAGIC:
            raise CorruptStream("This is no .dcz file")
        self._pipelines: dict[int, Pipeline] = {}
        self._alone: Frame | None = None
        self.sha256: str | None = None
        """Of the content, in hexadecimal; one small frame has none."""
        if Reader(bytes(read(len(MAGIC), TRAILER))).number() == ONLY:
            self._read_only(total)
        else:
            self._read_index(total)

    def _read_only(self, total: int) -> None:
        """Take the frame that is all."""
        most = MAX_PACKED + MAX_ONLY + OUTLINE
        source = _Counted(ByteReader([self._read(len(MAGIC), min(total - len(MAGIC), most))]))
        source.number()
        self._alone = _only(source)
        if len(MAGIC) + source.at != total:
            raise CorruptStream("Something follows the end of this .dcz file")
        self.entries, self.size = [Entry(source.at, self._alone.size)], self._alone.size

    def _read_index(self, total: int) -> None:
        """Find out where the blocks are."""
        read = self._read
        trailer = bytes(read(total - TRAILER, TRAILER))
        length = int.from_bytes(trailer[:4], "little")
        if trailer[4:] != MAGIC[::-1] or not 0 < length <= total - len(MAGIC) - TRAILER:
            raise CorruptStream("The end of this .dcz file is damaged, or it is not complete")
        end = _Counted(ByteReader([read(total - TRAILER - length, length)]))
        if end.number() != END:
            raise CorruptStream("The index of this .dcz file is damaged")
        self.entries, self.size, sha256 = _index(end, length)
        self.sha256 = sha256.hex()
        ends_at = len(MAGIC) + sum(entry.packed for entry in self.entries)
        if ends_at != total - TRAILER - length or sum(entry.size for entry in self.entries) != self.size:
            raise CorruptStream("The index of this .dcz file does not fit it")
        self._pipelines_at = [(at, entry) for at, entry in self._placed() if not entry.size]

    def _placed(self) -> Iterator[tuple[int, Entry]]:
        """Each block with its place in the file."""
        at = len(MAGIC)
        for entry in self.entries:
            yield at, entry
            at += entry.packed

    def frames(self) -> Iterator[tuple[int, Frame]]:
        """Each frame with the place of its content, read when it is asked for."""
        return self.between(0, self.size)

    def outlines(self, wanted: Collection[int]) -> Iterator[Outline]:
        """The frames of the numbers that are wanted, of which no more than the beginning is read."""
        position = number = 0
        if (alone := self._alone) is not None:
            if 0 in wanted:
                yield Outline(0, 0, alone.size, len(alone.payload), alone.pipeline)
            return
        for at, entry in self._placed():
            if not entry.size:
                continue
            if number in wanted:
                source = _Counted(ByteReader([self._read(at, min(entry.packed, OUTLINE))]))
                if source.number() != FRAME:
                    raise CorruptStream("The index of this .dcz file does not lead to its frames")
                pipeline = self._pipeline(source.number())
                source.number()
                yield Outline(number, position, entry.size, source.number(entry.packed), pipeline)
            number += 1
            position += entry.size

    def between(self, start: int, end: int) -> Iterator[tuple[int, Frame]]:
        """The frames that hold bytes from `start` to `end` of the content, each with the place of its content."""
        position = 0
        for at, entry in self._placed():
            if entry.size and position < end and position + entry.size > start:
                yield position, self._frame(at, entry)
            position += entry.size

    def _frame(self, at: int, entry: Entry) -> Frame:
        if self._alone is not None:
            return self._alone
        source = _Counted(ByteReader([self._read(at, entry.packed)]))
        if source.number() != FRAME:
            raise CorruptStream("The index of this .dcz file does not lead to its frames")
        frame = _frame(source, self._pipeline(source.number()), MAX_FRAME + SLACK)
        if frame.size != entry.size or source.at != entry.packed:
            raise CorruptStream("The index of this .dcz file does not fit its frames")
        return frame

    def _pipeline(self, number: int) -> Pipeline:
        if number not in self._pipelines:
            if number >= len(self._pipelines_at):
                raise CorruptStream("A frame names a pipeline that was not given")
            at, entry = self._pipelines_at[number]
            source = _Counted(ByteReader([self._read(at, entry.packed)]))
            if source.number() != PIPELINE:
                raise CorruptStream("The index of this .dcz file does not lead to its pipelines")
            self._pipelines[number] = Pipeline.unpacked(source.string(MAX_PACKED))
        return self._pipelines[number]
