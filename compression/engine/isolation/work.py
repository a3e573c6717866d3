"""The work of a child: source -> codec -> target, hashed, verified and measured."""

import errno
import hashlib
import os
import resource
import socket
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from compression.engine.codecs import Codec, codec_from
from compression.engine.codecs.reader import CHUNK, Bytes
from compression.engine.errors import (
    EngineError,
    LimitExceeded,
    SourceUnreadable,
    StorageFull,
    TargetUnwritable,
    VerificationFailed,
)
from compression.engine.isolation import protocol
from compression.engine.isolation.checker import Checker
from compression.engine.isolation.protocol import DecodeReport, EncodeReport, Request

PROGRESS_SECONDS = 0.2


class Source:
    """The input descriptor: its chunks, how many bytes came, and the news of it to the client."""

    def __init__(self, fd: int, connection: socket.socket) -> None:
        self._fd = fd
        self._connection = connection
        self._told = time.monotonic()
        self.size = _bytes_left(fd)
        """Bytes to come; None where that cannot be known."""
        self.done = 0

    def chunks(self) -> Iterator[bytes]:
        """What is read, as it comes."""
        while chunk := os.read(self._fd, CHUNK):
            self.done += len(chunk)
            self._tell()
            yield chunk

    def sha256_again(self) -> str | None:
        """The hash of what was read, read once more; None where the source cannot go back."""
        with suppress(OSError):
            start = os.lseek(self._fd, -self.done, os.SEEK_CUR)
            digest = hashlib.sha256()
            for offset in range(start, start + self.done, CHUNK):
                digest.update(os.pread(self._fd, min(CHUNK, start + self.done - offset), offset))
            return digest.hexdigest()
        return None

    def _tell(self) -> None:
        now = time.monotonic()
        if now - self._told < PROGRESS_SECONDS:
            return
        self._told = now
        with suppress(OSError):  # a client that does not listen misses a figure, no more
            message = {"event": "progress", "done": self.done, "total": self.size}
            protocol.send(self._connection, message, flags=socket.MSG_DONTWAIT)


class Target:
    """The output descriptor."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self.written = 0

    def write(self, data: Bytes) -> None:
        """Write all of `data`."""
        rest = memoryview(data)
        while rest:
            try:
                count = os.write(self._fd, rest)
            except OSError as error:
                raise _write_error(error) from error
            self.written += count
            rest = rest[count:]


def run(request: Request, source_fd: int, target_fd: int, connection: socket.socket) -> dict[str, Any]:
    """Do what is asked; the last message to the client. Errors of the engine become messages too."""
    try:
        codec = codec_from(request.codec)
        source, target = Source(source_fd, connection), Target(target_fd)
        job = _encode if request.operation == "encode" else _decode
        return protocol.report_message(job(codec, request, source, target))
    except EngineError as error:
        return {"event": "error", "error": error.payload()}
    except MemoryError:
        return {
            "event": "error",
            "error": LimitExceeded("The memory limit was reached", kind="memory").payload(),
        }


def _encode(codec: Codec, request: Request, source: Source, target: Target) -> EncodeReport:
    request.limits.check_memory(codec.memory_estimate(source.size))
    memory, started, cpu_started = _resident_peak(), time.perf_counter(), time.process_time()
    # What the source holds is decoded again, so neither bombs nor sizes are of interest here.
    free = replace(request.limits, max_output_bytes=1 << 62, ratio_floor_bytes=1 << 62)
    checker = Checker(codec if request.verify else None, free)
    chunks = source.chunks() if request.raw_sha256 else _noted(source.chunks(), checker)
    for piece in codec.encode_chunks(chunks, source.size):
        request.limits.check_output(target.written + len(piece), source.done)
        target.write(piece)
        checker.output(piece)
    wall = time.perf_counter() - started - checker.blocked_seconds
    checker.close()
    raw_sha256 = request.raw_sha256 or checker.raw_sha256
    if request.verify and checker.decoded_sha256 != raw_sha256:
        raise _mismatch(source, raw_sha256)
    return EncodeReport(
        original_size=source.done,
        compressed_size=target.written,
        raw_sha256=raw_sha256,
        output_sha256=checker.output_sha256,
        encode_wall_seconds=wall,
        encode_cpu_seconds=max(time.process_time() - cpu_started - checker.cpu_seconds, 0.0),
        decode_wall_seconds=checker.wall_seconds if request.verify else 0.0,
        decode_cpu_seconds=checker.cpu_seconds if request.verify else 0.0,
        peak_memory_bytes=_resident_peak() - memory,
        verified=request.verify,
    )


def _decode(codec: Codec, request: Request, source: Source, target: Target) -> DecodeReport:
    memory, started, cpu_started = _resident_peak(), time.perf_counter(), time.process_time()
    checker = Checker(None, request.limits)
    for piece in codec.decode_chunks(source.chunks(), request.limits):
        target.write(piece)
        checker.output(piece)
    wall = time.perf_counter() - started - checker.blocked_seconds
    checker.close()
    return DecodeReport(
        original_size=target.written,
        compressed_size=source.done,
        raw_sha256=checker.output_sha256,
        output_sha256=checker.output_sha256,
        decode_wall_seconds=wall,
        decode_cpu_seconds=max(time.process_time() - cpu_started - checker.cpu_seconds, 0.0),
        peak_memory_bytes=_resident_peak() - memory,
    )


def _noted(chunks: Iterator[bytes], checker: Checker) -> Iterator[bytes]:
    for chunk in chunks:
        checker.raw(chunk)
        yield chunk


def _mismatch(source: Source, expected: str) -> EngineError:
    """Whether the codec or the source is to blame for a hash that is not the expected one."""
    if source.sha256_again() not in (None, expected):
        return SourceUnreadable("The input is not the content that its SHA-256 promises")
    return VerificationFailed("Decoding the fresh output gave other bytes than the input")


def _write_error(error: OSError) -> EngineError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFull("There is no space left for the output")
    if error.errno == errno.EFBIG:
        return LimitExceeded("The output is larger than allowed", kind="output")
    return TargetUnwritable(f"The output cannot be written: {error.strerror}")


def _bytes_left(fd: int) -> int | None:
    status = os.fstat(fd)
    if not stat.S_ISREG(status.st_mode):
        return None
    return max(status.st_size - os.lseek(fd, 0, os.SEEK_CUR), 0)


def _resident_peak() -> int:
    """The most bytes of memory that this process has held; a fresh child starts at what it holds."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
