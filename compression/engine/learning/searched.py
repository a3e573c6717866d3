"""The search as a recommendation: what a pipeline composed for the content is expected to make of it.

The search is a decision itself and costs far more than the choice among actions, so it stands beside these, with a
prediction of its own: a plain codec's, made better by as much as the structure that was found promises.
"""

import math
from collections.abc import Sequence

from compression.engine.analysed import Finding
from compression.engine.analysis.proposals import Proposal
from compression.engine.codecs import codec_from
from compression.engine.learning import reasons
from compression.engine.learning.actions import ACTIONS
from compression.engine.learning.predicting import Interval, Prediction
from compression.engine.learning.recommended import SEARCH, Entry
from compression.engine.limits import KiB
from compression.engine.searching import Aim, Objective, Trace
from compression.engine.searching.planner import Planner
from compression.engine.searching.sampling import head
from compression.engine.streams import Stream, array

FRONT = 256 * KiB
"""Bytes at the front that structure is looked for in."""
BUDGET_S = 0.3
"""CPU seconds for that, at most; it is about 0.1."""
SEARCHED = (Objective.RATIO, Objective.BALANCED, Objective.DECODE)
GAIN, PROMISE = 0.24, 0.6
"""Bits that the search gains over the best plain codec where nothing was found, and for each bit that a finding
promises; medians over files of a Debian system."""
SPREAD = (0.2, 0.4)
"""By how many bits the gain may be lower or higher, in nine cases of ten."""
_COMPRESS = Interval(0.1, 0.05, 0.8)
_DECOMPRESS = {
    Objective.RATIO: Interval(0.5, 0.2, 60.0),
    Objective.BALANCED: Interval(60.0, 6.0, 400.0),
    Objective.DECODE: Interval(300.0, 150.0, 1200.0),
}
CONTAINER = 60
"""Bytes that a container takes beside what it holds: of little content, most of it."""
_MEMORY = (0.2, 0.4, 1.0)
"""Of what the codec declares."""


def structure(front: bytes) -> list[Finding]:
    """What structure pays in the front of the content, the best first."""
    sample = head(Stream(array(front)), FRONT)
    ranked: list[tuple[float, Proposal]] = Planner(Aim(Objective.RATIO), Trace(BUDGET_S)).promising(sample)
    return [Finding(proposal.reason, (), size) for size, proposal in ranked]


def searched(
    predictions: Sequence[Prediction], findings: Sequence[Finding], size: int, aim: Aim, machine: float
) -> Entry | None:
    """The entry of the search; None where it is not for this aim, or cannot be expected to keep to it."""
    if aim.objective not in SEARCHED or not size:
        return None
    plain = [one.ratio for one in predictions if ACTIONS[one.action].algorithm != "dcz"]
    base = max(plain, key=lambda ratio: ratio.value, default=Interval(1.0, 1.0, 1.0))
    config = {"id": "dcz", "objective": aim.objective.value}
    declared = codec_from(config).memory_estimate(size)
    low, usual, most = _MEMORY
    told = Prediction(
        SEARCH,
        _ratio(base, findings, size),
        _slowed(_COMPRESS, machine),
        _slowed(_DECOMPRESS[aim.objective], machine),
        Interval(declared * usual, declared * low, declared * most),
    )
    if reasons.misses(told, aim):
        return None
    return Entry(
        action=SEARCH,
        algorithm="dcz",
        level=None,
        params={"objective": aim.objective.value},
        predicted=told.quantities(),
        reasons=tuple(_why(told, predictions, findings, aim)),
    )


def _ratio(base: Interval, findings: Sequence[Finding], size: int) -> Interval:
    """The ratio of the best plain codec, with its interval, made better by what the search gains."""
    promised = -math.log2(max(findings[0].relative_size, 2**-8)) if findings else 0.0
    gain = GAIN + PROMISE * promised
    lower, higher = SPREAD
    least, most = max(gain - lower * (1 + promised), 0.0), gain + higher * (1 + promised)
    ratios = base.value * 2**gain, base.low * 2**least, base.high * 2**most
    return Interval(*(size / (size / ratio + CONTAINER) for ratio in ratios))


def _slowed(speed: Interval, machine: float) -> Interval:
    return Interval(speed.value / machine, speed.low / machine, speed.high / machine)


def _why(
    told: Prediction, predictions: Sequence[Prediction], findings: Sequence[Finding], aim: Aim
) -> list[str]:
    """What it will find, whether that is more than the best of the others, and what it costs."""
    found = list(dict.fromkeys(reasons.finding(one.reason) for one in findings))[:2]
    best = max(one.ratio.value for one in predictions)
    if told.ratio.value > best and aim.objective is Objective.RATIO:
        less = 1 - best / told.ratio.value
        found.append(
            f"composed for this content: expected to be {less:.0%} smaller than the best of the others"
        )
    else:
        found.append("composed for this content: tries what stands above, and what was found in it")
    return [*found, "about 1 CPU second a MB to search, and up to ten to compress with what is found"]
