"""What an analysis says of content, as plain values: nothing here needs the engine that finds it out."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

ANALYSIS_VERSION = 1
"""Raised when the same content would be told of in another way, features among it."""


@dataclass(frozen=True)
class Finding:
    """A structure that pays: the reason in words, the transforms, and the size as a part of that without them.

    Sizes are estimates with a fast codec on a sample.
    """

    reason: str
    transforms: tuple[str, ...]
    relative_size: float


@dataclass(frozen=True)
class Part:
    """A field, a column or another stream that the first transform gives out, on the part that was looked at.

    `entropy` in bits for a byte; `distinct`: how many different elements (0 where these are not told apart); `share`:
    of the estimated size of all parts. All texts are short and printable, whatever the content holds.
    """

    label: str
    kind: str
    width: int
    size: int
    entropy: float
    distinct: int
    low: str
    high: str
    examples: tuple[str, ...]
    share: float


@dataclass(frozen=True)
class Records:
    """Records of fixed length: bytes before the first, bytes of one, and the widths of its fields.

    The first parts of the analysis are these fields, in order.
    """

    skip: int
    stride: int
    widths: tuple[int, ...]


@dataclass(frozen=True)
class Analysis:
    """What is known of content; see the fields' types. `cpu_s`: the CPU seconds that it took.

    Structure was looked for in the first `structure_bytes`; pictures are of `picture_bytes`, evenly spread.
    """

    size: int
    features_version: int
    features: dict[str, float]
    structure_bytes: int
    findings: tuple[Finding, ...]
    """The best first."""
    shown: int | None
    """Which of the findings gave the parts: a table, or else the best."""
    parts: tuple[Part, ...]
    parts_total: int
    """How many parts there are: of more than 200 the first are told of."""
    records: Records | None
    picture_bytes: int
    window: int
    """Bytes from the beginning of one window of `entropy` to that of the next."""
    entropy: tuple[float, ...]
    """Bits for a byte in up to 256 windows along the content."""
    histogram: tuple[int, ...]
    """How often each byte occurs."""
    cpu_s: float

    def config(self) -> dict[str, Any]:
        """The analysis as JSON data."""
        return asdict(self)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """The inverse of `config()`."""
        values: dict[str, Any] = dict(config)
        values["findings"] = tuple(
            Finding(one["reason"], tuple(one["transforms"]), one["relative_size"])
            for one in config["findings"]
        )
        values["parts"] = tuple(
            Part(**{**one, "examples": tuple(one["examples"])}) for one in config["parts"]
        )
        records = config["records"]
        values["records"] = records and Records(records["skip"], records["stride"], tuple(records["widths"]))
        return cls(**{**values, "entropy": tuple(config["entropy"]), "histogram": tuple(config["histogram"])})
