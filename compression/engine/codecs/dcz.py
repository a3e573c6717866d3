"""The platform's own container: a pipeline composed for the content, found by trial; see `engine.container`.

What stands behind it is loaded when it is first used: processes that only ever meet plain codecs stay small.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from compression.engine.codecs.base import OVERHEAD, Codec
from compression.engine.codecs.params import Binary, Choice, Flag, Integer, parameter
from compression.engine.codecs.reader import ByteReader, Bytes, sliced
from compression.engine.codecs.registry import register
from compression.engine.errors import CorruptStream, InvalidParams
from compression.engine.limits import KiB, Limits, MiB

OBJECTIVES = ("ratio", "balanced", "speed", "decode")
FRAME = 16 * MiB
COPIES = 40
"""Bytes of memory for a byte of a frame, at most: streams on their way, and the tables of the strongest leaves."""
MAX_PIPELINE = 64 * KiB


@register
@dataclass(frozen=True)
class Dcz(Codec):
    """What `docs/formats/dcz.md` describes. Each frame is verified by decoding it before it is written.

    By `trials` the output is the same on every machine; by `budget_ms` it depends on how fast the machine is.
    """

    id: ClassVar[str] = "dcz"
    family: ClassVar[str] = "dcz"
    title: ClassVar[str] = "Dynacomp"
    description: ClassVar[str] = (
        "Finds the structure of the content and composes a pipeline for it: best on tables, records and numbers."
    )
    extension: ClassVar[str] = ".dcz"
    media_type: ClassVar[str] = "application/vnd.dynacomp.dcz"
    colour: ClassVar[str] = "c6"
    dynamic: ClassVar[bool] = True
    releases_gil: ClassVar[bool] = False
    speeds: ClassVar[dict[int, float]] = {0: 0.8}

    objective: str = parameter(
        Choice(
            "Objective",
            OBJECTIVES,
            help="What counts: the size; size and both times; fast to make; fast to read.",
        ),
        default="ratio",
    )
    trials: int | None = parameter(
        Integer(
            "Trials", 0, 100_000, optional=True, help="How many trials the search for a pipeline may make."
        ),
        default=500,
    )
    budget_ms: int = parameter(
        Integer(
            "Time to search",
            0,
            3_600_000,
            help="Milliseconds of CPU time, where no number of trials is given.",
        ),
        default=1000,
    )
    pipeline: bytes = parameter(
        Binary("Pipeline", MAX_PIPELINE, help="A pipeline in its packed form: nothing is searched then."),
        default=b"",
    )
    adapt: bool = parameter(
        Flag("Adapt", help="With a pipeline: search all the same where it no longer serves the content."),
        default=False,
    )
    threads: int = parameter(
        Integer("Threads", 1, 16, help="Frames that are worked on at the same time."), default=1
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.pipeline:
            from compression.engine.pipeline import Pipeline

            try:
                Pipeline.unpacked(self.pipeline)
            except CorruptStream as error:
                raise InvalidParams(f"Pipeline is not usable: {error}", field="pipeline") from None

    def _encode(self, chunks: Iterator[Bytes], size: int | None) -> Iterator[Bytes]:
        from compression.engine.compressing import Settings, compress_stream
        from compression.engine.pipeline import Pipeline
        from compression.engine.searching import Objective

        settings = Settings(
            objective=Objective(self.objective),
            budget_cpu_s=self.budget_ms / 1000,
            max_trials=self.trials,
            pipeline=Pipeline.unpacked(self.pipeline) if self.pipeline else None,
            adapt=self.adapt,
            threads=self.threads,
        )
        return compress_stream(chunks, settings)

    def _decode(self, reader: ByteReader, limits: Limits) -> Iterator[Bytes]:
        from compression.engine.reading import decoded

        for frame in decoded(reader, limits, self.threads):
            yield from sliced(frame)

    def memory_estimate(self, size: int | None = None) -> int:
        frame = FRAME if size is None else min(FRAME, size)
        return OVERHEAD + 64 * MiB + COPIES * frame + 6 * frame * (self.threads - 1)
