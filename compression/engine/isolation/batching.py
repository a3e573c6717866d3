"""Encoding of many small contents in one child: each by itself, verified and measured by itself."""

import time
from dataclasses import asdict, dataclass, replace
from typing import Any

from compression.engine.clock import cpu_seconds
from compression.engine.codecs import Codec, codec_from
from compression.engine.errors import CorruptStream, EngineError, LimitExceeded, VerificationFailed
from compression.engine.isolation.protocol import Request
from compression.engine.isolation.target import Target
from compression.engine.isolation.usage import Usage
from compression.engine.limits import Limits
from compression.engine.source import Source


@dataclass(frozen=True)
class Figures:
    """What encoding one content took, in seconds; `peak_memory_bytes` is that of the child so far."""

    compressed_size: int
    encode_wall_seconds: float
    encode_cpu_seconds: float
    decode_wall_seconds: float
    decode_cpu_seconds: float
    peak_memory_bytes: int


def encode_many(request: Request, source: Source, target: Target) -> dict[str, Any]:
    """Encode the contents that follow each other in `source`, whose sizes are in the options.

    An error of one is its entry in the report, and nothing of it is in the target.
    """
    codec, limits = codec_from(request.options["codec"]), request.limits
    sizes: list[int] = request.options["sizes"]
    limits.check_memory(codec.memory_estimate(max(sizes, default=0)))
    usage, entries, offset = Usage(), [], 0
    for size in sizes:
        data = source.read_at(offset, size)
        offset += size
        try:
            encoded, figures = _encoded(codec, data, limits, usage)
        except EngineError as error:
            entries.append({"error": error.payload()})
        except MemoryError:
            entries.append({"error": LimitExceeded("The memory limit was reached", kind="memory").payload()})
        else:
            target.write(encoded)
            entries.append(asdict(figures))
    return {"entries": entries}


def _encoded(codec: Codec, data: bytes, limits: Limits, usage: Usage) -> tuple[bytes, Figures]:
    begun = _Moment()
    encoded = codec.encode(data)
    done = _Moment()
    limits.check_output(len(encoded), len(data))
    _compare(codec, encoded, data)
    end = _Moment()
    return encoded, Figures(
        compressed_size=len(encoded),
        encode_wall_seconds=done.wall - begun.wall,
        encode_cpu_seconds=done.cpu - begun.cpu,
        decode_wall_seconds=end.wall - done.wall,
        decode_cpu_seconds=end.cpu - done.cpu,
        peak_memory_bytes=usage.peak_memory_bytes,
    )


class _Moment:
    """The two clocks."""

    def __init__(self) -> None:
        self.wall, self.cpu = time.perf_counter(), cpu_seconds()


def _compare(codec: Codec, encoded: bytes, data: bytes) -> None:
    """Decode again; raises VerificationFailed where that does not give the data."""
    free = replace(Limits(), max_output_bytes=len(data), ratio_floor_bytes=len(data))
    try:
        same = codec.decode(encoded, free) == data
    except (CorruptStream, LimitExceeded) as error:
        raise VerificationFailed(f"The fresh output does not decode: {error}") from error
    if not same:
        raise VerificationFailed("Decoding the fresh output gave other bytes than the input")
