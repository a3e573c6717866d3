"""What a search is for: objectives, constraints, and the cost that plans are compared by."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from compression.engine.leaves import Leaf

LINK_MB_S = 20
"""The link or disk of the balanced objective."""
FLOORS = {"speed": (50.0, 0.0), "decode": (0.0, 200.0)}
"""MB/s of compression and decompression on one core that an objective asks for by itself."""
MB = 1e6


class Objective(StrEnum):
    """What is to be small: the output; size over a link of 20 MB/s and both times together; the output of what
    compresses with at least 50 MB/s, or decompresses with at least 200 MB/s, on one core."""

    RATIO = "ratio"
    BALANCED = "balanced"
    SPEED = "speed"
    DECODE = "decode"


@dataclass(frozen=True)
class Constraints:
    """Lower bounds of speed in MB/s on one core, and an upper bound of the memory to decode a frame; 0: none."""

    min_compress_mb_s: float = 0.0
    min_decompress_mb_s: float = 0.0
    max_memory_bytes: int = 0


class Cost(NamedTuple):
    """Bytes, and the seconds to make them and to undo them, nominal ones of one core; costs of parts add up."""

    size: float
    encode_s: float = 0.0
    decode_s: float = 0.0

    def plus(self, other: "Cost") -> "Cost":
        """The cost of both."""
        return Cost(self.size + other.size, self.encode_s + other.encode_s, self.decode_s + other.decode_s)

    def times(self, factor: float) -> "Cost":
        """The cost of so many times as much."""
        return Cost(self.size * factor, self.encode_s * factor, self.decode_s * factor)


@dataclass(frozen=True)
class Aim:
    """An objective with its constraints, as one number to be made small."""

    objective: Objective
    constraints: Constraints = Constraints()

    @property
    def floors(self) -> tuple[float, float]:
        """MB/s that compression and decompression must have; 0: any."""
        encode, decode = FLOORS.get(self.objective, (0.0, 0.0))
        asked = self.constraints
        return max(encode, asked.min_compress_mb_s), max(decode, asked.min_decompress_mb_s)

    def score(self, cost: Cost, size: int) -> float:
        """How bad a cost is for `size` bytes of content; in bytes, or in seconds for the balanced objective.

        What is slower than it must be is worse than anything that is fast enough, and the worse the slower it is.
        """
        late = self.lateness(cost, size)
        if late > 1:
            return (size + cost.size) * late
        if self.objective is Objective.BALANCED:
            return cost.size / (LINK_MB_S * MB) + cost.encode_s + cost.decode_s
        return cost.size

    def lateness(self, cost: Cost, size: int) -> float:
        """The time taken over the time allowed, the worse of both directions; at most 1 is fast enough."""
        encode, decode = self.floors
        return max(cost.encode_s * encode * MB, cost.decode_s * decode * MB) / max(size, 1)

    def allows(self, speeds: tuple[float, float]) -> bool:
        """Whether a part of these speeds is fast enough, taken alone."""
        return all(speed >= floor for speed, floor in zip(speeds, self.floors, strict=True))

    def allows_leaf(self, leaf: Leaf, size: int) -> bool:
        """Whether a leaf is fast enough for `size` bytes, and takes no more memory to decode them than there may be."""
        most = self.constraints.max_memory_bytes
        return self.allows(leaf.speeds) and (not most or leaf.memory(size) <= most)
