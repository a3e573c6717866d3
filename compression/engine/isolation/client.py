"""Encoding, decoding and looking at untrusted bytes, each call in a confined child process of the codec host."""

import io
import os
from collections.abc import Mapping, Sequence
from typing import Any

from compression.engine.codecs import Codec, codec_from
from compression.engine.inspecting import Info
from compression.engine.isolation.calls import OnProgress, ShouldStop, begin
from compression.engine.isolation.protocol import DecodeReport, EncodeReport, Operation, Request
from compression.engine.limits import ArchiveLimits, Limits

Config = Codec | Mapping[str, Any]


def encode(
    codec: Config,
    source_fd: int,
    target_fd: int,
    limits: Limits | None = None,
    *,
    raw_sha256: str | None = None,
    verify: bool = True,
    threads: int = 0,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> EncodeReport:
    """Compress from one descriptor to another, both from where they stand; they may be pipes.

    With `verify` the output is decoded beside and its SHA-256 compared: with `raw_sha256` where the caller knows the
    input's, else with that of what was read. With `threads` a large input is cut into frames where the codec has them
    (`Codec.frame_bytes`), and so many are encoded and verified at a time; the output is the same for every number but
    0, which makes a single stream. `on_progress(done, total)` is called at most some times a second, with bytes of
    input, and `should_stop()` is asked ten times a second. Raises the errors of `engine.errors`; what the target holds
    is then of no use.
    """
    options = coding_options(codec, raw_sha256=raw_sha256, verify=verify, threads=threads)
    report = _called("encode", limits, options, (source_fd, target_fd), on_progress, should_stop)
    return EncodeReport(**report)


def decode(
    codec: Config,
    source_fd: int,
    target_fd: int,
    limits: Limits | None = None,
    *,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> DecodeReport:
    """Decompress from one descriptor to another within `limits`; see `encode`."""
    options = coding_options(codec)
    report = _called("decode", limits, options, (source_fd, target_fd), on_progress, should_stop)
    return DecodeReport(**report)


def inspect(source_fd: int, limits: ArchiveLimits | None = None, *, name_hint: str = "") -> Info:
    """What the file behind a descriptor is, without unpacking it: formats, declared sizes, members; takes milliseconds.

    `name_hint` is the file's name: it helps with formats that bear no mark.
    """
    report = _called("inspect", limits or LOOK_LIMITS, {"name_hint": name_hint}, (source_fd,), None, None)
    return Info.from_config(report)


LOOK_LIMITS = ArchiveLimits(max_cpu_seconds=10, max_wall_seconds=30)


def encode_bytes(codec: Config, data: bytes, limits: Limits | None = None) -> tuple[bytes, EncodeReport]:
    """`encode` for what fits in memory."""
    with memory_file(data) as source, memory_file() as target:
        report = encode(codec, source.fileno(), target.fileno(), limits)
        target.seek(0)
        return target.readall(), report


def decode_bytes(codec: Config, data: bytes, limits: Limits | None = None) -> tuple[bytes, DecodeReport]:
    """`decode` for what fits in memory."""
    with memory_file(data) as source, memory_file() as target:
        report = decode(codec, source.fileno(), target.fileno(), limits)
        target.seek(0)
        return target.readall(), report


def memory_file(data: bytes = b"") -> io.FileIO:
    """A file without a name that lives in memory."""
    file = io.FileIO(os.memfd_create("engine"), "r+")
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]
    file.seek(0)
    return file


def coding_options(
    codec: Config,
    *,
    raw_sha256: str | None = None,
    verify: bool = False,
    threads: int = 0,
    hashed: bool = True,
) -> dict[str, Any]:
    """The options of an encode or decode request; the codec is refused here where it is wrong."""
    config = (codec if isinstance(codec, Codec) else codec_from(codec)).config()
    return {
        "codec": config,
        "raw_sha256": raw_sha256,
        "verify": verify,
        "threads": threads,
        "hashed": hashed,
    }


def _called(
    operation: Operation,
    limits: Limits | None,
    options: Mapping[str, Any],
    fds: Sequence[int],
    on_progress: OnProgress | None,
    should_stop: ShouldStop | None,
) -> dict[str, Any]:
    request = Request(operation, limits or Limits(), options)
    with begin(request, fds, on_progress, should_stop) as call:
        return call.report()
