"""The contract of a transform: one stream in, a fixed number of streams out, and back without loss.

The parameters of a transform say what it does and how many streams there are; they are part of the pipeline and serve
for other content as well. What belongs to one content alone (a first value, the length of a header) goes into `note`,
a few bytes that travel beside the streams. Content that the parameters do not fit raises Unfit: nothing is wrong, the
search takes another way.

To add one: a file in this package with a frozen dataclass under `@transform`, and its line in the common test suite.
`decode` meets bytes that nobody vouches for: it must raise CorruptStream (or give wrong bytes, which the checksum of
the frame finds) and never take more memory than a small multiple of `most`.
"""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from compression.engine.limits import KiB
from compression.engine.parts import Part, Registry
from compression.engine.streams import Array, Stream

transforms: Registry["Transform"] = Registry("transform")
transform = transforms.register


TAIL = 64 * KiB
"""Bytes at the end of content in which the last mark is looked for first."""


def behind_last(data: Array, marks: bytes = b"\n") -> int:
    """The place behind the last of these bytes, of a line end in general; 0 where there is none."""
    is_mark = np.zeros(256, np.bool_)
    is_mark[list(marks)] = True
    for start in (max(len(data) - TAIL, 0), 0):
        places = np.flatnonzero(is_mark[data[start:]])
        if len(places):
            return start + int(places[-1]) + 1
    return 0


class Encoded(NamedTuple):
    """What a transform makes of a stream."""

    streams: Sequence[Stream]
    note: bytes = b""


@dataclass(frozen=True)
class Transform(Part):
    """One reversible change, with its settings. See the module's text."""

    encode_mb_s: ClassVar[float] = 300
    decode_mb_s: ClassVar[float] = 300
    """Nominal speeds in MB (10^6 bytes) of the undivided stream a second on one core."""

    @property
    def outputs(self) -> int:
        """The number of streams that come out; it depends on the parameters alone."""
        return 1

    @property
    def opening(self) -> bool:
        """Whether it is for the beginning of content alone, and what goes on is to be looked at afresh."""
        return False

    @property
    def continuing(self) -> "Transform | None":
        """What to use in its place for what goes on behind, where it is `opening` and that is known."""
        return None

    def cut(self, data: Array) -> int:
        """Where to cut content that begins with `data` and goes on, so that both parts fit; at most all of `data`."""
        return len(data)

    @abstractmethod
    def encode(self, stream: Stream) -> Encoded:
        """Divide or change `stream`; raises Unfit where it is not of the form that the parameters say."""

    @abstractmethod
    def decode(self, streams: Sequence[Array], note: bytes, most: int) -> Array:
        """The bytes that were encoded, at most `most`; raises CorruptStream where the streams do not fit together."""
