"""What the headers of a compressed file say of its content, read without decoding it. Never to be relied on."""

import struct
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

from compression.engine.codecs import Codec
from compression.engine.codecs.zstd import zstd
from compression.engine.detect import SKIPPABLE
from compression.engine.errors import CorruptStream, EngineError
from compression.engine.limits import MiB
from compression.engine.source import Source

MAX_STEPS = 50_000
"""Headers looked at: some 100 ms. Zstandard has one for every 128 KiB of content."""
MAX_XZ_INDEX = 1 * MiB

_ZSTD, _LZ4, _XZ_END = 0xFD2FB528, 0x184D2204, b"YZ"


@dataclass(frozen=True)
class Declared:
    """The bytes of content, in how many frames or streams, and whether each of these has a checksum of its content.

    None where that is not said.
    """

    size: int | None = None
    members: int | None = None
    checksummed: bool | None = None


def declared(codec_id: str, source: Source) -> Declared:
    """What a file says of its content; nothing where its format does not tell, or it is damaged."""
    reader = _READERS.get(codec_id)
    if reader is None or not source.seekable:
        return Declared()
    try:
        return reader(source).declared()
    except (EngineError, struct.error, zstd.ZstdError, IndexError):
        return Declared()


def checksummed(codec: Codec, source: Source) -> bool:
    """Whether checksums cover every byte of a sound stream; False where a look at its headers does not tell."""
    if codec.checksummed and codec.id in _OPTIONAL:
        return bool(declared(codec.id, source).checksummed)
    return always(codec)


def always(codec: Codec) -> bool:
    """Whether no stream of the format is without checksums."""
    return codec.checksummed and codec.id not in _OPTIONAL


class _Walk(ABC):
    """Goes from header to header, and gives up after MAX_STEPS."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._end = source.size or 0
        self._steps = 0

    @abstractmethod
    def declared(self) -> Declared:
        """What the file says."""

    def _at(self, offset: int, length: int) -> bytes:
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise CorruptStream("There are too many headers to look at")
        return self._source.read_at(offset, length)

    def _number(self, offset: int, length: int = 4) -> int:
        return int.from_bytes(self._at(offset, length), "little")


class _Frames(_Walk):
    """Zstandard and LZ4: frames and skippable frames, one after the other."""

    def declared(self) -> Declared:
        """Sums over all frames."""
        at, sizes, checks = 0, list[int | None](), True
        while at < self._end:
            magic = self._number(at)
            if magic in SKIPPABLE:
                at += 8 + self._number(at + 4)
            elif magic == _ZSTD:
                at, size, check = self._zstd(at)
                sizes.append(size)
                checks = checks and check
            elif magic == _LZ4:
                at, size, check = self._lz4(at)
                sizes.append(size)
                checks = checks and check
            else:
                raise CorruptStream("Something else follows the frames")
        known = [size for size in sizes if size is not None]
        return Declared(sum(known) if len(known) == len(sizes) else None, len(sizes), checks)

    def _zstd(self, at: int) -> tuple[int, int | None, bool]:
        """The end of a frame, the size that it states, and whether it has a checksum."""
        head = self._at(at, min(18, self._end - at))
        info, descriptor = zstd.get_frame_info(head), head[4]
        single_segment, checksum = descriptor >> 5 & 1, descriptor >> 2 & 1
        size_bytes = (single_segment, 2, 4, 8)[descriptor >> 6]
        at += 6 - single_segment + (0, 1, 2, 4)[descriptor & 3] + size_bytes
        last = 0
        while not last:
            block = self._number(at, 3)
            last, repeated = block & 1, block >> 1 & 3 == 1
            at += 3 + (1 if repeated else block >> 3)
        return at + 4 * checksum, info.decompressed_size, bool(checksum)

    def _lz4(self, at: int) -> tuple[int, int | None, bool]:
        flags = self._at(at + 4, 1)[0]
        block_checksum, has_size, checksum, dictionary = (flags >> bit & 1 for bit in (4, 3, 2, 0))
        size = self._number(at + 6, 8) if has_size else None
        at += 7 + 8 * has_size + 4 * dictionary
        while block := self._number(at):
            at += 4 + (block & 0x7FFFFFFF) + 4 * block_checksum
        return at + 4 + 4 * checksum, size, bool(checksum or block_checksum)


class _Xz(_Walk):
    """Each stream ends with an index of its blocks, so the file is walked from its end."""

    def declared(self) -> Declared:
        """Sums over all streams."""
        end, total, count, checks = self._end, 0, 0, True
        while end > 0:
            if not any(padding := self._at(end - 4, 4)):
                end -= len(padding)
                continue
            footer = self._at(end - 12, 12)
            index_size = 4 * (int.from_bytes(footer[4:8], "little") + 1)
            if footer[10:] != _XZ_END or index_size > MAX_XZ_INDEX:
                raise CorruptStream("This is no sound xz stream")
            packed, size = self._index(self._at(end - 12 - index_size, index_size))
            end -= 24 + index_size + packed
            total, count, checks = total + size, count + 1, checks and bool(footer[9] & 0xF)
        return Declared(total, count, checks)

    def _index(self, data: bytes) -> tuple[int, int]:
        """The bytes that an index says its blocks take, packed and unpacked."""
        numbers = _variable_numbers(data[1:])
        packed = size = 0
        for _ in range(next(numbers)):
            packed += (next(numbers) + 3) // 4 * 4
            size += next(numbers)
        return packed, size


class _LzmaAlone(_Walk):
    """The size is in the header, or all ones."""

    def declared(self) -> Declared:
        """What the header says."""
        size = self._number(5, 8)
        return Declared(None if size == (1 << 64) - 1 else size, 1)


def _variable_numbers(data: bytes) -> Iterator[int]:
    """Numbers in groups of seven bits, the lowest first."""
    value = shift = 0
    for byte in data:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield value
            value = shift = 0
    raise CorruptStream("This is no sound xz stream")


_OPTIONAL = frozenset({"zstd", "lz4", "xz"})
"""Formats that may leave their checksums out."""
_READERS: dict[str, type[_Walk]] = {"zstd": _Frames, "lz4": _Frames, "xz": _Xz, "lzma": _LzmaAlone}
