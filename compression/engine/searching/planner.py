"""Plans for streams: which transforms, and then which leaves; found by trial on samples, from coarse to fine.

First the structure: for each stream the proposals of the analysis, estimated on samples that grow, the best followed
into the streams that they give out, with leaves that are quick to try. Then the leaves, all that may be good, for the
streams that matter most first. Both go on as long as the budget lasts, and there is a complete plan at any moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from compression.engine.analysis import Proposal, proposers
from compression.engine.clock import cpu_seconds
from compression.engine.errors import Unfit
from compression.engine.leaves.mix import MixLeaf
from compression.engine.pipeline import End, Step
from compression.engine.searching import ends
from compression.engine.searching.objective import MB, Aim, Cost
from compression.engine.searching.sampling import FIRST, SECOND, head
from compression.engine.searching.trace import Trace
from compression.engine.streams import Kind, Stream
from compression.engine.transforms import Transform
from compression.engine.transforms.delta import Delta
from compression.engine.transforms.planes import Planes
from compression.engine.transforms.split import Split

MAX_DEPTH = 8
STRUCTURE_SHARE, LEAVES_SHARE = 0.6, 0.85
"""The part of the budget that may be spent before the search for structure ends, and before content as it is gets its
turn."""
OVERRUN = 1.5
"""The analysis of a small file may take all of the budget; what it found is tried all the same, up to so much of it."""
LONGEST_RECORD = 1024
SLOW = 1.2
"""Context mixing is for streams of at most so many times the bytes of the content: transforms may unpack much more."""
MIXED_LEAST, MIXED_WORTH, MIXED_TEXT = 512, 0.95, 0.92
"""Bytes of text that says, and learns, whether context mixing suits it; what that must leave of these; and what it is
believed to leave where nothing was tried."""
WORTH = 0.0004
"""Savings below this part of the estimate for all of the content are not looked for."""
BREADTHS, AGAIN = (1, 3), 0.15
"""Proposals that are looked at closer, of those that beat the stream as it is (twice as many for the content as a
whole): first few, and then more, where no more than this part of the budget is spent."""
TOLD = 6
"""Proposals that people are told of."""
ADVANTAGE = 0.985
"""A transform is worth following where the estimate falls below this part of the estimate without one."""
EMPTY = 0.03
"""A first sample that comes to less than this part of its bytes tells nothing: it is the border of an image."""
DOUBT = 1.015
"""Where estimates are that close, content as it is is taken: it is what is sure."""
FAR, CLOSE = 2.5, 1.04
"""Content as it is needs no closer look where it is estimated worse by more than the first; where it stays within the
second after that look, only encoding it tells."""


@dataclass
class Slot:
    """An end of a plan whose leaf may still change."""

    stream: Stream
    chosen: ends.Chosen
    final: bool = False
    """Whether all leaves that may be good were tried."""


@dataclass(frozen=True)
class Branch:
    """A transform of a plan, and what becomes of its streams."""

    transform: Transform
    then: "Sequence[Branch | Slot]"


@dataclass(frozen=True)
class Planned:
    """A plan for a stream with its expected cost, and the reasons of its parts."""

    tree: Branch | Slot
    overhead: Cost
    """What transforms and notes cost; the rest is in the slots."""
    reasons: tuple[str, ...] = ()
    slots: tuple[Slot, ...] = ()

    @property
    def cost(self) -> Cost:
        """All of it, with the leaves as they are chosen now."""
        total = self.overhead
        for slot in self.slots:
            total = total.plus(slot.chosen.cost)
        return total


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
        # One that leaves nothing is the last of its chain.
        stream = next(iter(encoded.streams), stream)
    return Applied(tuple(chain), tuple(groups), notes)


def closed(tree: Branch | Slot) -> Step | End:
    """The plan as a pipeline is made of it, with the leaves that are chosen now."""
    if isinstance(tree, Slot):
        return End(tree.chosen.leaf)
    return Step(tree.transform, [closed(part) for part in tree.then])


@dataclass
class Planner:
    """Finds plans for one aim; what it tries goes into the trace."""

    aim: Aim
    trace: Trace
    _total: float = field(default=0.0, init=False)
    """The estimate for all of the content."""
    _size: int = field(default=0, init=False)
    _kept: int = field(default=1, init=False)
    _mixed_gains: list[float] = field(default_factory=list, init=False)
    """What context mixing left of the texts that it was tried on; 1 where another leaf was better."""

    def plan(self, stream: Stream) -> tuple[Planned, Planned | None]:
        """The best plan for content that the budget allows to find, and another that may be as good after all.

        One of the two has no transforms: estimates are not to be trusted where it is close.
        """
        self._total = self.estimate(head(stream, SECOND)) * stream.size / max(min(stream.size, SECOND), 1)
        self._size = stream.size
        plain = self._end(stream)
        self._note(plain)
        best = self._structured(stream)
        if best is None:
            self._refine_plain(plain)
            return plain, None
        self.refine(best, LEAVES_SHARE)
        if self._score(best, stream) * FAR > self._score(plain, stream):
            self._refine_plain(plain)
        self.refine(best)
        self._follow_suit(best)
        ordered = sorted(
            (best, plain, *self._mixed_records(best, stream)),
            key=lambda planned: self._score(planned, stream) * (1.0 if planned is plain else DOUBT),
        )
        close = self._score(ordered[1], stream) < self._score(ordered[0], stream) * CLOSE
        return ordered[0], ordered[1] if close else None

    def _structured(self, stream: Stream) -> Planned | None:
        """The best plan that begins with a transform; looked for again, more broadly, where the budget is large."""
        best: Planned | None = None
        for self._kept in BREADTHS if stream.size >= 2 * ends.TINY else ():
            if best is not None and self.trace.spent_share > AGAIN:
                break
            for _, proposal in self._shortlist(stream, 2 * self._kept):
                if self._late and best is not None:
                    break
                planned = self._follow(proposal, stream, 0)
                if planned and (best is None or self._score(planned, stream) < self._score(best, stream)):
                    best = planned
                    self._note(best)
        return best

    def _note(self, planned: Planned) -> None:
        """Tell the trace of a complete plan."""
        size = round(planned.cost.size)
        self.trace.best = min(self.trace.best or size, size)

    def refine(self, planned: Planned, share: float = 1.0) -> None:
        """Choose the leaves of a plan among all that may be good, the largest first, up to a share of the budget."""
        slots = [slot for slot in planned.slots if not slot.final]
        for slot in sorted(slots, key=lambda slot: slot.chosen.cost.size, reverse=True):
            if self.trace.spent_share >= share or self.trace.over:
                return
            self._choose(slot)
            self._note(planned)

    def _choose(self, slot: Slot) -> None:
        """Try all leaves that may be good for an end."""
        quick, mixing = slot.chosen, ends.mixing(slot.stream, self.aim)
        slow_bytes = SLOW * self._size
        found = ends.choose(slot.stream, self.aim, self.trace, self._total * WORTH, slow_bytes)
        size, before = slot.stream.size, quick.cost.size
        # Where the budget ended in between, what was tried may be less than what was known.
        if not self.trace.over or self.aim.score(found.cost, size) < self.aim.score(quick.cost, size):
            slot.chosen = found
        slot.final = True
        if before >= MIXED_LEAST and mixing == MixLeaf() and slot.stream.kind in (Kind.BYTES, Kind.TEXT):
            self._mixed_gains.append(slot.chosen.cost.size / before if slot.chosen.leaf == mixing else 1.0)

    def _follow_suit(self, planned: Planned) -> None:
        """Where context mixing was the best for all text that was tried, have the rest of it mixed untried."""
        for slot in planned.slots:
            large = slot.chosen.cost.size >= MIXED_LEAST and slot.stream.size <= SLOW * self._size
            if slot.final or not large or slot.stream.kind not in (Kind.BYTES, Kind.TEXT):
                continue
            leaf = ends.mixing(slot.stream, self.aim)
            gains = self._mixed_gains or [MIXED_TEXT]
            size, quick = slot.chosen.cost.size * max(gains), slot.chosen.cost.size
            worth = quick - size > slot.stream.size * ends.LEAST_GAIN
            if leaf == MixLeaf() and max(gains) < MIXED_WORTH and worth:
                slot.chosen = ends.Chosen(leaf, ends.cost_of(leaf, slot.stream.size, size))

    def _refine_plain(self, plain: Planned) -> None:
        """Choose the leaf of content as it is, even without budget: nothing is to be larger than by a plain codec."""
        (slot,) = plain.slots
        slot.chosen = ends.choose(slot.stream, self.aim, self.trace, self._total * WORTH, anyway=True)
        slot.final = True
        self._note(plain)

    def _mixed_records(self, best: Planned, stream: Stream) -> list[Planned]:
        """Records that were found left whole, for context mixing that is told how long they are."""
        root = best.tree.transform if isinstance(best.tree, Branch) else None
        if not isinstance(root, Split) or not 1 < root.stride <= LONGEST_RECORD or self.trace.over:
            return []
        chosen = ends.mixed(replace(stream, width=root.stride), self.aim, self.trace)
        if chosen is None:
            return []
        slot = Slot(stream, chosen, final=True)
        return [Planned(slot, Cost(0), best.reasons[:1], (slot,))]

    def promising(self, stream: Stream) -> list[tuple[float, Proposal]]:
        """The structure that pays for a stream: proposals with the part of the size that they are expected to leave."""
        return self._shortlist(stream, TOLD) if stream.size >= 2 * ends.TINY else []

    @property
    def _late(self) -> bool:
        """Whether the search for structure has spent its part."""
        return self.trace.spent_share >= STRUCTURE_SHARE

    def _plan(self, stream: Stream, depth: int) -> Planned:
        best = self._end(stream)
        if depth >= MAX_DEPTH or stream.kind is Kind.CODED or stream.size < 2 * ends.TINY or self._late:
            return best
        for _, proposal in self._shortlist(stream, self._kept):
            planned = self._follow(proposal, stream, depth)
            if planned and self._score(planned, stream) < self._score(best, stream):
                best = planned
        return best

    def _score(self, planned: Planned, stream: Stream) -> float:
        return self.aim.score(planned.cost, stream.size)

    def _end(self, stream: Stream) -> Planned:
        slot = Slot(stream, ends.quickly(stream, self.aim, self.trace))
        return Planned(slot, Cost(0), slots=(slot,))

    def _shortlist(self, stream: Stream, kept: int) -> list[tuple[float, Proposal]]:
        """The proposals that promise most, by estimates on samples that grow, as parts of that without any."""
        listed = [proposal for proposal in self._proposals(stream) if self._affordable(proposal)]
        tried: list[tuple[float, Proposal]] = []
        for most, more in ((FIRST, 2), (SECOND, 0)):
            sample = head(stream, most)
            plain = ends.quick(sample)
            if most == FIRST and plain < EMPTY * sample.size and sample.size < stream.size:
                continue
            tried = []
            for proposal in listed:
                if self.trace.spent_share >= OVERRUN and tried:
                    break
                whole = proposal.whole and stream.size > sample.size
                looked_at = (stream, ends.quick(stream)) if whole else (sample, plain)
                tried.append((self._promise(proposal, *looked_at), proposal))
            tried = sorted((pair for pair in tried if pair[0] < ADVANTAGE), key=lambda pair: pair[0])[
                : kept + more
            ]
            listed = [proposal for _, proposal in tried]
            if sample.size == stream.size or not listed:
                break
        return tried[:kept]

    def _proposals(self, stream: Stream) -> list[Proposal]:
        """What the analysis proposes; an error in one of its parts ends that part alone."""
        found: list[Proposal] = []
        for ask in proposers(stream.kind):
            try:
                for proposal in ask(stream):
                    if proposal.sole:
                        return [proposal]
                    found.append(proposal)
            except Exception as error:
                self.trace.faults.append(f"{ask.__name__}: {error!r}")
        return found

    def _affordable(self, proposal: Proposal) -> bool:
        return all(self.aim.allows((part.encode_mb_s, part.decode_mb_s)) for part in proposal.chain)

    def _promise(self, proposal: Proposal, sample: Stream, plain: float) -> float:
        """Roughly the part of the size `plain` that a proposal leaves of a sample."""
        if proposal.expected:
            return proposal.expected
        started = cpu_seconds()
        applied = self._apply(proposal, sample)
        if applied is None:
            return float("inf")
        size = applied.notes + sum(self.estimate(part) + 2 for part in applied.ends())
        chain = " | ".join(map(str, proposal.chain))
        self.trace.add(started, sample.label or "content", chain, sample.size, size)
        return size / max(plain, 1)

    def _apply(self, proposal: Proposal, stream: Stream) -> Applied | None:
        try:
            return apply(proposal.chain, stream)
        except Exception as error:
            self.trace.faults.append(f"{' | '.join(map(str, proposal.chain))}: {error!r}")
            return None

    def estimate(self, stream: Stream) -> float:
        """Roughly the bytes that a stream comes to; numbers are also tried in planes, and as differences."""
        size = ends.quick(stream)
        if stream.width in (2, 4, 8) and stream.kind in (Kind.NUMBERS, Kind.FLOATS, Kind.ERRORS):
            planes = Planes(width=stream.width)
            for chain in ((planes,), (Delta(width=stream.width, by="folded"), planes)):
                applied = apply(chain, stream)
                if applied is not None:
                    size = min(size, sum(map(ends.quick, applied.ends())))
        return size

    def _follow(self, proposal: Proposal, stream: Stream, depth: int) -> Planned | None:
        """The plan that begins with a proposal, all streams planned."""
        applied = self._apply(proposal, stream)
        if applied is None:
            return None
        overhead = Cost(applied.notes)
        reasons: list[str] = [proposal.reason]
        slots: list[Slot] = []
        plans = self._planned_all(applied.ends(), depth)
        inner: Branch | Slot | None = None
        for transform, group in zip(reversed(applied.chain), reversed(applied.streams), strict=True):
            then: list[Branch | Slot] = [] if inner is None else [inner]
            for part in group[len(then) :]:
                planned = plans[id(part)]
                then.append(planned.tree)
                overhead = overhead.plus(planned.overhead).plus(Cost(2))
                reasons += planned.reasons
                slots += planned.slots
            speeds = transform.encode_mb_s * MB, transform.decode_mb_s * MB
            overhead = overhead.plus(Cost(0, stream.size / speeds[0], stream.size / speeds[1]))
            inner = Branch(transform, then)
        assert inner is not None
        return Planned(inner, overhead, tuple(reasons), tuple(slots))

    def _planned_all(self, streams: Sequence[Stream], depth: int) -> dict[int, Planned]:
        """The plans of streams by their identity; those that matter most are looked at first."""
        ordered = sorted(streams, key=ends.quick, reverse=True)
        return {id(stream): self._plan(stream, depth + 1) for stream in ordered}
