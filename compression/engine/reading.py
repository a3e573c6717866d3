"""From a container back to its content: all of it, a range, or only what is inside."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from compression.engine.codecs.reader import ByteReader, Bytes
from compression.engine.container import Frame, Reading, Seekable
from compression.engine.errors import InvalidParams
from compression.engine.framing import OnBytes, in_order
from compression.engine.limits import Limits, MiB


class Block(NamedTuple):
    """A frame: where its content begins, bytes of content and of payload, and the pipeline."""

    offset: int
    size: int
    packed_size: int
    pipeline: str
    config: dict[str, Any]


class Info(NamedTuple):
    """What is inside a container. `sha256` is that of the content, in hexadecimal; one small frame has none."""

    size: int
    packed_size: int
    sha256: str | None
    blocks: list[Block]


def decompress(blob: Bytes, limits: Limits | None = None) -> bytes:
    """The content of a container; raises CorruptStream, TruncatedStream, LimitExceeded."""
    return b"".join(decompress_stream([blob], limits))


def decompress_stream(
    chunks: Iterable[Bytes], limits: Limits | None = None, threads: int = 1
) -> Iterator[bytes]:
    """The content of a container that comes in chunks, frame by frame, `threads` frames at a time.

    Each frame is checked before it is given out, and all of it at the end: content is complete when the iteration ends.
    """
    for frame in decoded(ByteReader(chunks), limits or Limits(), threads):
        yield bytes(frame)


def decoded(reader: ByteReader, limits: Limits, threads: int = 1) -> Iterator[memoryview]:
    """As `decompress_stream`, from a reader. The limit of memory is that of each thread."""
    reading = Reading(reader, limits)

    def checked() -> Iterator[Frame]:
        produced = 0
        for frame in reading.frames():
            produced += frame.size
            limits.check_output(produced, reader.consumed)
            yield frame

    for data in in_order(lambda frame: frame.decode(limits), checked(), threads):
        reading.decoded(data)
        yield data.data
    reading.finish()


def decompress_file(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    limits: Limits | None = None,
    threads: int = 1,
    *,
    on_bytes: OnBytes | None = None,
) -> int:
    """Write the content of a container into a file; returns its size. Nothing is left behind where that fails.

    `on_bytes` is told after each frame how many bytes are written; what it raises ends the work.
    """
    partial = Path(f"{os.fspath(target)}.partial")
    written = 0
    try:
        with Path(source).open("rb") as file, partial.open("wb") as output:
            for piece in decoded(ByteReader(iter(lambda: file.read(MiB), b"")), limits or Limits(), threads):
                written += output.write(piece)
                if on_bytes is not None:
                    on_bytes(written)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return Path(target).stat().st_size


def read_range(path: str | os.PathLike[str], start: int, length: int, limits: Limits | None = None) -> bytes:
    """`length` bytes of the content from `start` on, fewer where it ends; only the frames they are in are decoded."""
    if start < 0 or length < 0:
        raise InvalidParams("A range begins at 0 or later and has no negative length")
    limits = limits or Limits()
    with Path(path).open("rb") as file:

        def read(offset: int, count: int) -> bytes:
            return os.pread(file.fileno(), count, offset)

        container = Seekable(read, os.fstat(file.fileno()).st_size, limits)
        end = min(start + length, container.size)
        pieces = []
        for position, frame in container.between(start, end):
            data = frame.decode(limits)
            pieces.append(data[max(start - position, 0) : end - position].tobytes())
        return b"".join(pieces)


def info(blob: Bytes, limits: Limits | None = None) -> Info:
    """What is inside a container, per frame, without decoding it; raises CorruptStream."""
    data = memoryview(blob)
    container = Seekable(lambda offset, count: data[offset : offset + count], len(data), limits or Limits())
    blocks = [
        Block(position, frame.size, len(frame.payload), frame.pipeline.name, frame.pipeline.config())
        for position, frame in container.frames()
    ]
    return Info(container.size, len(data), container.sha256, blocks)
