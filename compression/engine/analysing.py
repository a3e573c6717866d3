"""A look at content for people and programs: its features, the structure found in it, and pictures of it."""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from compression.engine.analysis.features import byte_entropy, features
from compression.engine.analysis.proposals import Proposal
from compression.engine.codecs.reader import Bytes
from compression.engine.limits import KiB, MiB
from compression.engine.search import Aim, Objective, Trace
from compression.engine.search.planner import Applied, Planner, apply
from compression.engine.search.sampling import head
from compression.engine.streams import Array, Kind, Stream, array, words
from compression.engine.transforms.split import Split
from compression.engine.transforms.table import Table

LOOKED_AT = 1 * MiB
"""Bytes at the front of the content that structure is looked for in."""
WINDOWS = 256
PARTS = 200
"""Fields or columns that are told of, at most."""
EXAMPLES = 3


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
    of the estimated size of all parts.
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
    """Records of fixed length: bytes before the first, bytes of one, and the widths of its fields."""

    skip: int
    stride: int
    widths: tuple[int, ...]


@dataclass(frozen=True)
class Analysis:
    """What is known of content; see the fields' types. `cpu_s`: the CPU seconds that it took."""

    size: int
    features: dict[str, float]
    findings: tuple[Finding, ...]
    parts: tuple[Part, ...]
    records: Records | None
    entropy: tuple[float, ...]
    """Bits for a byte in up to 256 windows along the content."""
    histogram: tuple[int, ...]
    """How often each byte occurs."""
    cpu_s: float

    def config(self) -> dict[str, Any]:
        """The analysis as JSON data."""
        return asdict(self)


def analyze(data: Bytes, budget_cpu_s: float = 2.0) -> Analysis:
    """Look at content: features, structure and pictures, in about so many CPU seconds at most; takes any bytes."""
    started = time.process_time()
    content = array(data)
    sample = head(Stream(content), LOOKED_AT)
    planner = Planner(Aim(Objective.RATIO), Trace(budget_cpu_s))
    ranked = planner.promising(sample)
    applied = _shown(ranked, sample)
    return Analysis(
        size=len(content),
        features=features(content),
        findings=tuple(
            Finding(proposal.reason, tuple(map(str, proposal.chain)), round(promise, 4))
            for promise, proposal in ranked
        ),
        parts=_parts(applied) if applied else (),
        records=_records(applied) if applied else None,
        entropy=_entropy_along(content),
        histogram=tuple(int(count) for count in np.bincount(content, minlength=256)),
        cpu_s=round(time.process_time() - started, 4),
    )


def _shown(ranked: list[tuple[float, Proposal]], sample: Stream) -> Applied | None:
    """The best structure applied, or that of a table where there is one: people know it, and columns promise more."""
    if not ranked:
        return None
    tables = [pair for pair in ranked if isinstance(pair[1].chain[0], Table)]
    return apply((tables or ranked)[0][1].chain, sample)


def _entropy_along(data: Array) -> tuple[float, ...]:
    """Bits for a byte in windows of equal size; of windows beyond 64 KiB the middle is looked at."""
    size = max(-(-len(data) // WINDOWS), 64)
    found = []
    for start in range(0, len(data), size):
        window = data[start : start + size]
        extra = max(len(window) - 64 * KiB, 0) // 2
        found.append(round(byte_entropy(window[extra : len(window) - extra]), 4))
    return tuple(found)


def _records(applied: Applied) -> Records | None:
    for transform in applied.chain:
        if isinstance(transform, Split):
            return Records(transform.skip, transform.stride, transform.widths)
    return None


def _parts(applied: Applied) -> tuple[Part, ...]:
    """The streams of the first transform that gives out several; of all transforms where none does."""
    group: Sequence[Stream] = next(
        (streams for streams in applied.streams if len(streams) > 2), applied.ends()
    )
    listed = [stream for stream in group if stream.size][:PARTS]
    sizes = [_estimate(stream) for stream in listed]
    total = max(sum(sizes), 1.0)
    return tuple(_part(stream, size / total) for stream, size in zip(listed, sizes, strict=True))


def _estimate(stream: Stream) -> float:
    return Planner(Aim(Objective.RATIO), Trace(0.0)).estimate(stream)


def _part(stream: Stream, share: float) -> Part:
    values, examples = _values(stream)
    return Part(
        label=stream.label,
        kind=stream.kind.value,
        width=stream.width,
        size=stream.size,
        entropy=round(byte_entropy(stream.data), 4),
        distinct=len(values),
        low=str(values[0]) if len(values) else "",
        high=str(values[-1]) if len(values) else "",
        examples=tuple(str(example) for example in examples),
        share=round(share, 4),
    )


def _values(stream: Stream) -> tuple[Sequence[Any], Sequence[Any]]:
    """The different elements in order, and the first few as they come; none where elements cannot be told apart."""
    if stream.kind in (Kind.STRINGS, Kind.TEXT):
        lines = stream.data.tobytes().decode("utf-8", "replace").split("\n")[:-1]
        return sorted(set(lines)), lines[:EXAMPLES]
    if stream.kind in (Kind.NUMBERS, Kind.SYMBOLS) and stream.width in (1, 2, 4, 8):
        numbers = words(stream.data, stream.width)
    elif stream.kind is Kind.FLOATS and stream.width in (4, 8):
        numbers = stream.data.view(f"<f{stream.width}")
    else:
        return (), ()
    return np.unique(numbers), numbers[:EXAMPLES]  # type: ignore[return-value] # arrays do what sequences do here
