"""Recommending: what to compress some content with, for an aim; ranked, with predictions and reasons.

No more of the content is read than four slices and, to look for structure, its front, whatever its size.
"""

import hashlib
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from compression.engine.analysed import Finding
from compression.engine.analysis.features import features_of
from compression.engine.clock import cpu_seconds
from compression.engine.codecs import codec_from
from compression.engine.codecs.reader import Bytes, ReadAt
from compression.engine.errors import EngineError
from compression.engine.learning import reasons
from compression.engine.learning.actions import ACTIONS, CHUNK, NAMES, Features
from compression.engine.learning.deciding import BUDGET_S, Decision, Tried, costs, decide
from compression.engine.learning.intervals import bounds
from compression.engine.learning.outcomes import SAMPLE
from compression.engine.learning.predicting import Interval, Prediction, predict
from compression.engine.learning.recognising import HEAD_BYTES, incompressible, is_container
from compression.engine.learning.recommended import Entry, Recommendation, Sampled
from compression.engine.learning.searched import FRONT, searched, structure
from compression.engine.learning.state import Scenarios, State
from compression.engine.places import slices
from compression.engine.searching.objective import Aim
from compression.engine.streams import array

STORE = "store"
WIDER, LARGEST = 0.15, 256.0
"""Bits by which both ends of a ratio's interval are farther away each time that content is twice a chunk, up to so many
chunks: by files of a Debian system, so that nine of ten are within."""
INSIDE = "what is in it may get smaller than this: decompress it first"


def recommend_bytes(
    data: Bytes, state: State, aim: Aim, *, budget_cpu_s: float | None = BUDGET_S, machine: float = 1.0
) -> Recommendation:
    """As `recommend`, for content in memory."""
    view = memoryview(data)

    def read(offset: int, length: int) -> Bytes:
        return view[offset : offset + length]

    return recommend(read, len(view), state, aim, budget_cpu_s=budget_cpu_s, machine=machine)


def recommend(
    read: ReadAt,
    size: int,
    state: State,
    aim: Aim,
    *,
    budget_cpu_s: float | None = BUDGET_S,
    machine: float = 1.0,
    names: Collection[str] = NAMES,
    search: bool = True,
) -> Recommendation:
    """Recommend the best of the named actions, and of the search, for content of `size` bytes.

    `budget_cpu_s`: CPU seconds that deciding may take, trials among it; None: no trials. `machine` is how many times as
    long as the reference machine this one takes. Actions that may need more memory than there is are left out, unless
    all do.
    """
    started = cpu_seconds()
    content = _Content.of(read, size)
    reason = incompressible(content.features, len(content.sample), content.head)
    predictions = predict(state, content.features, size, machine, names)
    allowed = _within_memory(predictions, aim)
    attempt = content.attempt if budget_cpu_s and not reason else None
    decision = decide(
        state,
        content.features,
        size,
        aim,
        attempt,
        machine=machine,
        budget_s=budget_cpu_s or 0.0,
        allowed=allowed,
    )
    told = _Told(state, content, aim, machine, decision, reason, predictions)
    entries = told.entries()
    if search and size:
        found = structure(bytes(read(0, min(size, FRONT))))
        entries = told.with_search(entries, found)
    return Recommendation(
        size=size,
        content=reasons.content_words(content.features, size),
        incompressible=reason,
        features=content.features,
        sample_sha256=hashlib.sha256(content.sample).hexdigest(),
        sample_bytes=len(content.sample),
        entries=tuple(entries),
        state=state.name,
        machine=machine,
        cpu_s=round(cpu_seconds() - started, 6),
    )


@dataclass(frozen=True)
class _Content:
    """What is seen of the content."""

    size: int
    features: Features
    sample: bytes
    head: bytes

    @classmethod
    def of(cls, read: ReadAt, size: int) -> "_Content":
        parts = [bytes(read(*place)) for place in slices(size)]
        found = features_of([array(part) for part in parts], size)
        return cls(size, found, b"".join(parts), parts[0][:HEAD_BYTES])

    def attempt(self, name: str) -> Tried | None:
        """Try an action on the sample."""
        started = cpu_seconds()
        try:
            size = len(codec_from(ACTIONS[name].config(self.features)).encode(self.sample))
        except EngineError:
            return None
        return Tried(name, size, cpu_seconds() - started)


def _within_memory(predictions: Sequence[Prediction], aim: Aim) -> list[str]:
    """The actions that keep to the memory there is; where none does, that which needs least."""
    most = aim.constraints.max_memory_bytes
    fit = [one.action for one in predictions if not most or one.memory_bytes.high <= most]
    return fit or [min(predictions, key=lambda one: one.memory_bytes.high).action]


@dataclass(frozen=True)
class _Told:
    """A decision about content, to be told as entries."""

    state: State
    content: _Content
    aim: Aim
    machine: float
    decision: Decision
    reason: str
    predictions: Sequence[Prediction]

    def entries(self) -> list[Entry]:
        """The actions that were decided among, the best first; where nothing is to be gained, the one that stores."""
        ranked = [name for name, _ in self.decision.ranked]
        if self.reason and STORE in ranked:
            others = [name for name in ranked if name != STORE] if self.content.size else []
            ranked = [STORE, *others]
        predicted, tried = self._predicted(), self._tried()
        return [self._entry(predicted[name], tried.get(name)) for name in ranked]

    def with_search(self, entries: list[Entry], found: Sequence[Finding]) -> list[Entry]:
        """The entries with that of the search in its place; of what is compressed, if some of it can be undone."""
        if self.reason and not found:
            return entries
        predictions = [one.prediction for one in entries]
        one = searched(predictions, found, self.content.size, self.aim, self.machine)
        if one is None:
            return entries
        cost = self._cost(one.prediction)
        place = next(
            (place for place, other in enumerate(predictions) if self._cost(other) > cost), len(entries)
        )
        return [*entries[:place], one, *entries[place:]]

    def _cost(self, told: Prediction) -> float:
        figures = [told.ratio.value, 1 / told.compress_mb_s.value, 1 / told.decompress_mb_s.value]
        return float(costs(self.aim, self.content.size, *np.log2(figures)))

    def _tried(self) -> dict[str, Sampled]:
        sample = len(self.content.sample)
        tried = {one.action: Sampled(sample, one.size, one.cpu_s) for one in self.decision.tried}
        best = next((name for name, _ in self.decision.ranked if name in tried), None)
        return {name: replace(one, best=name == best) for name, one in tried.items()}

    def _predicted(self) -> dict[str, Prediction]:
        """The predictions; of what was tried, the ratio is that of the sample, made that of the whole.

        What was not tried keeps its interval: those of scenarios that fit the trials best hold the truth too rarely.
        """
        found = {one.action: replace(one, ratio=self._of_all(one.ratio)) for one in self.predictions}
        scenarios = self.state.scenarios(self.content.features)
        for one in self.decision.tried:
            seen = self._of_all(self._seen(one, scenarios))
            found[one.action] = replace(found[one.action], ratio=seen)
        if STORE in found:
            found[STORE] = replace(found[STORE], ratio=Interval(1.0, 1.0, 1.0))
        return found

    def _of_all(self, ratio: Interval) -> Interval:
        """An interval of a chunk as one of all content, which is less like its sample the larger it is."""
        doublings = math.log2(min(max(self.content.size / CHUNK, 1.0), LARGEST))
        factor = 2 ** (WIDER * doublings)
        return Interval(ratio.value, ratio.low / factor, ratio.high * factor)

    def _seen(self, tried: Tried, scenarios: Scenarios) -> Interval:
        sampled = np.log2(len(self.content.sample) / max(tried.size, 1))
        if self.content.size <= SAMPLE:
            exact = float(np.exp2(sampled))
            return Interval(exact, exact, exact)
        place = NAMES.index(tried.action)
        low, high = (ends[place] for ends in bounds(scenarios, "bias"))
        margin, usual = self.state.margins["bias"][place], scenarios.means["bias"][place]
        ends = sampled + np.array([usual, min(low - margin, usual), max(high + margin, usual)])
        value, least, most = (float(np.exp2(end)) for end in ends)
        return Interval(value, least, most)

    def _entry(self, told: Prediction, tried: Sampled | None) -> Entry:
        config = dict(ACTIONS[told.action].config(self.content.features))
        algorithm, level = config.pop("id"), config.pop("level", None)
        misses = reasons.misses(told, self.aim)
        return Entry(
            action=told.action,
            algorithm=algorithm,
            level=level,
            params=config,
            predicted=told.quantities(),
            reasons=tuple(self._why(told, tried, misses)),
            misses=tuple(misses),
            tried=tried,
        )

    def _why(self, told: Prediction, tried: Sampled | None, misses: Mapping[str, str]) -> list[str]:
        is_store = told.action == STORE
        if self.reason:
            first = f"{self.reason}; nothing is left to gain" if is_store else self.reason
        else:
            first = reasons.what_it_does(told.action, self.content.features)
        found = [first]
        if self.reason and is_store and is_container(self.content.head):
            found.append(INSIDE)
        if tried is not None:
            found.append(reasons.of_trial(tried, self.content.size, len(self.decision.tried)))
        elif not is_store and not self.reason:
            found.append(reasons.UNTRIED)
        return [*found, *reasons.keeps(told, self.aim), *misses.values()]
