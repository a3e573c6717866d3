"""Blosc2 contiguous frames ("cframe", .b2frame): a shuffle by element width before a fast codec, for numeric arrays.

The library builds and opens a frame as a whole in memory, so this codec does not stream and bounds its input. It is
loaded on first use: it brings NumPy along, which programs that only list the codecs need not wait for.
"""

import functools
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from compression.engine.codecs.base import OVERHEAD, Codec
from compression.engine.codecs.params import Choice, Integer, parameter
from compression.engine.codecs.reader import PIECE, ByteReader, Bytes, sliced
from compression.engine.codecs.registry import register
from compression.engine.errors import CorruptStream, LimitExceeded
from compression.engine.limits import Limits, MiB

MAGIC = b"b2frame\0"
MAGIC_AT = 2
HEADER_BYTES = 87
MAX_INPUT = 256 * MiB
CODECS = ("blosclz", "lz4", "lz4hc", "zlib", "zstd")
FILTERS = {
    "none": ("NOFILTER",),
    "shuffle": ("SHUFFLE",),
    "bitshuffle": ("BITSHUFFLE",),
    "bytedelta": ("SHUFFLE", "BYTEDELTA"),
}
"""The library's delta filter is left out: version 3.3 gives wrong bytes for widths above 1."""

CHUNK_HEADER_BYTES, EXTENDED_HEADER_BYTES, EXTENDED = 16, 32, 0b101
"""Of a chunk; both bits of the flags are set where the longer one is used, which lists up to six filters."""
CHUNK_CODECS = frozenset({0, 1, 3, 4})
"""BloscLZ, LZ4 and LZ4HC, zlib, Zstandard, in the upper bits of a chunk's flags."""
UNSET = 4
"""The kind of a chunk that stands for memory which nobody has written to."""
FILTER_CODES = frozenset({0, 1, 2, 35})
"""As in FILTERS."""


@functools.cache
def library() -> Any:
    """The blosc2 module, working in the calling thread alone."""
    import blosc2

    blosc2.set_nthreads(1)
    return blosc2


@dataclass(frozen=True)
class FrameHeader:
    """The sizes that a frame's header states (big-endian numbers behind msgpack type bytes)."""

    frame_size: int
    content_size: int
    chunk_size: int

    @classmethod
    def parse(cls, head: bytes) -> "FrameHeader":
        """Read the fixed part; raises CorruptStream where the sizes contradict each other."""
        if head[MAGIC_AT : MAGIC_AT + len(MAGIC)] != MAGIC:
            raise CorruptStream("This is no Blosc2 frame: its magic number is missing")
        (frame_size,) = struct.unpack_from(">Q", head, 16)
        content_size, compressed_size = (
            struct.unpack_from(">q", head, 30)[0],
            struct.unpack_from(">q", head, 39)[0],
        )
        (chunk_size,) = struct.unpack_from(">i", head, 58)
        empty = content_size == 0  # such a frame may have no chunk size: -1
        if min(content_size, compressed_size, 0 if empty else chunk_size) < 0 or frame_size < HEADER_BYTES:
            raise CorruptStream("This is no sound Blosc2 frame: its header states impossible sizes")
        return cls(frame_size, content_size, max(chunk_size, 0))


def _chunk_content(chunk: bytes) -> int:
    """Bytes of content that the header of a chunk states; raises CorruptStream where it asks for what is not to be had.

    A chunk names its codec and filters by itself, whatever its frame says of them.
    """
    if len(chunk) < CHUNK_HEADER_BYTES:
        raise CorruptStream("This is no sound Blosc2 frame: a chunk has no header")
    flags, size = chunk[2], int.from_bytes(chunk[4:8], "little", signed=True)
    extended = flags & EXTENDED == EXTENDED
    bare = extended and len(chunk) < EXTENDED_HEADER_BYTES
    if size < 0 or bare or (extended and chunk[31] >> 4 & 7 == UNSET):
        raise CorruptStream("This is no sound Blosc2 frame: the header of a chunk is damaged")
    if flags >> 5 not in CHUNK_CODECS or (extended and not FILTER_CODES.issuperset(chunk[16:22])):
        raise CorruptStream("This Blosc2 frame needs a codec or a filter that is not supported")
    return size


def _bounded(chunks: Iterator[Bytes]) -> Iterator[Bytes]:
    """The same chunks; raises LimitExceeded where they are too much to hold."""
    taken = 0
    for chunk in chunks:
        taken += len(chunk)
        if taken > MAX_INPUT:
            raise LimitExceeded(
                f"Blosc2 works in memory and takes at most {MAX_INPUT // MiB} MiB", kind="memory"
            )
        yield chunk


@register
@dataclass(frozen=True)
class Blosc2(Codec):
    """What `blosc2.schunk_from_cframe` and `blosc2.open` read."""

    id: ClassVar[str] = "blosc2"
    family: ClassVar[str] = "blosc2"
    title: ClassVar[str] = "Blosc2"
    description: ClassVar[str] = (
        "For numbers of fixed width: regroups their bytes, then packs them very fast."
    )
    extension: ClassVar[str] = ".b2frame"
    media_type: ClassVar[str] = "application/x-blosc2"
    colour: ClassVar[str] = "c5"
    streaming: ClassVar[bool] = False
    max_input_bytes: ClassVar[int | None] = MAX_INPUT
    releases_gil: ClassVar[bool] = False
    checksummed: ClassVar[bool] = False
    library_errors: ClassVar[tuple[type[Exception], ...]] = (RuntimeError, ValueError)
    speeds: ClassVar[dict[int, float]] = {0: 900, 1: 500, 3: 170, 5: 85, 7: 45, 8: 40, 9: 8}

    level: int = parameter(Integer("Level", 0, 9, help="0 stores, 9 is small and slow."), default=5)
    codec: str = parameter(
        Choice("Inner codec", CODECS, help="What packs the regrouped bytes."), default="zstd"
    )
    filter: str = parameter(
        Choice(
            "Filter",
            tuple(FILTERS),
            help="How numbers are regrouped: by bytes, by bits, by differences of bytes.",
        ),
        default="shuffle",
    )
    typesize: int = parameter(
        Integer(
            "Element width", 1, 255, help="Bytes of a number. Data that are no multiple of it count as bytes."
        ),
        default=4,
    )

    def _settings(self, width: int) -> dict[str, Any]:
        lib = library()
        return {
            "clevel": self.level,
            "codec": lib.Codec[self.codec.upper()],
            "typesize": width,
            "filters": [lib.Filter[name] for name in FILTERS[self.filter]],
            "nthreads": 1,
        }

    def _encode(self, chunks: Iterator[Bytes], size: int | None) -> Iterator[Bytes]:
        gathered = b"".join(_bounded(chunks))
        # A last chunk of equal bytes that ends within a number makes a frame that the library does not open (3.3.2).
        width = 1 if len(gathered) % self.typesize else self.typesize
        step = PIECE // width * width
        frame = library().SChunk(chunksize=step, contiguous=True, cparams=self._settings(width))
        for chunk in sliced(gathered, step):
            frame.append_data(chunk)
        yield from sliced(frame.to_cframe())

    def _decode(self, reader: ByteReader, limits: Limits) -> Iterator[Bytes]:
        head = bytes(reader.exactly(HEADER_BYTES))
        header = FrameHeader.parse(head)
        limits.check_output(header.content_size, header.frame_size)
        limits.check_memory(2 * header.frame_size + 2 * header.chunk_size)
        data = head + bytes(reader.exactly(header.frame_size - HEADER_BYTES))
        if not reader.at_end():
            raise CorruptStream("Something follows the end of the Blosc2 frame")
        frame = library().schunk_from_cframe(data)
        self._refuse_plugins(frame)
        produced = 0
        for index in range(frame.nchunks):
            size = _chunk_content(frame.get_chunk(index))
            limits.check_memory(2 * header.frame_size + 2 * size)
            produced += size
            if produced > header.content_size:
                break
            if size:
                # Memory of ours: the library's would hold, where a chunk leaves gaps, what was there before.
                content = bytearray(size)
                frame.decompress_chunk(index, dst=content)
                yield from sliced(content)
        if produced != header.content_size:
            raise CorruptStream("This Blosc2 frame does not hold as much as its header states")

    @staticmethod
    def _refuse_plugins(frame: Any) -> None:
        """Codecs and filters beyond those above are loaded as code from elsewhere, or are not sound."""
        lib = library()
        codecs = [lib.Codec[name.upper()] for name in CODECS]
        filters = [lib.Filter[name] for names in FILTERS.values() for name in names]
        used = frame.cparams  # a number that the library does not know stays a number
        if used.codec not in codecs or any(item not in filters for item in used.filters):
            raise CorruptStream("This Blosc2 frame needs a codec or a filter that is not supported")

    def memory_estimate(self, size: int | None = None) -> int:
        return OVERHEAD + 64 * MiB + 5 * (MAX_INPUT if size is None else size)
