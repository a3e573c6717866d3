"""Plans for streams: which transforms, and then which leaves; found by trial on samples, from coarse to fine."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from compression.engine.analysis import Proposal, proposers
from compression.engine.errors import Unfit
from compression.engine.pipeline import End, Step
from compression.engine.search import ends
from compression.engine.search.objective import MB, Aim, Cost
from compression.engine.search.sampling import FIRST, SECOND, head
from compression.engine.search.trace import Trace
from compression.engine.streams import Kind, Stream
from compression.engine.transforms import Transform
from compression.engine.transforms.delta import Delta
from compression.engine.transforms.planes import Planes

MAX_DEPTH = 8
KEPT, TOLD = 2, 6
"""Proposals that are looked at closer, of those that beat the stream as it is; and that people are told of."""
ADVANTAGE, CLEAR = 0.985, 0.9
"""A transform is worth following where the estimate falls below the first part of the estimate without one; below the
second the stream as it is needs no closer look."""
EMPTY = 0.03
"""A first sample that comes to less than this part of its bytes tells nothing: it is the border of an image."""


@dataclass(frozen=True)
class Planned:
    """A plan for a stream with its expected cost, and the reasons of its parts."""

    plan: Step | End
    cost: Cost
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Applied:
    """What a chain of transforms made of a stream: all streams that came out, and the bytes of the notes."""

    chain: tuple[Transform, ...]
    streams: tuple[tuple[Stream, ...], ...]
    """For each transform what it gave out; the first of each but the last went into the next transform."""
    notes: int

    def ends(self) -> list[Stream]:
        """The streams that no transform of the chain took."""
        return [*self.streams[-1], *(stream for group in self.streams[:-1] for stream in group[1:])]


def apply(chain: Sequence[Transform], stream: Stream) -> Applied | None:
    """The chain on a stream; None where it does not fit."""
    groups: list[tuple[Stream, ...]] = []
    notes = 0
    for transform in chain:
        try:
            encoded = transform.encode(stream)
        except Unfit:
            return None
        groups.append(tuple(encoded.streams))
        notes += len(encoded.note) + 1
        stream = next(iter(encoded.streams), stream)
    return Applied(tuple(chain), tuple(groups), notes)


class Planner:
    """Finds plans for one aim; what it tries goes into the trace."""

    def __init__(self, aim: Aim, trace: Trace) -> None:
        self._aim = aim
        self._trace = trace
        self.plain: Planned | None = None
        """The plan without transforms for the content as a whole, where a closer look at it was worth it."""

    def plan(self, stream: Stream, depth: int = 0) -> Planned:
        """The best plan for a stream that the budget allows to find."""
        if depth >= MAX_DEPTH or stream.kind is Kind.CODED or stream.size < 2 * ends.TINY:
            return self._end(stream)
        best: Planned | None = None
        clear = False
        for promise, proposal in self._shortlist(stream, 1 if depth else KEPT):
            if self._trace.over and best is not None:
                break
            planned = self._follow(proposal, stream, depth)
            clear = clear or (planned is not None and promise < CLEAR)
            if planned and (best is None or self._better(planned, best, stream)):
                best = planned
        if best is None or not clear:
            plain = self._end(stream)
            if depth == 0:
                self.plain = plain
            if best is None or not self._better(best, plain, stream):
                return plain
        return best

    def promising(self, stream: Stream) -> list[tuple[float, Proposal]]:
        """The structure that pays for a stream: proposals with the part of the size that they are expected to leave."""
        return self._shortlist(stream, TOLD) if stream.size >= 2 * ends.TINY else []

    def _better(self, one: Planned, other: Planned, stream: Stream) -> bool:
        return self._aim.score(one.cost, stream.size) < self._aim.score(other.cost, stream.size)

    def _end(self, stream: Stream) -> Planned:
        chosen = ends.choose(stream, self._aim, self._trace)
        return Planned(End(chosen.leaf), chosen.cost)

    def _shortlist(self, stream: Stream, kept: int) -> list[tuple[float, Proposal]]:
        """The proposals that promise most, by estimates on samples that grow, as parts of that without any."""
        listed = [proposal for proposal in self._proposals(stream) if self._affordable(proposal)]
        tried: list[tuple[float, Proposal]] = []
        whole = self.estimate(stream) if any(proposal.whole for proposal in listed) else 0
        for most, more in ((FIRST, 2), (SECOND, 0)):
            sample = head(stream, most)
            plain = self.estimate(sample)
            if most == FIRST and plain < EMPTY * sample.size < EMPTY * stream.size:
                continue
            tried = []
            for proposal in listed:
                if self._trace.over and tried:
                    break
                part, without = (stream, whole) if proposal.whole else (sample, plain)
                tried.append((self._promise(proposal, part) / without, proposal))
            tried = sorted((pair for pair in tried if pair[0] < ADVANTAGE), key=lambda pair: pair[0])[
                : kept + more
            ]
            listed = [proposal for _, proposal in tried]
            if sample.size == stream.size or not listed:
                break
        return tried[:kept]

    def _proposals(self, stream: Stream) -> Iterator[Proposal]:
        """What the analysis proposes; an error in one of its parts ends that part alone."""
        for ask in proposers(stream.kind):
            try:
                yield from ask(stream)
            except Exception as error:
                self._trace.faults.append(f"{ask.__name__}: {error!r}")

    def _affordable(self, proposal: Proposal) -> bool:
        return all(self._aim.allows((part.encode_mb_s, part.decode_mb_s)) for part in proposal.chain)

    def _promise(self, proposal: Proposal, sample: Stream) -> float:
        """Roughly the bytes that a sample comes to."""
        started = time.process_time()
        applied = self._apply(proposal, sample)
        if applied is None:
            return float("inf")
        size = applied.notes + sum(self.estimate(part) + 2 for part in applied.ends())
        self._trace.add(
            started, sample.label or "content", " | ".join(map(str, proposal.chain)), sample.size, size
        )
        return size

    def _apply(self, proposal: Proposal, stream: Stream) -> Applied | None:
        try:
            return apply(proposal.chain, stream)
        except Exception as error:
            self._trace.faults.append(f"{' | '.join(map(str, proposal.chain))}: {error!r}")
            return None

    def estimate(self, stream: Stream) -> float:
        """Roughly the bytes that a stream comes to; numbers are also tried in planes, and as differences."""
        size = ends.quick(stream)
        if stream.width > 1 and stream.width in (2, 4, 8) and stream.kind in (Kind.NUMBERS, Kind.FLOATS):
            for chain in (
                (Planes(width=stream.width),),
                (Delta(width=stream.width, by="folded"), Planes(width=stream.width)),
            ):
                applied = apply(chain, stream)
                if applied is not None:
                    size = min(size, sum(map(ends.quick, applied.ends())))
        return size

    def _follow(self, proposal: Proposal, stream: Stream, depth: int) -> Planned | None:
        """The plan that begins with a proposal, all streams planned."""
        applied = self._apply(proposal, stream)
        if applied is None:
            return None
        cost = Cost(applied.notes)
        reasons: list[str] = [proposal.reason]
        inner: Step | End | None = None
        for transform, group in zip(reversed(applied.chain), reversed(applied.streams), strict=True):
            plans: list[Step | End] = [] if inner is None else [inner]
            for part in group[len(plans) :]:
                planned = self.plan(part, depth + 1)
                plans.append(planned.plan)
                cost = cost.plus(planned.cost).plus(Cost(2))
                reasons += planned.reasons
            cost = cost.plus(
                Cost(
                    0, stream.size / (transform.encode_mb_s * MB), stream.size / (transform.decode_mb_s * MB)
                )
            )
            inner = Step(transform, plans)
        assert inner is not None
        return Planned(inner, cost, tuple(reasons))
