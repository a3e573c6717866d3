"""How well an algorithm serves a kind of content, from what came of it. Pure: outcomes in, figures out.

What counts is distinct content: a file that was uploaded ten thousand times counts once. On each content stand the
options of all algorithms (their levels and parameters, each with its size and speeds); one that was compressed by no
other algorithm is no comparison. On the rest the algorithm is judged by its best:

- `pareto`: the share of contents on which one of its options is on the Pareto front of ratio, compression and
  decompression speed;
- `near_best`: the share on which its smallest output is within 5 % of the smallest known;
- `relative_size`: its smallest output by the smallest known, 1 being the best;
- `relative_compress`, `relative_decompress`: its speed by that of the others, on the same content and machine;
- `failure_rate`: the share of all contents on which it failed once by its own fault.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from compression.compare.pareto import front
from compression.statistics import Estimate, geometric_mean, proportion, quantile

NEAR = 0.05
# So many contents are needed to say anything.
ENOUGH = 5
# Algorithms that are no competition: beside them alone, nothing is compared.
NO_RIVALS = frozenset({"store"})
# What is not the algorithm's fault.
EXCUSED = frozenset({
    "client_gone", "stopped", "storage_full", "host_unavailable", "source_unreadable", "target_unwritable",
    "invalid_params", "unknown_codec",
})  # fmt: skip


class Verdict(StrEnum):
    """What the figures allow to say."""

    GOOD = "good"
    """On most contents it is among the best choices."""
    POOR = "poor"
    """On most contents others are better in everything, or it fails."""
    UNDECIDED = "undecided"
    TOO_FEW = "too_few"


@dataclass(frozen=True)
class Option:
    """One algorithm with settings on one content; speeds in MB/s, None where they were not measured."""

    content: str
    algorithm: str
    machine: str
    original_size: int
    size: int
    compress_mb_s: float | None
    decompress_mb_s: float | None

    @property
    def point(self) -> tuple[float, ...] | None:
        """Where it stands among the others: all coordinates are better when larger."""
        if self.compress_mb_s is None or self.decompress_mb_s is None:
            return None
        return (-float(self.size), self.compress_mb_s, self.decompress_mb_s)


@dataclass(frozen=True)
class Attempt:
    """All that an algorithm did on one content: whether it failed by its own fault, and the kind of the content."""

    content: str
    kind: str
    failed: bool


@dataclass(frozen=True)
class Viability:
    """The figures of an algorithm on contents of one kind; see the module. None where there is nothing to say."""

    contents: int
    compared: int
    verdict: Verdict
    pareto: Estimate | None
    near_best: Estimate | None
    relative_size: Estimate | None
    relative_compress: Estimate | None
    relative_decompress: Estimate | None
    failure_rate: Estimate | None
    ratio: Estimate | None
    compress_mb_s: Estimate | None
    decompress_mb_s: Estimate | None


def judge(algorithm: str, attempts: Sequence[Attempt], options: Mapping[str, Sequence[Option]]) -> Viability:
    """Return the figures of `algorithm` on the contents of `attempts`; `options` has all that is known of each."""
    own = {
        attempt.content: [o for o in options.get(attempt.content, ()) if o.algorithm == algorithm]
        for attempt in attempts
    }
    compared = [content for content, mine in own.items() if mine and _rivals(algorithm, options[content])]
    relative = [_smallest(own[c]) / _smallest(options[c]) for c in compared if _smallest(options[c])]
    near = sum(value <= 1 + NEAR for value in relative)
    on_front = [_on_front(algorithm, options[content]) for content in compared]
    judged = [found for found in on_front if found is not None]
    pareto = proportion(sum(judged), len(judged))
    failure_rate = proportion(sum(attempt.failed for attempt in attempts), len(attempts))
    return Viability(
        contents=len(attempts),
        compared=len(compared),
        verdict=_verdict(pareto, failure_rate),
        pareto=pareto,
        near_best=proportion(near, len(relative)),
        relative_size=_mean(relative),
        relative_compress=_mean(_by_others(algorithm, options, compared, "compress_mb_s")),
        relative_decompress=_mean(_by_others(algorithm, options, compared, "decompress_mb_s")),
        failure_rate=failure_rate,
        ratio=_mean(_ratios(own.values())),
        compress_mb_s=quantile(_speeds(own.values(), "compress_mb_s"), 0.5),
        decompress_mb_s=quantile(_speeds(own.values(), "decompress_mb_s"), 0.5),
    )


def _rivals(algorithm: str, options: Iterable[Option]) -> bool:
    return any(option.algorithm not in NO_RIVALS | {algorithm} for option in options)


def _smallest(options: Sequence[Option]) -> int:
    return min(option.size for option in options)


def _on_front(algorithm: str, options: Sequence[Option]) -> bool | None:
    """Whether one of its options is on the front of the machine where most is known; None where it was not timed."""
    by_machine: dict[str, list[tuple[Option, tuple[float, ...]]]] = defaultdict(list)
    for option in options:
        if (point := option.point) is not None:
            by_machine[option.machine].append((option, point))
    own = [found for found in by_machine.values() if any(o.algorithm == algorithm for o, _ in found)]
    known = max(own, key=len, default=[])
    if not _rivals(algorithm, (option for option, _ in known)):
        return None
    kept = front([point for _, point in known])
    return any(on and option.algorithm == algorithm for (option, _), on in zip(known, kept, strict=True))


def _by_others(
    algorithm: str, options: Mapping[str, Sequence[Option]], contents: Iterable[str], speed: str
) -> list[float]:
    """Its speed by that of the others, for each content on which both were timed on one machine."""
    found = []
    for content in contents:
        speeds: dict[tuple[str, str], list[float]] = defaultdict(list)
        for option in options[content]:
            if (value := getattr(option, speed)) and option.algorithm not in NO_RIVALS - {algorithm}:
                speeds[option.machine, option.algorithm].append(value)
        typical = {key: geometric_mean(values).value for key, values in speeds.items()}
        for machine in sorted({machine for machine, name in typical if name == algorithm}):
            others = [v for (where, name), v in typical.items() if where == machine and name != algorithm]
            if others:
                found.append(typical[machine, algorithm] / geometric_mean(others).value)
                break
    return found


def _ratios(own: Iterable[Sequence[Option]]) -> list[float]:
    ratios = [[o.original_size / o.size for o in mine if o.size and o.original_size] for mine in own]
    return [geometric_mean(found).value for found in ratios if found]


def _speeds(own: Iterable[Sequence[Option]], speed: str) -> list[float]:
    speeds = [[value for o in mine if (value := getattr(o, speed))] for mine in own]
    return [geometric_mean(found).value for found in speeds if found]


def _mean(values: Sequence[float]) -> Estimate | None:
    return geometric_mean(values) if values else None


def _verdict(pareto: Estimate | None, failure_rate: Estimate | None) -> Verdict:
    """What the intervals allow: most is more than half."""
    if failure_rate and failure_rate.n >= ENOUGH and (failure_rate.low or 0) > 0.5:
        return Verdict.POOR
    if pareto is None or pareto.n < ENOUGH:
        return Verdict.TOO_FEW
    if (pareto.low or 0) > 0.5:
        return Verdict.GOOD
    return Verdict.POOR if (pareto.high or 1) < 0.5 else Verdict.UNDECIDED
