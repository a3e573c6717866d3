"""The engine at work between two stored files, in an isolated child process."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from compression.choices import Operation
from compression.engine import errors as engine
from compression.engine import isolation
from compression.engine.limits import Limits
from compression.planning import Plan
from compression.sources import Source
from files.staging import Staged, staging


@dataclass(frozen=True)
class Hooks:
    """What a long call is watched by: told of progress, asked whether to stop."""

    on_progress: Callable[[int, int | None], None] | None = None
    should_stop: Callable[[], bool] | None = None


@dataclass(frozen=True)
class Measured:
    """What came of a call, in the terms of the results: sizes in bytes, times in seconds."""

    original_size: int
    compressed_size: int
    checksum: str
    output_sha256: str
    compress_seconds: float | None
    compress_cpu_seconds: float | None
    decompress_seconds: float | None
    decompress_cpu_seconds: float | None
    peak_memory_bytes: int
    verified: bool

    @property
    def cpu_seconds(self) -> float:
        """All CPU time of the call."""
        return (self.compress_cpu_seconds or 0) + (self.decompress_cpu_seconds or 0)


@contextmanager
def done(
    operation: Operation, source: Source, plan: Plan, limits: Limits, hooks: Hooks, *, threads: int = 1
) -> Iterator[tuple[Staged, Measured]]:
    """Run the codec over `source` and yield the sealed output with its figures.

    A large input is compressed in frames where the format has them, as many at a time as there are `threads`; the
    output is the same for any number. It is gone after the block if nobody adopted it. Raises the engine's errors.
    """
    with source.on_disk() as input_, staging() as staged:
        ends = input_.fileno(), staged.fileno()
        if operation == Operation.COMPRESS:
            measured = _encode(source.file.sha256, *ends, plan, limits, hooks, threads)
        else:
            measured = _decode(*ends, plan, limits, hooks)
        staged.seal(measured.output_sha256)
        yield staged, measured


def _encode(
    raw_sha256: str, input_: int, output: int, plan: Plan, limits: Limits, hooks: Hooks, threads: int
) -> Measured:
    report = isolation.encode(
        plan.codec.config(),
        input_,
        output,
        limits,
        raw_sha256=raw_sha256,
        verify=True,
        threads=threads,
        on_progress=hooks.on_progress,
        should_stop=hooks.should_stop,
    )
    if not report.verified:
        raise engine.VerificationFailed("The output was not verified")
    return Measured(
        original_size=report.original_size,
        compressed_size=report.compressed_size,
        checksum=report.raw_sha256,
        output_sha256=report.output_sha256,
        compress_seconds=report.encode_wall_seconds,
        compress_cpu_seconds=report.encode_cpu_seconds,
        decompress_seconds=report.decode_wall_seconds,
        decompress_cpu_seconds=report.decode_cpu_seconds,
        peak_memory_bytes=report.peak_memory_bytes,
        verified=True,
    )


def _decode(input_: int, output: int, plan: Plan, limits: Limits, hooks: Hooks) -> Measured:
    report = isolation.decode(
        plan.codec.config(),
        input_,
        output,
        limits,
        on_progress=hooks.on_progress,
        should_stop=hooks.should_stop,
    )
    return Measured(
        original_size=report.original_size,
        compressed_size=report.compressed_size,
        checksum=report.output_sha256,
        output_sha256=report.output_sha256,
        compress_seconds=None,
        compress_cpu_seconds=None,
        decompress_seconds=report.decode_wall_seconds,
        decompress_cpu_seconds=report.decode_cpu_seconds,
        peak_memory_bytes=report.peak_memory_bytes,
        verified=report.checksummed,
    )
