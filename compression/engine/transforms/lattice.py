"""Numbers of which only every so-manieth occurs: measured in coarse steps, or packed into more bits than they have."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from compression.engine.codecs.params import Integer, parameter
from compression.engine.errors import CorruptStream, InvalidParams, Unfit
from compression.engine.streams import Array, Kind, Stream, flat, words
from compression.engine.transforms.base import Encoded, Transform, transform


@transform
@dataclass(frozen=True)
class Lattice(Transform):
    """Groups of `group` numbers (0: all of them) that are `steps` times something, and the same rest.

    The streams: what they are multiples of, the numbers of steps; the step of each group; its rest.
    """

    id: ClassVar[str] = "lattice"
    code: ClassVar[int] = 62
    title: ClassVar[str] = "multiples of a step"
    encode_mb_s: ClassVar[float] = 60
    decode_mb_s: ClassVar[float] = 500

    width: int = parameter(Integer("Width", 1, 4), default=2)
    group: int = parameter(Integer("Numbers in a group", 0, 1 << 24), default=0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.width == 3:
            raise InvalidParams("Width must be 1, 2 or 4", field="width")

    @property
    def outputs(self) -> int:
        return 3

    def encode(self, stream: Stream) -> Encoded:
        if stream.size % self.width or not stream.size:
            raise Unfit(f"{stream.size} bytes are no numbers of {self.width} bytes")
        numbers: Any = words(stream.data, self.width)
        group = self.group or len(numbers)
        whole = len(numbers) // group * group
        parts = [numbers[:whole].reshape(-1, group)] + (
            [numbers[None, whole:]] if whole < len(numbers) else []
        )
        steps = np.concatenate([_steps(part) for part in parts])
        rests = np.concatenate([part[:, 0] for part in parts]) % steps
        counts = _each(numbers, group, steps, np.floor_divide)
        return Encoded(
            [
                Stream(flat(counts), self.width, stream.kind, stream.label, stream.lags),
                Stream(flat(steps), self.width, Kind.NUMBERS, f"steps of {stream.label}"),
                Stream(flat(rests), self.width, Kind.NUMBERS, f"rests of {stream.label}"),
            ]
        )

    def decode(self, streams: Sequence[Array], note: bytes, most: int) -> Array:
        if any(len(stream) % self.width for stream in streams) or len(streams[0]) > most:
            raise CorruptStream("A list of multiples has a part of one")
        counts, steps, rests = (words(stream, self.width) for stream in streams)
        group = self.group or max(len(counts), 1)
        if len(steps) != len(rests) or len(steps) != -(-len(counts) // group):
            raise CorruptStream("There are more groups of multiples than steps, or fewer")
        return flat(_each(_each(counts, group, steps, np.multiply), group, rests, np.add))


def _steps(groups: Any) -> Any:
    """The largest step of each row of numbers; 1 where all are the same."""
    first = groups[:, :1]
    apart = np.where(groups > first, groups - first, first - groups)
    # Most data are refused by a few numbers, and those that are not have one step for long.
    found = np.gcd.reduce(apart[:, :64], axis=1)
    todo = found != 1
    if todo.any():
        found[todo] = np.gcd.reduce(apart[todo], axis=1)
    return np.maximum(found, 1).astype(groups.dtype)


def _each(numbers: Any, group: int, values: Any, work: np.ufunc) -> Any:
    """The work on every number with the value of its group."""
    whole = len(numbers) // group * group
    done = np.empty_like(numbers)
    full = whole // group
    work(numbers[:whole].reshape(full, group), values[:full, None], out=done[:whole].reshape(full, group))
    if whole < len(numbers):
        work(numbers[whole:], values[full], out=done[whole:])
    return done
