"""Many hostile inputs in one confined child: a fork for each would take ten times as long as the decoders do.

To the codec host this is a codec (`hostile_host` makes it known), so the child is the real one with its real limits.
What it decodes is a series of cases, what it gives is a line of JSON for each as soon as that is done: when it dies,
the case that killed it is the one behind the last line.
"""

import ctypes
import json
import struct
import time
import traceback
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, ClassVar

from compression.engine.archives.member import Found
from compression.engine.archives.sevenzip import read_sevenzip
from compression.engine.archives.tar import read_tar
from compression.engine.archives.zip import read_zip
from compression.engine.codecs import all_codecs, codec_from
from compression.engine.codecs.base import Codec
from compression.engine.codecs.reader import ByteReader, Bytes, sliced
from compression.engine.errors import EngineError, LimitExceeded
from compression.engine.inspecting import inspect
from compression.engine.isolation.protocol import Request
from compression.engine.isolation.target import Target
from compression.engine.isolation.unpacking import unpack
from compression.engine.limits import ArchiveLimits, Limits, MiB
from compression.engine.source import Source

LIMITS = ArchiveLimits(
    max_output_bytes=2 * MiB,
    max_memory_bytes=160 * MiB,
    max_cpu_seconds=20,
    max_wall_seconds=60,
    max_members=2000,
)
"""Of one case, but for the times, which are those of all."""
SHOWN = 512 << 10
"""Larger outputs are none that could be right; their size is told."""
_LENGTHS = struct.Struct("<II")
BUG = "bug"
_M_PERTURB = -6
_libc = ctypes.CDLL(None)


def packed(cases: Iterable[tuple[dict[str, Any], bytes]]) -> bytes:
    """The input of a trial. Each case is described by `codec` (a config, or None), `name`, `all` (every decoder)."""
    out = bytearray()
    for described, data in cases:
        head = json.dumps(described).encode()
        out += _LENGTHS.pack(len(head), len(data)) + head + data
    return bytes(out)


class Held(Source):
    """An input that is held in memory: a confined child can open no file."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._on_read = None
        self.size = len(data)
        self.done = 0

    def chunks(self) -> Iterator[bytes]:
        for chunk in sliced(self._data, 256 << 10):
            self._count(len(chunk))
            yield bytes(chunk)

    def _read(self, offset: int, length: int) -> bytes:
        self._count(length)
        return self._data[offset : offset + length]


class Gathered(Target):
    """An output that is kept in memory."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: Bytes) -> None:
        self.data += data


def outcome(work: Callable[[], Any]) -> dict[str, Any]:
    """What came of it: `value`, or the `code` and `message` of an error; one that is not the engine's is a bug."""
    try:
        return {"value": work()}
    except EngineError as error:
        return {"code": error.code, "message": error.message}
    except MemoryError:
        return {"code": LimitExceeded.code, "message": "The memory limit was reached"}
    except Exception:
        return {"code": BUG, "message": traceback.format_exc()}


def shown(data: Bytes) -> dict[str, Any]:
    """An output as JSON data."""
    return {"size": len(data), "data": b64encode(data).decode() if len(data) <= SHOWN else None}


def _joined(pieces: Iterable[Bytes]) -> dict[str, Any]:
    return shown(b"".join(pieces))


def _fill_memory(byte: int) -> None:
    """Fill memory that is given out: an output that nobody wrote shows itself, because the next one is another."""
    _libc.mallopt(_M_PERTURB, byte)


def _irregular(data: bytes) -> Iterator[bytes]:
    """As a stream may come: a few bytes, then more."""
    at, size = 0, 1
    while at < len(data):
        yield data[at : at + size]
        at, size = at + size, size * 3 % 4093 + 1


def _unpack(data: bytes) -> dict[str, Any]:
    """The records that the client would get; the error or the report that ends them."""
    target = Gathered()
    request = Request("unpack", LIMITS, {"contents": True})
    ended = outcome(lambda: asdict(unpack(request, Held(data), target)))
    return {**ended, "records": b64encode(target.data).decode()}


def _other_decoders(data: bytes, own: str) -> dict[str, Any]:
    """What no user would ask for, and a program might: every decoder there is."""
    found = {}
    for codec_id in sorted(all_codecs().keys() - {own, Fuzz.id}):
        codec = codec_from({"id": codec_id})
        found[codec_id] = outcome(partial(_passed_over, codec.decode_chunks([data], LIMITS)))
    for name, members in {
        "zip": read_zip(Held(data), LIMITS),
        "7z": read_sevenzip(Held(data), LIMITS),
        "tar": read_tar(ByteReader([data])),
    }.items():
        found[name] = outcome(partial(_passed_over, _contents(members)))
    return found


def _passed_over(pieces: Iterable[Bytes]) -> int:
    return sum(map(len, pieces))


def _contents(members: Iterable[Found]) -> Iterator[Bytes]:
    size = 0
    for count, member in enumerate(members):
        LIMITS.check_members(count)
        for piece in member.pieces:
            size += len(piece)
            LIMITS.check_output(size, 1)
            yield piece


def run(described: dict[str, Any], data: bytes) -> dict[str, Any]:
    """One case through the decoders that the product would give it to."""
    began = time.perf_counter()
    result: dict[str, Any] = {}
    own = ""
    if described["codec"]:
        codec = codec_from(described["codec"])
        own = codec.id
        _fill_memory(0x33)
        result["decode"] = outcome(lambda: _joined(codec.decode_chunks([data], LIMITS)))
        _fill_memory(0xCC)
        result["pieces"] = outcome(lambda: _joined(codec.decode_chunks(_irregular(data), LIMITS)))
    result["inspect"] = outcome(lambda: inspect(Held(data), LIMITS, described["name"]).config())
    result["unpack"] = _unpack(data)
    if described["all"]:
        result["others"] = _other_decoders(data, own)
    return {**result, "seconds": time.perf_counter() - began}


@dataclass(frozen=True)
class Fuzz(Codec):
    """Decodes a series of cases to a series of results."""

    id: ClassVar[str] = "fuzz"
    family: ClassVar[str] = "store"
    title: ClassVar[str] = "Fuzz"
    description: ClassVar[str] = "Tries hostile inputs."
    extension: ClassVar[str] = ".fuzz"
    media_type: ClassVar[str] = "application/octet-stream"
    colour: ClassVar[str] = "c6"
    speeds: ClassVar[dict[int, float]] = {0: 1}

    def _encode(self, chunks: Iterator[Bytes], size: int | None) -> Iterator[Bytes]:
        yield packed([({"codec": None, "name": "", "all": True}, b"".join(chunks))])

    def _decode(self, reader: ByteReader, limits: Limits) -> Iterator[Bytes]:
        while not reader.at_end():
            head, length = _LENGTHS.unpack(reader.exactly(_LENGTHS.size))
            described = json.loads(bytes(reader.exactly(head)))
            yield json.dumps(run(described, bytes(reader.exactly(length)))).encode() + b"\n"

    def memory_estimate(self, size: int | None = None) -> int:
        return 0
