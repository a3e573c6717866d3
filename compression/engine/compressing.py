"""From content to a container: in frames, by a pipeline that is found for the first and kept while it serves.

Every frame is decoded again before it is written. What a part of a pipeline gets wrong, be it a library's fault or
content of another form, costs ratio and never a byte: the frame goes on to the next candidate, in the end to `store`.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from compression.engine.codecs.reader import Bytes
from compression.engine.container import MAX_FRAME, Writing
from compression.engine.errors import Stopped
from compression.engine.leaves.store import Store
from compression.engine.leaves.zstd import ZstdLeaf
from compression.engine.pipeline import End, Pipeline
from compression.engine.search import Constraints, Objective, Trace, search
from compression.engine.streams import Array, array

STORED = Pipeline.of(End(Store()))
PLAIN = Pipeline.of(End(ZstdLeaf(level=19)))
DRIFT = 1.1
"""A frame whose ratio is worse than that of the frame searched for by more than this has the next one searched anew."""
GAIN = 0.98
"""A pipeline found anew takes over where its output is below this part of what the present one makes."""


@dataclass(frozen=True)
class Settings:
    """How to compress: what for, what the search may spend (CPU seconds for the whole content), and with what.

    Where a `pipeline` is given nothing is searched, unless `adapt`: then frames that it does not serve are.
    """

    objective: Objective = Objective.RATIO
    budget_cpu_s: float = 1.0
    constraints: Constraints = field(default_factory=Constraints)
    seed: int = 0
    max_trials: int | None = None
    pipeline: Pipeline | None = None
    adapt: bool = False
    threads: int = 1
    frame_bytes: int = MAX_FRAME


@dataclass(frozen=True)
class Coded:
    """A frame, encoded and verified."""

    data: Array
    pipeline: Pipeline
    payload: bytes

    @property
    def ratio(self) -> float:
        """Bytes of payload for one of content."""
        return len(self.payload) / max(len(self.data), 1)


def coded(data: Array, candidates: Iterable[Pipeline]) -> Coded:
    """The frame by the first candidate that encodes it soundly and makes it smaller; stored where none does."""
    for pipeline in candidates:
        try:
            payload = pipeline.encode(data)
            sound = len(payload) < len(data) and np.array_equal(pipeline.decode(payload, len(data)), data)
        except Exception:  # noqa: S112 whatever it is, the content is what counts
            continue
        if sound:
            return Coded(data, pipeline, payload)
    return Coded(data, STORED, STORED.encode(data))


class Compressing:
    """One compression; `traces` has one entry for every search, in order."""

    def __init__(self, settings: Settings, should_stop: Callable[[], bool] | None = None) -> None:
        self._settings = settings
        self._should_stop = should_stop
        self._pipeline = settings.pipeline
        self._expected = 0.0
        self._searches_left = 0 if settings.pipeline and not settings.adapt else 1 << 30
        self._drifted = settings.pipeline is None
        self.traces: list[Trace] = []

    def pieces(self, chunks: Iterable[Bytes], writing: Writing | None = None) -> Iterator[bytes]:
        """The container of the content, piece by piece; the rest of it where `writing` has some frames already."""
        if writing is None:
            writing = Writing()
            yield writing.start()
        for frame in self._coded(self._frames(chunks)):
            yield writing.frame(frame.pipeline, frame.data, frame.payload)
        yield writing.end()

    def _frames(self, chunks: Iterable[Bytes]) -> Iterator[Array]:
        """The content, cut where the present pipeline has it cut best."""
        size = self._settings.frame_bytes
        held = bytearray()
        for chunk in chunks:
            held += chunk
            while len(held) > size:
                cut = self._cut(array(bytes(held[:size])))
                yield array(bytes(held[:cut]))
                del held[:cut]
        if held:
            yield array(bytes(held))

    def _cut(self, data: Array) -> int:
        root = self._pipeline.root if self._pipeline else 0
        return len(data) if isinstance(root, int) else root.transform.cut(data) or len(data)

    def _coded(self, frames: Iterator[Array]) -> Iterator[Coded]:
        """The frames encoded, in order, several at a time; the first and those after a drift are searched for alone."""
        threads = max(self._settings.threads, 1)
        waiting: deque[Future[Coded]] = deque()
        with ThreadPoolExecutor(threads, thread_name_prefix="frame") as pool:
            for data in frames:
                if self._should_stop is not None and self._should_stop():
                    raise Stopped("The work was stopped")
                if self._drifted and self._searches_left:
                    while waiting:
                        yield self._harvest(waiting)
                    yield self._searched(data)
                    continue
                waiting.append(pool.submit(coded, data, self._candidates()))
                if len(waiting) > threads:
                    yield self._harvest(waiting)
            while waiting:
                yield self._harvest(waiting)

    def _candidates(self) -> list[Pipeline]:
        return [*([self._pipeline] if self._pipeline else []), PLAIN]

    def _harvest(self, waiting: deque[Future[Coded]]) -> Coded:
        """The next frame; whether the pipeline still serves shows by its ratio."""
        frame = waiting.popleft().result()
        if frame.pipeline is not self._pipeline or frame.ratio > self._expected * DRIFT:
            self._drifted = True
        return frame

    def _searched(self, data: Array) -> Coded:
        """A frame by a pipeline that was searched for it, or by the present one where that is no worse."""
        settings = self._settings
        self._searches_left -= 1
        found, trace = search(
            data.data,
            settings.objective,
            settings.budget_cpu_s,
            settings.constraints,
            settings.seed,
            max_trials=settings.max_trials,
            should_stop=self._should_stop,
        )
        self.traces.append(trace)
        best = coded(data, [found, PLAIN])
        if trace.runner_up is not None and settings.objective is Objective.RATIO:
            best = min(best, coded(data, [trace.runner_up]), key=lambda frame: len(frame.payload))
        if self._pipeline is not None:
            present = coded(data, [self._pipeline])
            if len(best.payload) > GAIN * len(present.payload):
                best = present
        self._pipeline, self._expected = best.pipeline, best.ratio
        root = best.pipeline.root
        self._drifted = not isinstance(root, int) and root.transform.opening
        return best


def compress(
    data: Bytes,
    objective: Objective | str = Objective.RATIO,
    budget_cpu_s: float = 1.0,
    constraints: Constraints | None = None,
    seed: int = 0,
    *,
    pipeline: Pipeline | None = None,
    max_trials: int | None = None,
    threads: int = 1,
) -> bytes:
    """`data` as a container: never larger than its bytes + 64 + 32 for every frame of 16 MiB.

    `budget_cpu_s` are the CPU seconds that each search may take: one for the first frame, and one more where the
    content changes. With `max_trials` that is the limit instead, and the result the same on every machine. With a
    `pipeline` nothing is searched. Every frame is verified by decoding it. Raises InvalidParams for what cannot be.
    """
    settings = Settings(
        Objective(objective),
        budget_cpu_s,
        constraints or Constraints(),
        seed,
        max_trials,
        pipeline,
        threads=threads,
    )
    return b"".join(compress_stream([data], settings))


def compress_stream(chunks: Iterable[Bytes], settings: Settings | None = None) -> Iterator[bytes]:
    """The container of a stream of chunks of any size; holds a few frames at a time."""
    return Compressing(settings or Settings()).pieces(chunks)
