"""Runs: each number that differs from the one before, and how often it follows itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from compression.engine.codecs.params import Integer, parameter
from compression.engine.errors import CorruptStream, InvalidParams, Unfit
from compression.engine.streams import WIDTHS, Array, Kind, Stream, flat, words
from compression.engine.transforms.base import Encoded, Transform, transform

LENGTH = 4
"""Bytes of the length of a run."""


@transform
@dataclass(frozen=True)
class Runs(Transform):
    """Whole numbers of `width` bytes as those that begin a run, and the lengths of the runs less one."""

    id: ClassVar[str] = "runs"
    code: ClassVar[int] = 82
    title: ClassVar[str] = "runs of equal numbers"
    encode_mb_s: ClassVar[float] = 500
    decode_mb_s: ClassVar[float] = 600

    width: int = parameter(Integer("Width", 1, 8), default=1)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.width not in WIDTHS:
            raise InvalidParams(f"Width must be one of {WIDTHS}", field="width")

    @property
    def outputs(self) -> int:
        return 2

    def encode(self, stream: Stream) -> Encoded:
        if stream.size % self.width:
            raise Unfit(f"{stream.size} bytes are no numbers of {self.width} bytes")
        numbers: Any = words(stream.data, self.width)
        starts = np.flatnonzero(
            np.concatenate([np.ones(min(1, len(numbers)), bool), numbers[1:] != numbers[:-1]])
        )
        lengths = np.diff(starts, append=len(numbers)) - 1
        return Encoded(
            [
                Stream(flat(numbers[starts]), self.width, Kind.NUMBERS, stream.label),
                Stream(flat(lengths.astype("<u4")), LENGTH, Kind.NUMBERS, f"runs of {stream.label}"),
            ]
        )

    def decode(self, streams: Sequence[Array], note: bytes, most: int) -> Array:
        data, runs = streams
        if len(data) % self.width or len(runs) % LENGTH or len(data) // self.width != len(runs) // LENGTH:
            raise CorruptStream("There are more or fewer runs than numbers that begin one")
        lengths = words(runs, LENGTH).astype(np.int64) + 1
        if int(lengths.sum()) * self.width > most:
            raise CorruptStream("The runs are longer than the content can be")
        return flat(np.repeat(words(data, self.width), lengths))
