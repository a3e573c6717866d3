"""A run: mutations by the hundred through confined children, a share of them one by one as the product does it."""

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import islice

from compression.engine.errors import CodecCrashed, EngineError
from compression.engine.isolation.client import decode, memory_file
from compression.engine.isolation.confine import SLACK
from compression.engine.limits import MiB
from tests.compression.engine.fuzzing.judging import Verdict, judged
from tests.compression.engine.fuzzing.mutations import Mutation, mutation
from tests.compression.engine.fuzzing.product import differences
from tests.compression.engine.fuzzing.seeds import described
from tests.compression.engine.fuzzing.trial import LIMITS, Fuzz, packed

TOGETHER = 100
"""Mutations for one child."""
EVERY_DECODER, AS_THE_PRODUCT = 10, 50
"""One in so many goes through every decoder there is, and one through calls of its own."""
MOST_MEMORY = LIMITS.max_memory_bytes + SLACK
_RESULTS = replace(LIMITS, max_output_bytes=1024 * MiB)


@dataclass
class Tally:
    """What came of the mutations of one format. `crashes` and `wrong` are by the number of the mutation."""

    format: str
    mutations: int = 0
    error: int = 0
    right: int = 0
    other: int = 0
    crash: int = 0
    longest: float = 0.0
    """Seconds of one mutation."""
    seconds: float = 0.0
    """Of all, one after the other."""
    peak_memory: int = 0
    crashes: dict[int, str] = field(default_factory=dict)
    wrong: dict[int, list[str]] = field(default_factory=dict)

    def note(self, one: Mutation, verdict: Verdict) -> None:
        """Count one."""
        self.mutations += 1
        setattr(self, verdict.kind, getattr(self, verdict.kind) + 1)
        self.longest = max(self.longest, verdict.seconds)
        self.blame(one.number, verdict.wrong)

    def blame(self, number: int, wrong: list[str]) -> None:
        """Keep what must not be."""
        if wrong:
            self.wrong.setdefault(number, []).extend(wrong)

    def add(self, other: "Tally") -> None:
        """Count what another has counted."""
        for name in ("mutations", "error", "right", "other", "crash", "seconds"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.longest = max(self.longest, other.longest)
        self.peak_memory = max(self.peak_memory, other.peak_memory)
        self.crashes |= other.crashes
        self.wrong |= other.wrong


def campaign(form: str, run: int, numbers: Iterable[int]) -> Tally:
    """Try these mutations of a format."""
    tally, waiting, began = Tally(form), iter(numbers), time.monotonic()
    while batch := [mutation(form, run, number) for number in islice(waiting, TOGETHER)]:
        try_all(batch, tally)
        for one in batch:
            if one.number % AS_THE_PRODUCT == 0 and one.number not in tally.crashes:
                _try_as_the_product(one, tally)
    tally.seconds = time.monotonic() - began
    return tally


def try_all(batch: list[Mutation], tally: Tally) -> None:
    """All of them, with a new child for those behind one that killed its child."""
    while batch:
        results, error, peak = _trial(batch)
        for one, result in zip(batch, results, strict=False):
            tally.note(one, judged(one, json.loads(result)))
        tally.peak_memory = max(tally.peak_memory, peak)
        if peak > MOST_MEMORY:
            tally.blame(batch[0].number, [f"{peak} bytes of memory, together with those that follow"])
        if error is None:
            return
        if len(results) == len(batch):
            tally.blame(batch[-1].number, [f"ended its child afterwards: {error!r}"])
            return
        _note_death(batch, len(results), error, tally)
        batch = batch[len(results) + 1 :]


def _trial(batch: list[Mutation]) -> tuple[list[bytes], EngineError | None, int]:
    """The results, the error that ended the child before it had them all, and the most memory that it took."""
    cases = packed(
        ({**described(one.seed), "all": one.number % EVERY_DECODER == 0}, one.data) for one in batch
    )
    error: EngineError | None = None
    peak = 0
    with memory_file(cases) as source, memory_file() as target:
        try:
            peak = decode(Fuzz(), source.fileno(), target.fileno(), _RESULTS).peak_memory_bytes
        except EngineError as caught:
            error = caught
        target.seek(0)
        return target.readall().split(b"\n")[:-1], error, peak


def _note_death(batch: list[Mutation], index: int, error: EngineError, tally: Tally) -> None:
    """Say of the mutation that its child died of it: by itself, or only in the company of those before."""
    one = batch[index]
    _, alone, _ = _trial([one])
    tally.note(one, Verdict("crash"))
    if not isinstance(error, CodecCrashed):
        tally.blame(one.number, [f"ended the child: {error!r}"])
    company = "" if alone else f", only behind {batch[0].number} to {one.number - 1}"
    tally.crashes[one.number] = f"{alone or error}{company}"


def _try_as_the_product(one: Mutation, tally: Tally) -> None:
    results, error, _ = _trial([one])
    if error is None:
        tally.blame(one.number, differences(one, json.loads(results[0])))
