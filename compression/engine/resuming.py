"""From a file to a container, going on where an earlier attempt ended."""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, TypeVar

import numpy as np

from compression.engine.codecs.reader import ByteReader
from compression.engine.compressing import CONSTANT, Compressing, Settings
from compression.engine.container import Frame, Reading, Writing
from compression.engine.errors import EngineError
from compression.engine.framing import OnBytes, in_order
from compression.engine.limits import Limits, MiB
from compression.engine.pipeline import Pipeline
from compression.engine.streams import Array, array

T = TypeVar("T")


def compress_file(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    settings: Settings | None = None,
    *,
    on_bytes: OnBytes | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> int:
    """Write the container of one file into another; returns its size in bytes. Raises OSError.

    The output grows in `<target>.partial`. Where that is left over from an attempt that was killed, its frames are
    kept as far as they are whole and hold what the source does now; the work goes on behind them. So it does after
    Stopped, which is raised between frames where `should_stop` says so. `on_bytes` is told how many bytes are done.
    """
    partial = Path(f"{os.fspath(target)}.partial")
    settings = settings or Settings()
    with Path(source).open("rb") as file, partial.open("a+b") as output:
        writing, last = _kept(file, output, settings.threads)
        if last is not None and settings.pipeline is None:
            settings = replace(settings, pipeline=last, adapt=True)
        chunks = iter(lambda: file.read(MiB), b"")
        for piece in Compressing(settings, should_stop).pieces(chunks, writing):
            output.write(piece)
            if on_bytes is not None:
                on_bytes(writing.size)
    partial.replace(target)
    return Path(target).stat().st_size


def _kept(source: BinaryIO, output: BinaryIO, threads: int) -> tuple[Writing, Pipeline | None]:
    """What is written already, with both files standing behind it; one that is not begun where that is nothing."""
    output.seek(0)
    writing, end, last = Writing(), 0, None

    def whole(item: tuple[Frame, Array, int]) -> tuple[Frame, Array, int] | None:
        frame, data, _ = item
        return item if np.array_equal(frame.decode(Limits()), data) else None

    def frames(reading: Reading) -> Iterator[tuple[Frame, Array, int]]:
        for frame in reading.frames():
            yield frame, array(source.read(frame.size)), reading.at

    try:
        reading = Reading(ByteReader(iter(lambda: output.read(MiB), b"")), Limits())
        for item in in_order(whole, _until_cut(frames(reading)), threads):
            if item is None or reading.is_only:
                break
            if not writing.begun:
                writing.start()
            frame, data, end = item
            writing.frame(frame.pipeline, data, frame.payload)
            if frame.pipeline.name != CONSTANT.name:
                last = frame.pipeline
    except EngineError:
        pass  # the first attempt ended here
    source.seek(writing.size)
    output.seek(end)
    output.truncate()
    return writing, last


def _until_cut(frames: Iterator[T]) -> Iterator[T]:
    """The frames up to where the file ends, in the middle of one."""
    with suppress(EngineError):
        yield from frames
