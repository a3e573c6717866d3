"""What a container was made with, block by block, as plain values: nothing here needs the engine that finds it out."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

LISTED = 512
"""Blocks that are listed, at most."""
EXAMINED = 32
"""Blocks that others are tried on, at most."""


@dataclass(frozen=True)
class Used:
    """A pipeline of the container: its name (a hash), transforms and leaves in words, how many blocks went through it.

    `plain`: there are no transforms. `leaves` are ids, in the order of `Examined.leaf_bytes`.
    """

    name: str
    words: str
    transforms: tuple[str, ...]
    leaves: tuple[str, ...]
    plain: bool
    blocks: int


@dataclass(frozen=True)
class Examined:
    """What was tried on a block. `leaf_bytes`: what each leaf of its pipeline takes; `head_bytes`: what the rest does.

    `sample` bytes of its content were tried: `own` is what its pipeline makes of them, `rival_size` what the next best
    of the plain leaves and of the container's other pipelines does. No rival where nothing else took the content.
    """

    leaf_bytes: tuple[int, ...]
    head_bytes: int
    sample: int
    own: int
    rival: str
    rival_size: int | None

    @property
    def margin(self) -> float | None:
        """How much larger the rival's output is, as a part of the block's own; below 0 where it is smaller."""
        return self.rival_size / self.own - 1 if self.rival_size is not None and self.own else None


@dataclass(frozen=True)
class Block:
    """A block: its number and place, bytes before and after, the number of its pipeline, what was tried on it."""

    number: int
    offset: int
    size: int
    packed_size: int
    pipeline: int
    examined: Examined | None = None

    @property
    def ratio(self) -> float:
        """Bytes of content for one of payload."""
        return self.size / max(self.packed_size, 1)


@dataclass(frozen=True)
class BlockMap:
    """The blocks of a container; of more than `blocks` lists, those are spread evenly. `sha256` is the content's;
    one small frame has none."""

    size: int
    packed_size: int
    sha256: str | None
    blocks_total: int
    blocks: tuple[Block, ...]
    pipelines: tuple[Used, ...]
    cpu_s: float

    @property
    def examined(self) -> int:
        """How many blocks were tried."""
        return sum(1 for block in self.blocks if block.examined)

    def config(self) -> dict[str, Any]:
        """The map as JSON data."""
        return asdict(self)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """The inverse of `config()`."""
        pipelines = tuple(
            Used(**{**one, "transforms": tuple(one["transforms"]), "leaves": tuple(one["leaves"])})
            for one in config["pipelines"]
        )
        return cls(**{**config, "pipelines": pipelines, "blocks": tuple(map(_block, config["blocks"]))})


def _block(config: Mapping[str, Any]) -> Block:
    tried = config["examined"]
    examined = tried and Examined(**{**tried, "leaf_bytes": tuple(tried["leaf_bytes"])})
    return Block(**{**config, "examined": examined})
