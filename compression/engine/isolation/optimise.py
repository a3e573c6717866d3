"""Optimising, the client's side: told of what was tried while it is tried, and free to say that it is enough."""

import base64
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from compression.engine.errors import EngineError
from compression.engine.isolation.calls import Call, ShouldStop, begin
from compression.engine.isolation.client import memory_file
from compression.engine.isolation.protocol import KEEP, Request
from compression.engine.limits import Limits, MiB

READ_AT_ONCE = MiB
LINE_BYTES = 4 * MiB
DESCRIBED_BYTES = 16 * MiB
"""The largest tree that is read: that of a pipeline with as many nodes as one may have."""


@dataclass(frozen=True)
class Wishes:
    """What to optimise for; see `compression.engine.optimising.Wishes`, of which this is the form that travels.

    `plain` are configs of leaves, `known` packed pipelines.
    """

    objective: str = "ratio"
    constraints: Mapping[str, Any] = field(default_factory=dict)
    budget_s: float = 10.0
    rounds: int = 3
    max_trials: int | None = None
    seed: int = 0
    plain: Sequence[Mapping[str, Any]] = ()
    plain_share: float = 0.4
    known: Sequence[bytes] = ()

    def options(self) -> dict[str, Any]:
        """As the options of a request."""
        return {
            **asdict(self),
            "constraints": dict(self.constraints),
            "plain": [dict(one) for one in self.plain],
            "known": [text_of(one) for one in self.known],
        }


def text_of(packed: bytes) -> str:
    """A packed pipeline as JSON holds it."""
    return base64.b64encode(packed).decode()


@dataclass(frozen=True)
class Best:
    """The best so far: its packed pipeline, the name of that, and why it is what it is."""

    name: str
    pipeline: bytes
    reasons: tuple[str, ...]

    @property
    def pipeline_text(self) -> str:
        """The packed pipeline as JSON holds it."""
        return text_of(self.pipeline)


@dataclass(frozen=True)
class Note:
    """One thing that was tried: on a sample by the search (`trial`), or tried out on the content.

    `content` and `size` are bytes before and after, `encode_s` and `decode_s` CPU seconds. `best` is there where this
    is the best so far, `baseline` says whether it is the best plain codec so far.
    """

    kind: str
    round: int
    elapsed_s: float
    subject: str
    candidate: str
    content: int
    size: int
    encode_s: float
    decode_s: float | None = None
    best: Best | None = None
    baseline: bool = False

    @classmethod
    def parse(cls, line: bytes) -> Self:
        """From a line that a child wrote, whose word is not trusted for more than being shown."""
        values = json.loads(line)
        best = values.pop("best", None)
        if best is not None:
            packed = base64.b64decode(best["pipeline"], validate=True)
            best = Best(str(best["name"]), packed, tuple(map(str, best["reasons"])))
        return cls(**values, best=best)


@dataclass(frozen=True)
class OptimiseReport:
    """How an optimisation ended (see `Ending`), and what it took."""

    ending: str
    trials: int
    wall_seconds: float
    cpu_seconds: float
    peak_memory_bytes: int


def optimise(
    source_fd: int,
    wishes: Wishes,
    limits: Limits | None = None,
    *,
    on_notes: Callable[[Sequence[Note]], None],
    should_keep: ShouldStop | None = None,
    should_stop: ShouldStop | None = None,
) -> OptimiseReport:
    """Search for the best pipeline for the content behind a descriptor, in a child.

    `on_notes` gets all that was tried, in order, some times a second; the last one with a `best` is the result.
    `should_keep` is asked whether the best so far is enough, `should_stop` whether to give up. Raises the errors of
    `engine.errors`.
    """
    with memory_file() as notes:
        listening = _Listening(notes.fileno(), on_notes, should_keep, should_stop)
        request = Request("optimise", limits or Limits(), wishes.options())
        with begin(request, (source_fd, notes.fileno()), None, listening) as call:
            listening.call = call
            report = call.report()
        listening.hear()
        return OptimiseReport(**report)


class _Listening:
    """Asked ten times a second whether to stop: the moment to read what is new."""

    def __init__(
        self,
        fd: int,
        on_notes: Callable[[Sequence[Note]], None],
        should_keep: ShouldStop | None,
        should_stop: ShouldStop | None,
    ) -> None:
        self._fd, self._on_notes = fd, on_notes
        self._should_keep, self._should_stop = should_keep, should_stop
        self._offset, self._rest = 0, b""
        self._said = False
        self.call: Call | None = None

    def __call__(self) -> bool:
        if self.call is None:
            return False
        self.hear()
        if not self._said and self._should_keep is not None and self._should_keep():
            self._said = True
            self.call.say(KEEP)
        return self._should_stop is not None and self._should_stop()

    def hear(self) -> None:
        """Hand on the whole lines that have come."""
        while data := os.pread(self._fd, READ_AT_ONCE, self._offset):
            self._offset += len(data)
            *lines, self._rest = (self._rest + data).split(b"\n")
            if len(self._rest) > LINE_BYTES:
                raise EngineError("The process of an optimisation writes no lines")
            try:
                notes = [Note.parse(line) for line in lines]
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                raise EngineError(f"The process of an optimisation wrote what is no note: {error}") from error
            if notes:
                self._on_notes(notes)


@dataclass(frozen=True)
class Weighed:
    """What pipelines, and then plain codecs, made of `size` bytes: bytes and CPU seconds; None for one that cannot."""

    size: int
    found: tuple[dict[str, Any] | None, ...]
    cpu_seconds: float


def weigh(
    source_fd: int,
    pipelines: Sequence[bytes],
    limits: Limits | None = None,
    *,
    plain: Sequence[Mapping[str, Any]] = (),
    most: int = 16 * MiB,
    should_stop: ShouldStop | None = None,
) -> Weighed:
    """Try packed pipelines, and the leaves in `plain`, on the first `most` bytes behind a descriptor, in a child."""
    options = {
        "pipelines": [text_of(one) for one in pipelines],
        "plain": [dict(one) for one in plain],
        "most": most,
    }
    with memory_file() as nothing:
        request = Request("weigh", limits or Limits(), options)
        with begin(request, (source_fd, nothing.fileno()), None, should_stop) as call:
            report = call.report()
    return Weighed(report["size"], tuple(report["weighed"]), report["cpu_seconds"])


@dataclass(frozen=True)
class Described:
    """A packed pipeline: its name, a few words, its `config`, and its tree to be `drawn` (see `optimising.drawn`)."""

    name: str
    words: str
    config: dict[str, Any]
    drawn: dict[str, Any]


def describe(packed: bytes) -> Described:
    """Read a packed pipeline from anywhere, in a child; raises CorruptStream for what is none."""
    with memory_file(packed) as source, memory_file() as target:
        limits = Limits(max_output_bytes=DESCRIBED_BYTES, max_cpu_seconds=20, max_wall_seconds=30)
        with begin(Request("describe", limits, {}), (source.fileno(), target.fileno())) as call:
            report = call.report()
        data = os.pread(target.fileno(), DESCRIBED_BYTES, 0)
    return Described(report["name"], report["words"], **json.loads(data))
