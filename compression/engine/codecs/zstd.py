"""Zstandard (RFC 8878): frames may follow each other, skippable frames are skipped."""

import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from compression.engine.codecs.base import OVERHEAD, Codec
from compression.engine.codecs.members import Decompressor, compressed, decoded_all
from compression.engine.codecs.params import Binary, Flag, Integer, parameter
from compression.engine.codecs.reader import ByteReader, Bytes
from compression.engine.codecs.registry import register
from compression.engine.errors import (
    CorruptStream,
    DictionaryNeeded,
    EngineError,
    InvalidParams,
    LimitExceeded,
)
from compression.engine.limits import KiB, Limits, MiB

if sys.version_info >= (3, 14):
    from compression import zstd as zstd
else:
    from backports import zstd as zstd

DICTIONARY_MAGIC = b"\x37\xa4\x30\xec"
MAX_HEADER = 18
"""Bytes that tell all that a frame's header says."""
LONG_WINDOW_LOG = 27
"""The largest window that `zstd -d` accepts without being asked."""

# MiB of tables and the log of the window, by level, for input of unknown size.
TABLES_MIB = {3: 1, 5: 3, 8: 6, 9: 11, 12: 41, 15: 65, 16: 33, 18: 50, 19: 82, 20: 162, 21: 322, 22: 642}
WINDOW_LOGS = {2: 20, 8: 21, 16: 22, 19: 23, 20: 25, 21: 26, 22: 27}


class FrameDecompressor:
    """The library's decompressor of one frame, which compares the stated size only where all comes at once."""

    def __init__(self, inner: zstd.ZstdDecompressor) -> None:
        self._inner = inner
        self._head = b""
        self._size = 0

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return self._inner.needs_input

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: Bytes, max_length: int) -> bytes:
        self._head += bytes(data[: MAX_HEADER - len(self._head)])
        piece = self._inner.decompress(data, max_length)
        self._size += len(piece)
        if self._inner.eof and zstd.get_frame_info(self._head).decompressed_size not in (None, self._size):
            raise CorruptStream("This Zstandard frame holds another number of bytes than it states")
        return piece


def _by_level(table: dict[int, int], level: int) -> int:
    return next(value for upper, value in table.items() if level <= upper)


@register
@dataclass(frozen=True)
class Zstd(Codec):
    """What `zstd -d` reads (with `-D` where a dictionary is used)."""

    id: ClassVar[str] = "zstd"
    family: ClassVar[str] = "zstd"
    title: ClassVar[str] = "Zstandard"
    description: ClassVar[str] = "Fast both ways over a wide range of levels; the best first choice."
    extension: ClassVar[str] = ".zst"
    media_type: ClassVar[str] = "application/zstd"
    colour: ClassVar[str] = "c1"
    library_errors: ClassVar[tuple[type[Exception], ...]] = (zstd.ZstdError,)
    speeds: ClassVar[dict[int, float]] = {
        -7: 1000,
        -1: 700,
        1: 550,
        3: 400,
        4: 350,
        5: 210,
        8: 125,
        10: 90,
        12: 80,
        13: 29,
        15: 25,
        16: 14,
        17: 12,
        18: 8,
        20: 7,
        22: 5,
    }

    level: int = parameter(
        Integer(
            "Level", -7, 22, help="Negative levels are the fastest, 3 is the usual one, 19 and more are slow."
        ),
        default=3,
    )
    long: bool = parameter(
        Flag(
            "Long mode", help="Find repetitions up to 128 MiB back, for large inputs that repeat themselves."
        ),
        default=False,
    )
    window_log: int | None = parameter(
        Integer("Window", 10, LONG_WINDOW_LOG, optional=True, help="How far back: 2 to this power bytes."),
        default=None,
    )
    threads: int = parameter(
        Integer(
            "Threads", 0, 16, help="Worker threads. 0 works in one; any other number gives the same bytes."
        ),
        default=0,
    )
    checksum: bool = parameter(
        Flag("Checksum", help="Store a checksum of the content (4 bytes)."), default=True
    )
    content_size: bool = parameter(
        Flag("Content size", help="Store the size of the content in the header, where it is known."),
        default=True,
    )
    dictionary: bytes = parameter(
        Binary(
            "Dictionary", 112 * KiB, help="A trained dictionary, or sample content; needed again to decode."
        ),
        default=b"",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        try:
            if self.dictionary:
                zstd.ZstdDecompressor(zstd_dict=self._dictionary())
        except (ValueError, zstd.ZstdError) as error:
            raise InvalidParams(f"Dictionary is not usable: {error}", field="dictionary") from None

    def _dictionary(self) -> zstd.ZstdDict | None:
        if not self.dictionary:
            return None
        return zstd.ZstdDict(self.dictionary, is_raw=not self.dictionary.startswith(DICTIONARY_MAGIC))

    def _window_log(self) -> int:
        """The log of the largest window that the encoder may use."""
        if self.window_log is not None:
            return self.window_log
        return LONG_WINDOW_LOG if self.long else _by_level(WINDOW_LOGS, self.level)

    def _encode(self, chunks: Iterator[Bytes], size: int | None) -> Iterator[Bytes]:
        key = zstd.CompressionParameter
        options: dict[int, int] = {
            key.compression_level: self.level,
            key.enable_long_distance_matching: int(self.long),
            key.nb_workers: self.threads,
            key.checksum_flag: int(self.checksum),
            key.content_size_flag: int(self.content_size),
        }
        if self.long or self.window_log is not None:
            options[key.window_log] = self._window_log()
        compressor = zstd.ZstdCompressor(options=options, zstd_dict=self._dictionary())
        compressor.set_pledged_input_size(size)
        return compressed(compressor, chunks)

    def _decode(self, reader: ByteReader, limits: Limits) -> Iterator[Bytes]:
        allowed = int(math.log2(max(limits.max_memory_bytes, 1)))
        lowest, highest = zstd.DecompressionParameter.window_log_max.bounds()
        options: dict[int, int] = {
            zstd.DecompressionParameter.window_log_max: min(max(allowed, lowest), highest)
        }
        dictionary = self._dictionary()

        def start() -> Decompressor:
            return FrameDecompressor(zstd.ZstdDecompressor(zstd_dict=dictionary, options=options))

        return decoded_all(reader, start)

    def _explain(self, error: Exception) -> EngineError:
        if "memory" in str(error):
            return LimitExceeded(
                "Decoding this Zstandard frame takes more memory than allowed", kind="memory"
            )
        if "ictionary" in str(error):
            return DictionaryNeeded("This Zstandard frame was made with a dictionary that was not given")
        return super()._explain(error)

    def frame_bytes(self) -> int:
        return min(max(32 * MiB, 8 << self._window_log()), 128 * MiB)

    def memory_estimate(self, size: int | None = None) -> int:
        window = 1 << self._window_log()
        if size is not None:
            window = min(window, 1 << max(size - 1, 1023).bit_length())
        # The tables of a small input are cut to its size: at most 16 bytes for each byte of the window.
        tables = min(_by_level(TABLES_MIB, self.level) * MiB, 16 * window + 2 * MiB)
        long_tables = min(32 * MiB, window) if self.long else 0
        decoder = window
        return OVERHEAD + tables + long_tables + window + decoder + self._workers_memory(tables, window, size)

    def _workers_memory(self, tables: int, window: int, size: int | None) -> int:
        """What worker threads take: tables and a stack for each, and jobs of four windows in and out."""
        if not self.threads:
            return 0
        job = 4 * min(window, 1 << _by_level(WINDOW_LOGS, self.level) if self.long else window)
        jobs = (self.threads + 3) * job * 3 // 2
        return self.threads * (tables + 8 * MiB) + (jobs if size is None else min(jobs, 3 * size + 16 * MiB))
