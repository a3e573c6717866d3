"""The compression methods inside archives, in one shape: chunks of packed bytes in, bounded pieces out.

Most are codecs of the engine. The others are bare LZMA streams, whose parameters lie in the archive, and two that
only archives use. Branch filters are applied by liblzma, to content that is wrapped up as stored LZMA2 chunks.
"""

import lzma
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain
from typing import Any

import inflate64
import pyppmd

from compression.engine.codecs.brotli import Brotli
from compression.engine.codecs.bzip2 import Bzip2
from compression.engine.codecs.deflate import Deflate
from compression.engine.codecs.lz4 import Lz4
from compression.engine.codecs.lzma import Lzma
from compression.engine.codecs.members import Decompressor, decoded
from compression.engine.codecs.reader import CHUNK, ByteReader, Bytes, sliced
from compression.engine.codecs.store import Store
from compression.engine.codecs.xz import Xz
from compression.engine.codecs.zstd import Zstd
from compression.engine.errors import CorruptStream, EngineError, LimitExceeded, TruncatedStream
from compression.engine.limits import KiB, Limits

Method = Callable[[Iterable[Bytes], Limits], Iterator[Bytes]]
"""Decodes the chunks of one packed stream within limits; raises the errors of the engine."""

stored: Method = Store().decode_chunks
deflate: Method = Deflate().decode_chunks
bzip2: Method = Bzip2().decode_chunks
zstd: Method = Zstd().decode_chunks
xz: Method = Xz().decode_chunks
brotli: Method = Brotli().decode_chunks
lz4: Method = Lz4().decode_chunks

MAX_DICTIONARY = (1 << 32) - 1
_INFLATE64_INPUT = 4 * KiB
"""The library bounds no output: this much input makes at most 5 MiB."""
_STORED_CHUNK = 64 * KiB
_PPMD_BLOCK = 32 * KiB
"""Bytes to ask the library for: where it waits for input it miscounts what does not fit into its first buffer."""


def lzma1(properties: bytes, size: int | None) -> Method:
    """LZMA with its five bytes of properties; `size` is that of the content, None where an end mark tells it."""
    if len(properties) != 5:
        raise CorruptStream("The properties of an LZMA stream are damaged")
    header = properties + struct.pack("<Q", (1 << 64) - 1 if size is None else size)

    def decode(chunks: Iterable[Bytes], limits: Limits) -> Iterator[Bytes]:
        return Lzma().decode_chunks(chain([header], chunks), limits)

    return decode


def lzma2(properties: bytes) -> Method:
    """LZMA2; its one byte of properties is the size of the dictionary."""
    if len(properties) != 1 or properties[0] > 40:
        raise CorruptStream("The properties of an LZMA2 stream are damaged")
    bits = properties[0]
    dictionary = MAX_DICTIONARY if bits == 40 else (2 | bits & 1) << (bits // 2 + 11)
    return partial(_raw_lzma, [{"id": lzma.FILTER_LZMA2, "dict_size": dictionary}], dictionary)


def branch_filter(filter_id: int) -> Method:
    """What undoes a filter for the branches of machine code."""
    return partial(_filtered, {"id": filter_id})


def delta(properties: bytes) -> Method:
    """What undoes the delta filter; its one byte of properties is the distance, less one."""
    if len(properties) != 1:
        raise CorruptStream("The properties of a delta filter are damaged")
    return partial(_filtered, {"id": lzma.FILTER_DELTA, "dist": properties[0] + 1})


def _filtered(undo: Mapping[str, Any], chunks: Iterable[Bytes], limits: Limits) -> Iterator[Bytes]:
    """liblzma applies filters only in front of a compressor, so the content is made a stream that is not compressed."""

    def wrapped() -> Iterator[Bytes]:
        control = b"\x01"  # stored, and the dictionary begins anew; from the second on it goes on
        for chunk in chunks:
            for part in sliced(chunk, _STORED_CHUNK):
                yield control + struct.pack(">H", len(part) - 1) + part
                control = b"\x02"
        yield b"\x00"

    return _raw_lzma([undo, {"id": lzma.FILTER_LZMA2, "dict_size": _STORED_CHUNK}], 0, wrapped(), limits)


def _raw_lzma(
    filters: list[Mapping[str, Any]], memory: int, chunks: Iterable[Bytes], limits: Limits
) -> Iterator[Bytes]:
    limits.check_memory(memory)

    def start() -> Decompressor:
        return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters)

    try:
        yield from decoded(ByteReader(chunks), start)
    except (lzma.LZMAError, EOFError) as error:
        raise CorruptStream(f"This is no sound LZMA2 stream: {error}") from error
    except MemoryError:
        raise LimitExceeded("LZMA2 ran out of memory", kind="memory") from None


def deflate64(chunks: Iterable[Bytes], limits: Limits) -> Iterator[Bytes]:
    """Deflate with a window of 64 KiB, which Windows makes of large files in ZIP archives."""
    reader, inflater = ByteReader(chunks), inflate64.Inflater()
    try:
        while not inflater.eof:
            if not (data := reader.some(_INFLATE64_INPUT)):
                raise TruncatedStream("The data end in the middle of the stream")
            yield from sliced(inflater.inflate(data))
    except (ValueError, OSError, RuntimeError) as error:
        raise CorruptStream(f"This is no sound Deflate64 stream: {error}") from error


def ppmd7(properties: bytes, size: int) -> Method:
    """PPMd variant H as in 7z archives. The library gives wrong bytes now and then: a checksum has to be compared."""
    if len(properties) != 5:
        raise CorruptStream("The properties of a PPMd stream are damaged")
    order, memory = struct.unpack("<BI", properties)
    if not 2 <= order <= 64 or not 2048 <= memory <= MAX_DICTIONARY - 12 * 3:
        raise CorruptStream("The properties of a PPMd stream are damaged")

    def decode(chunks: Iterable[Bytes], limits: Limits) -> Iterator[Bytes]:
        limits.check_memory(memory)
        return _ppmd7(pyppmd.Ppmd7Decoder(order, memory), ByteReader(chunks), size)

    return decode


def _ppmd7(decoder: Any, reader: ByteReader, size: int) -> Iterator[Bytes]:
    """PPMd marks no end: it is over when `size` bytes are there.

    The library works in a thread, which has to be done before anything else happens to the decoder: to let it go while
    it waits for input destroys memory, as does to go on behind an end. So each block is completed, be it with padding.
    """
    source, data = _Padded(reader), bytes(reader.up_to(CHUNK))
    try:
        while size:
            wanted, block = min(size, _PPMD_BLOCK), bytearray()
            while True:
                block += decoder.decode(data, wanted - len(block))
                if len(block) == wanted:
                    break
                if decoder.eof and (source.problem or decoder.unused_data):
                    raise CorruptStream("This is no sound PPMd stream: it ends before its content does")
                data = source.more()
            data = b""
            size -= wanted
            if source.problem:
                raise source.problem
            yield bytes(block)
    except (ValueError, RuntimeError, SystemError, pyppmd.PpmdError) as error:
        raise CorruptStream(f"This is no sound PPMd stream: {error}") from error


class _Padded:
    """Input, and padding behind its end. `problem` is why it ended."""

    def __init__(self, reader: ByteReader) -> None:
        self._reader = reader
        self.problem: EngineError | None = None

    def more(self) -> bytes:
        """At least one byte."""
        try:
            if not self.problem and (data := self._reader.some()):
                return bytes(data)
            self.problem = self.problem or TruncatedStream("The data end in the middle of the stream")
        except EngineError as error:
            self.problem = error
        return b"\x55" * _PPMD_BLOCK  # zeros look like a sound end
