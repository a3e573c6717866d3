"""Pixels and samples as what their neighbours did not tell: a predictor that learns as it goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from compression.engine.codecs.params import Choice, Integer, parameter
from compression.engine.errors import CorruptStream, Unfit
from compression.engine.streams import MAX_LAG, Array, Kind, Stream, flat, words
from compression.engine.transforms.base import Encoded, Transform, transform
from compression.engine.wire import Reader, Writer

MAX_COUNT = 1 << 24
"""Numbers in a stream, at most: each takes some 12 bytes of memory at work."""
ORDER = 16
"""Samples before one that it is predicted from, where there are no rows."""
INPUT_BITS = 17


@transform
@dataclass(frozen=True)
class Predict(Transform):
    """Numbers of `width` bytes as the errors of a prediction, small ones of either sign as small ones without a sign.

    Neighbours are `step` numbers away (the channels of a pixel or a moment), `row` numbers where there are rows and
    `plane` numbers where there are planes. `sort` says what the numbers are: those of IEEE 754 are taken as whole
    numbers of the same order. Errors have the width of the numbers, 4 where that is 3.
    """

    id: ClassVar[str] = "predict"
    code: ClassVar[int] = 61
    title: ClassVar[str] = "errors of an adaptive prediction from neighbours"
    encode_mb_s: ClassVar[float] = 8
    decode_mb_s: ClassVar[float] = 8

    width: int = parameter(Integer("Width", 1, 4), default=1)
    step: int = parameter(Integer("Channels", 1, 64), default=1)
    row: int = parameter(Integer("Numbers in a row", 0, MAX_LAG), default=0)
    plane: int = parameter(Integer("Numbers in a plane", 0, MAX_LAG), default=0)
    sort: str = parameter(Choice("What they are", ("unsigned", "signed", "float")), default="unsigned")
    rate: int = parameter(Integer("How fast it learns", 6, 14), default=11)

    @property
    def out(self) -> int:
        """Bytes of an error."""
        return 4 if self.width == 3 else self.width

    def cut(self, data: Array) -> int:
        whole = self.width * (self.row or self.step)
        return len(data) // whole * whole

    def encode(self, stream: Stream) -> Encoded:
        if stream.size % self.width or stream.size > MAX_COUNT * self.width:
            raise Unfit(f"{stream.size} bytes are no numbers of {self.width} bytes, or too many")
        values = self._values(stream.data)
        drop = _drop(values)
        folded = np.empty(len(values), np.uint32)
        self._run(values, folded, drop, decoding=False)
        writer = Writer()
        writer.number(drop)
        errors = flat(folded.astype(f"<u{self.out}"))
        near = (self.step, self.row, self.plane) if self.row else (self.step,)
        told = Stream(errors, self.out, Kind.ERRORS, f"errors of {stream.label}", near)
        return Encoded([told], bytes(writer.data))

    def decode(self, streams: Sequence[Array], note: bytes, most: int) -> Array:
        (data,) = streams
        count = len(data) // self.out
        if len(data) % self.out or count > MAX_COUNT or count * self.width > most:
            raise CorruptStream("There are too many errors of a prediction, or a part of one")
        drop = Reader(note).number(32 - INPUT_BITS)
        values = np.empty(count, np.int32)
        self._run(values, words(data, self.out).astype(np.uint32), drop, decoding=True)
        return self._bytes(values)

    def _run(self, values: Any, folded: Any, drop: int, *, decoding: bool) -> None:
        from compression.engine.kernels.predict import run

        bits = 8 * self.width
        least = 0 if self.sort == "unsigned" and self.width < 4 else -1 << (bits - 1)
        pairs, errors = self._neighbours()
        reach = 12 if self.row else 7
        run(values, folded, int(decoding), self.step, pairs, errors, bits, least, drop, reach, self.rate)

    def _neighbours(self) -> tuple[Any, Any]:
        """The distances whose differences, and those whose errors, a prediction is made from."""
        c, r, p = self.step, self.row, self.plane
        if not r:
            pairs = [(c * k, c * (k + 1)) for k in range(1, ORDER + 1)]
            errors = [c * k for k in range(1, ORDER + 1)]
        else:
            pairs = [(c, r + c), (r, r + c), (r - c, r), (c, 2 * c), (r, 2 * r), (r + c, 2 * r + c)]
            pairs += [(r - c, 2 * r - c), (r + c, r + 2 * c), (r - 2 * c, r - c)]
            errors = [
                c,
                r,
                r + c,
                r - c,
                2 * c,
                2 * r,
                r + 2 * c,
                r - 2 * c,
                3 * c,
                2 * r - c,
                2 * r + c,
                3 * r,
            ]
        for k in range(1, min(c, 3)):
            pairs += [(k, k + c), (k, k + r) if r else (k + c, k + 2 * c)]
            errors += [k, k + c, k + r] if r else [k, k + c]
        if p:
            pairs += [(p, p + c), (p, p + r), (p, p - c), (p, p - r)]
            errors += [p, p - c, p + c, p - r, p + r, 2 * p]
        kept = [pair for pair in pairs if min(pair) > 0]
        return np.array(kept, np.int64), np.array([lag for lag in errors if lag > 0], np.int64)

    def _values(self, data: Array) -> Any:
        """The numbers as whole ones of 4 bytes."""
        if self.width == 3:
            padded = np.zeros((len(data) // 3, 4), np.uint8)
            padded[:, 1:] = data.reshape(-1, 3)
            numbers: Any = padded.reshape(-1).view("<i4")
            return numbers >> 8 if self.sort != "unsigned" else (numbers.view("<u4") >> 8).astype(np.int32)
        numbers = words(data, self.width, signed=self.sort != "unsigned" or self.width == 4)
        return _ordered(numbers).astype(np.int32) if self.sort == "float" else numbers.astype(np.int32)

    def _bytes(self, values: Any) -> Array:
        """The inverse of `_values`."""
        if self.width == 3:
            return flat(flat(values.astype("<i4")).reshape(-1, 4)[:, :3])
        numbers = values.astype(f"<i{self.width}")
        return flat(_ordered(numbers) if self.sort == "float" else numbers)


def _ordered(numbers: Any) -> Any:
    """Floats as whole numbers of the same order, and back: negative ones have all bits but the first turned over."""
    most = numbers.dtype.type((1 << (8 * numbers.itemsize - 1)) - 1)
    return numbers ^ ((numbers >> numbers.dtype.type(8 * numbers.itemsize - 1)) & most)


def _drop(values: Any) -> int:
    """The bits that differences of neighbours have above those that the predictor takes: nine of ten are within."""
    apart = np.abs(np.diff(values.astype(np.int64))[:: max(len(values) // 50_000, 1)])
    usual = int(np.partition(apart, len(apart) * 9 // 10)[len(apart) * 9 // 10]) if len(apart) else 0
    return min(max(usual.bit_length() - INPUT_BITS, 0), 32 - INPUT_BITS)
