"""A look at content for people and programs: its features, the structure found in it, and pictures of it."""

from collections.abc import Iterator, Sequence

import numpy as np

from compression.engine import places
from compression.engine.analysed import Analysis, Finding, Part, Records
from compression.engine.analysis.features import FEATURES_VERSION, byte_entropy, features_of
from compression.engine.analysis.proposals import Proposal
from compression.engine.clock import cpu_seconds
from compression.engine.codecs.reader import Bytes, ReadAt
from compression.engine.describing import elements, printable
from compression.engine.limits import KiB
from compression.engine.searching import Aim, Objective, Trace
from compression.engine.searching.planner import Applied, Planner, apply
from compression.engine.searching.sampling import head
from compression.engine.streams import Stream, array
from compression.engine.transforms.planes import Planes
from compression.engine.transforms.split import Split
from compression.engine.transforms.table import Table

PARTS = 200
"""Fields or columns that are told of, at most."""


def analyze(data: Bytes, budget_cpu_s: float = 2.0) -> Analysis:
    """Look at content: features, structure and pictures, in about so many CPU seconds at most; takes any bytes."""
    view = memoryview(data)
    return analyze_parts(lambda offset, length: view[offset : offset + length], len(view), budget_cpu_s)


def analyze_parts(read: ReadAt, size: int, budget_cpu_s: float = 2.0) -> Analysis:
    """As `analyze`, of content of any size: no more of it is read than `places` says."""
    started = cpu_seconds()
    sample = head(Stream(array(read(*places.front(size)))), places.FRONT)
    planner = Planner(Aim(Objective.RATIO), Trace(budget_cpu_s))
    ranked = planner.promising(sample)
    shown = _shown(ranked)
    applied = None if shown is None else apply(ranked[shown][1].chain, sample)
    group = _group(applied) if applied else []
    along, histogram = _pictures(read, size)
    return Analysis(
        size=size,
        features_version=FEATURES_VERSION,
        features=features_of([array(read(*place)) for place in places.slices(size)], size),
        structure_bytes=sample.size,
        findings=tuple(
            Finding(printable(proposal.reason), _short(proposal), round(promise, 4))
            for promise, proposal in ranked
        ),
        shown=shown,
        parts=tuple(_parts(group[:PARTS])),
        parts_total=len(group),
        records=_records(applied) if applied else None,
        picture_bytes=sum(histogram),
        window=places.step(size),
        entropy=along,
        histogram=histogram,
        cpu_s=round(cpu_seconds() - started, 4),
    )


def _short(proposal: Proposal) -> tuple[str, ...]:
    return tuple(printable(str(transform)) for transform in proposal.chain)


def _pictures(read: ReadAt, size: int) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Bits for a byte along the content, by the middle 64 KiB of each window; and how often each byte occurs."""
    along, histogram = [], np.zeros(256, np.int64)
    for place in places.windows(size):
        window = array(read(*place))
        extra = max(len(window) - 64 * KiB, 0) // 2
        along.append(round(byte_entropy(window[extra : len(window) - extra]), 4))
        histogram += np.bincount(window, minlength=256)
    return tuple(along), tuple(histogram.tolist())


def _shown(ranked: list[tuple[float, Proposal]]) -> int | None:
    """The best structure, or a table where there is one: people know it, and columns promise more."""
    if not ranked:
        return None
    tables = (number for number, (_, proposal) in enumerate(ranked) if isinstance(proposal.chain[0], Table))
    return next(tables, 0)


def _group(applied: Applied) -> list[Stream]:
    """The streams of the first transform that gives out several; of all transforms where none does."""
    group = next((streams for streams in applied.streams if len(streams) > 2), applied.ends())
    return [stream for stream in group if stream.size]


def _records(applied: Applied) -> Records | None:
    """The records that the parts are fields of; where lanes are told of, each byte is a field."""
    for place, transform in enumerate(applied.chain):
        if isinstance(transform, Split):
            lanes = [one.width for one in applied.chain[place + 1 :] if isinstance(one, Planes)]
            fields = (1,) * lanes[0] if lanes and len(transform.widths) == 1 else transform.widths
            return Records(transform.skip, transform.stride, fields)
    return None


def _parts(group: Sequence[Stream]) -> Iterator[Part]:
    sizes = [_estimate(stream) for stream in group]
    total = max(sum(sizes), 1.0)
    for stream, size in zip(group, sizes, strict=True):
        yield _part(stream, size / total)


def _estimate(stream: Stream) -> float:
    return Planner(Aim(Objective.RATIO), Trace(0.0)).estimate(stream)


def _part(stream: Stream, share: float) -> Part:
    found = elements(stream)
    return Part(
        label=printable(stream.label),
        kind=found.kind,
        width=stream.width,
        size=stream.size,
        entropy=round(byte_entropy(stream.data), 4),
        distinct=found.distinct,
        low=found.low,
        high=found.high,
        examples=found.examples,
        share=round(share, 4),
    )
