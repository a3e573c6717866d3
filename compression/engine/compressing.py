"""From content to a container: in frames, by a pipeline that is found for the first and kept while it serves.

Each is encoded soundly by `coder`; here is by which pipeline, where content is cut, and in which order frames come.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from itertools import chain, islice

from compression.engine.codecs.reader import Bytes
from compression.engine.coder import STORED, Coded, Coder
from compression.engine.container import MAX_FRAME, MAX_ONLY, Writing
from compression.engine.errors import Stopped
from compression.engine.framing import Framing, before_run, run_at
from compression.engine.leaves.zstd import ZstdLeaf
from compression.engine.limits import Limits, MiB
from compression.engine.mending import akin
from compression.engine.pipeline import End, Node, Pipeline, Step
from compression.engine.searching import Constraints, Objective, Trace, search
from compression.engine.streams import Array
from compression.engine.transforms.same import Same

PROBE = Pipeline.of(End(ZstdLeaf(level=1)))
"""What tells that noise is over."""
PLAIN_LEVELS = {Objective.RATIO: 19, Objective.BALANCED: 9, Objective.SPEED: 3, Objective.DECODE: 19}
"""Levels of zstd for what no pipeline serves for, by objective."""
DRIFT, BETTER, AGAIN = 1.1, 0.7, 0.5
"""A frame whose ratio is worse than those before by more than the first, or better by more than the second, is
searched for anew. A pipeline from before serves again where the ratio is within the first and the third."""
CONSTANT = Pipeline.of(Step(Same(), []))
LONG_RUN, CUT_RUN = MiB, 4 * MiB
"""Bytes of one value that are a frame of their own: at the front of a frame, and within one, which is cut for them
though what recurs behind them is new then."""
KNOWN = 4
"""Pipelines of one content that are kept in mind."""
SAMPLE = MiB
"""Bytes at the front of a frame that pipelines are compared on."""
CLOSE = 1.02
"""Pipelines that are worse on a sample by no more than this are compared on the whole frame."""
GAIN = 0.98
"""A pipeline found anew takes over where its output is below this part of what the present one makes."""


@dataclass(frozen=True)
class Settings:
    """How to compress: what for, what each search may spend (CPU seconds), and with what.

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

    @property
    def coder(self) -> Coder:
        """What encodes frames by these settings."""
        most = self.constraints.max_memory_bytes
        limits = Limits(max_memory_bytes=most) if most else Limits()
        return Coder(ZstdLeaf(level=PLAIN_LEVELS[self.objective]), limits)


@dataclass
class Serving:
    """A pipeline in use, with the least and the greatest ratio of its frames (0: none yet), and that of a sample."""

    pipeline: Pipeline
    low: float = 0.0
    high: float = 0.0
    sample: float = 1.0

    def serves(self, ratio: float) -> bool:
        """Whether a ratio is about what is to be expected: anything, for the first frame."""
        if not self.high:
            self.low = self.high = ratio
        return self.low * BETTER <= ratio <= self.high * DRIFT


class Compressing:
    """One compression; `traces` has one entry for every search, in order, `faults` what was wrong with pipelines."""

    def __init__(self, settings: Settings, should_stop: Callable[[], bool] | None = None) -> None:
        self._settings = settings
        self._should_stop = should_stop
        self._fixed = settings.pipeline is not None and not settings.adapt
        self._serving = Serving(settings.pipeline) if settings.pipeline else None
        self._known: deque[Serving] = deque(maxlen=KNOWN)
        self._coder = settings.coder
        self._plain = Pipeline.of(End(self._coder.leaf))
        self.traces: list[Trace] = []
        self.faults: list[str] = []

    def pieces(self, chunks: Iterable[Bytes], writing: Writing | None = None) -> Iterator[bytes]:
        """The container of the content, piece by piece; the rest of it where `writing` has some frames already."""
        writing = writing or Writing()
        threads = max(self._settings.threads, 1)
        pool = ThreadPoolExecutor(threads, thread_name_prefix="frame")
        try:
            frames = self._coded(Framing(chunks, self._settings.frame_bytes), pool, threads)
            if not writing.begun:
                first, frames = _looked_at(frames)
                if first is not None:
                    self.faults += first.faults
                    yield writing.only(first.pipeline, first.data, first.payload)
                    return
                yield writing.start()
            for frame in frames:
                self.faults += frame.faults
                yield writing.frame(frame.pipeline, frame.data, frame.payload)
        finally:
            pool.shutdown(cancel_futures=True)
        yield writing.end()

    def _coded(self, framing: Framing, pool: ThreadPoolExecutor, threads: int) -> Iterator[Coded]:
        """The frames encoded, in order, several at a time; the first is searched for, alone."""
        waiting: deque[tuple[Serving | None, Future[Coded]]] = deque()
        while len(ahead := framing.ahead()):
            self._stop_if_asked()
            if run := self._run(ahead):
                waiting.append((None, pool.submit(self._coder.coded, framing.take(run), [CONSTANT])))
            elif self._serving is None and waiting:
                yield self._harvest(waiting, pool)
                continue
            elif self._serving is None:
                picked = self._picked(ahead[: self._dense(ahead)])
                data = framing.take(self._cut(picked[0], framing))
                yield self._chosen(data, picked, pool)
                continue
            else:
                serving = self._serving
                data = framing.take(self._cut(serving.pipeline, framing))
                if (going_on := continued(serving.pipeline)) not in (serving.pipeline, None):
                    self._serving = Serving(going_on)
                waiting.append((serving, pool.submit(self._coder.coded, data, self._candidates(serving))))
            if len(waiting) > threads:
                yield self._harvest(waiting, pool)
        while waiting:
            self._stop_if_asked()
            yield self._harvest(waiting, pool)

    def _stop_if_asked(self) -> None:
        if self._should_stop is not None and self._should_stop():
            raise Stopped("The work was stopped")

    def _cut(self, pipeline: Pipeline, framing: Framing) -> int:
        """Where a pipeline has what is ahead cut."""
        data, root = framing.ahead(), pipeline.root
        if (dense := self._dense(data)) < len(data):
            return dense
        if framing.last or isinstance(root, int):
            return len(data)
        return root.transform.cut(data) or len(data)

    def _run(self, data: Array) -> int:
        """The bytes at the front that are a long run of one value: a frame of their own, which costs nothing."""
        return 0 if self._goes_on else run_at(data, LONG_RUN)

    def _dense(self, data: Array) -> int:
        """The bytes in front of the next long run."""
        return len(data) if self._goes_on else before_run(data, CUT_RUN)

    @property
    def _goes_on(self) -> bool:
        """Whether what is ahead is left whole: for a pipeline that is given, or one with transforms that serves."""
        return self._fixed or (self._serving is not None and not isinstance(self._serving.pipeline.root, int))

    def _candidates(self, serving: Serving) -> list[Pipeline]:
        """What a frame goes through until something is sound: for noise only what shows fast that it is over."""
        return [PROBE] if serving.pipeline.name == STORED.name else [serving.pipeline, self._plain]

    def _harvest(
        self, waiting: deque[tuple[Serving | None, Future[Coded]]], pool: ThreadPoolExecutor
    ) -> Coded:
        """The next frame; whether the pipeline still serves shows by its ratio, else another is looked for."""
        serving, future = waiting.popleft()
        frame = future.result()
        if serving is None:
            return frame
        same = frame.pipeline.name == serving.pipeline.name
        if self._fixed or ((same or akin(frame.pipeline, serving.pipeline)) and serving.serves(frame.ratio)):
            if not same and not self._fixed:
                self._serve(frame)
            return frame
        # The clock of a search counts what all threads do.
        wait([other for _, other in waiting])
        return self._chosen(frame.data, self._picked(frame.data, serving), pool, frame)

    def _picked(self, data: Array, failed: Serving | None = None) -> list[Pipeline]:
        """Pipelines that may serve for content: one that did before and does again, else what a search finds."""
        if again := self._again(data, failed):
            return [again]
        settings = self._settings
        found, trace = search(
            data.data,
            settings.objective,
            settings.budget_cpu_s,
            settings.constraints,
            settings.seed,
            max_trials=settings.max_trials,
            should_stop=self._should_stop,
        )
        self._stop_if_asked()
        self.traces.append(trace)
        if settings.objective is not Objective.RATIO:
            return [found]
        return [found, *([trace.runner_up] if trace.runner_up else []), *trace.rivals]

    def _again(self, data: Array, failed: Serving | None) -> Pipeline | None:
        """The best of the pipelines that were found before, if it makes of this about what it made of its own."""
        best: tuple[float, Pipeline] | None = None
        for known in self._known:
            if known is failed:
                continue
            ratio = _sample_ratio(data, known.pipeline, self._coder)
            if known.sample * AGAIN < ratio < known.sample * DRIFT and (best is None or ratio < best[0]):
                best = ratio, known.pipeline
        return best[1] if best else None

    def _chosen(
        self, data: Array, picked: list[Pipeline], pool: ThreadPoolExecutor, present: Coded | None = None
    ) -> Coded:
        """The frame by the best of what was picked, or as it is at present where that is hardly worse."""
        if len(data) > 2 * SAMPLE:
            picked = self._promising(data, picked, present)
        frames = list(pool.map(lambda pipeline: self._coder.coded(data, [pipeline]), picked))
        if frames and min(len(frame.payload) for frame in frames) >= len(data):
            frames.append(self._coder.coded(data, [self._plain]))
        best = min(frames, key=lambda frame: len(frame.payload)) if frames else present
        assert best is not None
        best = replace(best, faults=tuple(fault for frame in frames for fault in frame.faults))
        if present is not None and len(best.payload) > GAIN * len(present.payload):
            best = present
        self._serve(best)
        if best.pipeline.name == self._plain.name and best.pipeline not in picked:
            self._serving = None  # nothing fits so far: what follows is searched for
        return best

    def _promising(self, data: Array, picked: list[Pipeline], present: Coded | None) -> list[Pipeline]:
        """Those that may be the best by what they make of a sample: encoding all of a frame takes long."""
        if present is None and len(picked) == 1:
            return picked
        ratios = [_sample_ratio(data, pipeline, self._coder) for pipeline in picked]
        least = min(ratios) * CLOSE
        if present is not None:
            least = min(least, _sample_ratio(data, present.pipeline, self._coder) * GAIN)
        return [pipeline for pipeline, ratio in zip(picked, ratios, strict=True) if ratio <= least]

    def _serve(self, frame: Coded) -> None:
        """Have the pipeline of a frame serve from now on."""
        for known in self._known:
            if known.pipeline.name == frame.pipeline.name:
                known.low, known.high = min(known.low, frame.ratio), max(known.high, frame.ratio)
                self._serving = known
                return
        going_on = continued(frame.pipeline)
        self._serving = None
        if going_on is not None:
            # A short frame is the last one, or lies before a run: its own ratio has to do as that of a sample.
            is_long = len(frame.data) >= self._settings.frame_bytes // 2
            sample = _sample_ratio(frame.data, frame.pipeline, self._coder) if is_long else frame.ratio
            self._serving = Serving(going_on, frame.ratio, frame.ratio, sample)
            self._known.append(self._serving)


def _looked_at(frames: Iterator[Coded]) -> tuple[Coded | None, Iterator[Coded]]:
    """The frame that is all of the content, if it is small enough to be written so; and all frames as they were.

    No frame waits for the next one but a small one, which hardly has any.
    """
    held = list(islice(frames, 1))
    if held and len(held[0].payload) <= MAX_ONLY:
        held += islice(frames, 1)
        if len(held) == 1:
            return held[0], iter(())
    return None, chain(held, frames)


def continued(pipeline: Pipeline) -> Pipeline | None:
    """The pipeline for what goes on behind content that went through this one; None where that is to be found."""
    root = pipeline.root
    if isinstance(root, int) or not root.transform.opening:
        return pipeline
    transform = root.transform.continuing
    return Pipeline(Node(transform, root.children), pipeline.leaves) if transform else None


def _sample_ratio(data: Array, pipeline: Pipeline, coder: Coder) -> float:
    """Bytes of payload for one of content, for the front of it; 1 where the pipeline does not fit."""
    sample = data[:SAMPLE]
    if not isinstance(pipeline.root, int) and len(sample) < len(data):
        sample = sample[: pipeline.root.transform.cut(sample) or len(sample)]
    return coder.coded(sample, [pipeline]).ratio


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
