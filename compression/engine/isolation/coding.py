"""Encoding and decoding in a child: source -> codec -> target, hashed, verified and measured."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from compression.engine.codecs import Codec, codec_from
from compression.engine.declared import checksummed
from compression.engine.errors import EngineError, SourceUnreadable, VerificationFailed
from compression.engine.isolation import framed
from compression.engine.isolation.checker import Checker
from compression.engine.isolation.protocol import DecodeReport, EncodeReport, Request
from compression.engine.isolation.target import Target
from compression.engine.isolation.usage import Usage
from compression.engine.limits import Limits
from compression.engine.source import Source


def encode(request: Request, source: Source, target: Target) -> EncodeReport:
    """Compress all of `source`, in one stream or in frames on several threads."""
    codec, threads = codec_from(request.options["codec"]), request.options["threads"]
    frame = framed.frame_bytes(codec) if threads else None
    if frame is None or (source.size is not None and source.size <= frame):
        return _encode(codec, request, source, target)
    return framed.encode(codec, frame, request, source, target)


def _encode(codec: Codec, request: Request, source: Source, target: Target) -> EncodeReport:
    request.limits.check_memory(codec.memory_estimate(source.size))
    usage, verify, known = Usage(), request.options["verify"], request.options["raw_sha256"]
    checker = Checker(codec if verify else None, unbounded(request.limits), hashed=request.options["hashed"])
    chunks = source.chunks() if known else _noted(source.chunks(), checker)
    for piece in codec.encode_chunks(chunks, source.size):
        request.limits.check_output(target.written + len(piece), source.done)
        target.write(piece)
        checker.output(piece)
    wall = usage.wall_seconds - checker.blocked_seconds
    checker.close()
    raw_sha256 = known or checker.raw_sha256
    if verify and checker.decoded_sha256 != raw_sha256:
        raise _mismatch(source, raw_sha256)
    return EncodeReport(
        original_size=source.done,
        compressed_size=target.written,
        raw_sha256=raw_sha256,
        output_sha256=checker.output_sha256,
        encode_wall_seconds=wall,
        encode_cpu_seconds=max(usage.cpu_seconds - checker.cpu_seconds, 0.0),
        decode_wall_seconds=checker.wall_seconds if verify else 0.0,
        decode_cpu_seconds=checker.cpu_seconds if verify else 0.0,
        peak_memory_bytes=usage.peak_memory_bytes,
        verified=verify,
    )


def decode(request: Request, source: Source, target: Target) -> DecodeReport:
    """Decompress all of `source` within the limits."""
    usage = Usage()
    checker = Checker(None, request.limits, hashed=request.options["hashed"])
    codec = codec_from(request.options["codec"])
    for piece in codec.decode_chunks(source.chunks(), request.limits):
        target.write(piece)
        checker.output(piece)
    wall = usage.wall_seconds - checker.blocked_seconds
    checker.close()
    consumed = source.done
    return DecodeReport(
        original_size=target.written,
        compressed_size=consumed,
        raw_sha256=checker.output_sha256,
        output_sha256=checker.output_sha256,
        decode_wall_seconds=wall,
        decode_cpu_seconds=max(usage.cpu_seconds - checker.cpu_seconds, 0.0),
        peak_memory_bytes=usage.peak_memory_bytes,
        checksummed=checksummed(codec, source),
    )


def unbounded(limits: Limits) -> Limits:
    """Limits for decoding again what the source holds anyway: neither bombs nor sizes are of interest."""
    return replace(limits, max_output_bytes=1 << 62, ratio_floor_bytes=1 << 62)


def _noted(chunks: Iterator[bytes], checker: Checker) -> Iterator[bytes]:
    for chunk in chunks:
        checker.raw(chunk)
        yield chunk


def _mismatch(source: Source, expected: str) -> EngineError:
    """Whether the codec or the source is to blame for a hash that is not the expected one."""
    if _sha256_again(source) not in (None, expected):
        return SourceUnreadable("The input is not the content that its SHA-256 promises")
    return VerificationFailed("Decoding the fresh output gave other bytes than the input")


def _sha256_again(source: Source) -> str | None:
    """The hash of what was read, read once more; None where the source cannot go back."""
    if not source.seekable:
        return None
    digest = hashlib.sha256()
    for chunk in source.region(0, source.done):
        digest.update(chunk)
    return digest.hexdigest()
