"""Encoding in frames: pieces of the input that are compressed by themselves, on several threads.

The formats that allow it read what follows a frame as if it were one stream, so standard programs read the result.
Where the cuts lie depends on the codec alone: the output is the same for any number of threads.
"""

import threading
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

from compression.engine.codecs import Codec
from compression.engine.codecs.base import OVERHEAD
from compression.engine.codecs.reader import Bytes, regular, sliced
from compression.engine.errors import CorruptStream, SourceUnreadable, VerificationFailed
from compression.engine.isolation.checker import Checker
from compression.engine.isolation.protocol import EncodeReport, Request
from compression.engine.isolation.target import Target
from compression.engine.isolation.usage import Usage
from compression.engine.limits import GiB, Limits, MiB
from compression.engine.source import OnRead, Source

STACK = 8 * MiB
"""What the stack of a thread takes of the address space."""
MAX_THREADS = 64
MAX_THREAD_MEMORY = 1 * GiB


@dataclass(frozen=True)
class Frame:
    """One frame, encoded and, where that was asked for, decoded again and compared."""

    data: Bytes
    encoded: bytes
    encode_seconds: float
    decode_seconds: float


def frame_bytes(codec: Codec) -> int | None:
    """Bytes of a frame; None where the codec has none, or takes so much memory that one thread has to do."""
    size = codec.frame_bytes()
    return None if size is None or _memory_of_thread(codec, size) > MAX_THREAD_MEMORY else size


def encode(codec: Codec, size: int, request: Request, source: Source, target: Target) -> EncodeReport:
    """Compress all of `source` in frames of `size`; at most `threads` at a time, fewer where memory is short."""
    limits, usage, verify = request.limits, Usage(), request.options["verify"]
    threads = _threads(codec, size, request.options["threads"], limits)
    checker = Checker(None, limits, hashed=request.options["hashed"])
    work = Work(codec, Meter(source.hand_over()), verify=verify)
    frames, encode_cpu, decode_cpu = 0, 0.0, 0.0
    for frame in _frames(work, _pieces(source, size), threads):
        joined = codec.joined(frame.encoded, frames)
        limits.check_output(target.written + len(joined), source.done)
        target.write(joined)
        checker.raw(frame.data)
        checker.output(joined)
        frames += 1
        encode_cpu, decode_cpu = encode_cpu + frame.encode_seconds, decode_cpu + frame.decode_seconds
    wall = usage.wall_seconds
    checker.close()
    known = request.options["raw_sha256"]
    if known and known != checker.raw_sha256:
        raise SourceUnreadable("The input is not the content that its SHA-256 promises")
    share = encode_cpu / max(encode_cpu + decode_cpu, 1e-9)
    return EncodeReport(
        original_size=source.done,
        compressed_size=target.written,
        raw_sha256=checker.raw_sha256,
        output_sha256=checker.output_sha256,
        encode_wall_seconds=wall * share,
        encode_cpu_seconds=encode_cpu,
        decode_wall_seconds=wall * (1 - share),
        decode_cpu_seconds=decode_cpu,
        peak_memory_bytes=usage.peak_memory_bytes,
        verified=verify,
        threads=threads,
        frames=frames,
    )


def _pieces(source: Source, size: int) -> Iterator[Bytes]:
    """What each frame holds: at least one there is, for no bytes at all are in no format."""
    pieces = regular(source.chunks(), size)
    yield next(pieces, b"")
    yield from pieces


def _memory_of_thread(codec: Codec, size: int) -> int:
    """What encoding a frame takes, with the frame, what it becomes, and the next one being read."""
    return codec.memory_estimate(size) - OVERHEAD + 3 * size + STACK


def _threads(codec: Codec, size: int, wanted: int, limits: Limits) -> int:
    """How many threads the memory is enough for; raises LimitExceeded where it is not for one."""
    base, each = OVERHEAD + 3 * size, _memory_of_thread(codec, size)
    limits.check_memory(base + each)
    return max(1, min(wanted, MAX_THREADS, (limits.max_memory_bytes - base) // each))


def _frames(work: "Work", pieces: Iterator[Bytes], threads: int) -> Iterator[Frame]:
    """The frames in order; one more than there are threads is under way or waits to be taken."""
    with ThreadPoolExecutor(threads) as pool:
        under_way: deque[Future[Frame]] = deque()
        for piece in pieces:
            under_way.append(pool.submit(work.frame, piece))
            if len(under_way) > threads:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()


class Meter:
    """Counts what the threads have given to their encoders: frames are read long before."""

    def __init__(self, tell: OnRead) -> None:
        self._tell = tell
        self._lock = threading.Lock()
        self._done = 0

    def through(self, data: Bytes) -> Iterator[Bytes]:
        """The data in pieces, each counted when the next is asked for."""
        for piece in sliced(data):
            yield piece
            with self._lock:
                self._done += len(piece)
                self._tell(self._done)


class Work:
    """What is done with a frame, on any thread."""

    def __init__(self, codec: Codec, meter: Meter, *, verify: bool) -> None:
        self._codec, self._meter, self._verify = codec, meter, verify

    def frame(self, data: Bytes) -> Frame:
        """Encode it and, where that was asked for, decode it again."""
        started = time.thread_time()
        encoded = b"".join(self._codec.encode_chunks(self._meter.through(data), len(data)))
        done = time.thread_time()
        if self._verify:
            _compare(self._codec, encoded, data)
        return Frame(data, encoded, done - started, time.thread_time() - done)


def _compare(codec: Codec, encoded: bytes, data: Bytes) -> None:
    """Decode a frame again; raises VerificationFailed where that does not give its data."""
    free = replace(Limits(), max_output_bytes=len(data), ratio_floor_bytes=len(data))
    view, position = memoryview(data), 0
    try:
        for piece in codec.decode_chunks([encoded], free):
            if bytes(view[position : position + len(piece)]) != piece:
                raise VerificationFailed("Decoding the fresh output gave other bytes than the input")
            position += len(piece)
    except CorruptStream as error:
        raise VerificationFailed(f"The fresh output does not decode: {error}") from error
    if position != len(data):
        raise VerificationFailed("Decoding the fresh output gave fewer bytes than the input")
