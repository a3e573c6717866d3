"""From a file to a container, going on where an earlier attempt ended."""

import os
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import numpy as np

from compression.engine.codecs.reader import ByteReader
from compression.engine.compressing import Compressing, Settings
from compression.engine.container import Reading, Writing
from compression.engine.errors import EngineError
from compression.engine.limits import Limits, MiB
from compression.engine.pipeline import Pipeline
from compression.engine.streams import array


def compress_file(
    source: str | os.PathLike[str], target: str | os.PathLike[str], settings: Settings | None = None
) -> int:
    """Write the container of one file into another; returns its size in bytes. Raises OSError.

    The output grows in `<target>.partial`. Where that is left over from an attempt that was killed, its frames are
    kept as far as they are whole and hold what the source does now; the work goes on behind them.
    """
    partial = Path(f"{os.fspath(target)}.partial")
    with Path(source).open("rb") as file, partial.open("a+b") as output:
        writing, last = _kept(file, output)
        settings = settings or Settings()
        if last is not None and settings.pipeline is None:
            settings = replace(settings, pipeline=last, adapt=True)
        for piece in Compressing(settings).pieces(iter(lambda: file.read(MiB), b""), writing):
            output.write(piece)
    partial.replace(target)
    return Path(target).stat().st_size


def _kept(source: BinaryIO, output: BinaryIO) -> tuple[Writing | None, Pipeline | None]:
    """What is written already, with both files standing behind it; nothing where there is nothing of use."""
    output.seek(0)
    writing, end, last = Writing(), 0, None
    try:
        reading = Reading(ByteReader(iter(lambda: output.read(MiB), b"")), Limits())
        end = reading.at
        for frame in reading.frames():
            data = array(source.read(frame.size))
            if not np.array_equal(frame.decode(Limits()), data):
                break
            writing.frame(frame.pipeline, data, frame.payload)
            end, last = reading.at, frame.pipeline
    except EngineError:
        pass  # the first attempt ended here
    source.seek(writing.size)
    output.seek(end)
    output.truncate()
    return (writing if end else None), last
