"""Measuring what actions make of content: every one of them, verified, on the whole chunk and on its sample."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from compression.engine.analysis.features import features
from compression.engine.clock import cpu_seconds
from compression.engine.codecs import codec_from
from compression.engine.codecs.reader import Bytes
from compression.engine.errors import EngineError
from compression.engine.learning.actions import ACTIONS, CHUNK, NAMES, Features
from compression.engine.learning.outcomes import Outcome, Trial
from compression.engine.limits import Limits
from compression.engine.places import ALIGNED, slices
from compression.engine.streams import array

REPEATED_S, REPETITIONS = 0.004, 4
"""What takes less time than this is done again, at most so often: clocks are coarse. The least time counts."""


def places(size: int, most: int) -> list[tuple[int, int]]:
    """Offsets and lengths of up to `most` chunks spread over content of `size` bytes, the middle one alone for one."""
    if size <= CHUNK:
        return [(0, size)] if size else []
    count = min(most, size // CHUNK)
    step = (size - CHUNK) / (count + 1)
    return [(int(step * number) // ALIGNED * ALIGNED, CHUNK) for number in range(1, count + 1)]


def sample_of(chunk: Bytes) -> bytes:
    """Four parts spread over a chunk, one after the other: its middle alone would too often not be like the rest."""
    view = memoryview(chunk)
    return b"".join(bytes(view[offset : offset + length]) for offset, length in slices(len(view)))


def outcome_of(
    chunk: bytes, kind: str, group: str, machine: float, names: Sequence[str] = NAMES, owner: str = ""
) -> Outcome:
    """Try the named actions on a chunk, which has a byte at least and CHUNK at most."""
    found = features(array(chunk))
    trials = {trial.action: trial for trial in measured(chunk, found, names)}
    digest = hashlib.sha256(chunk).hexdigest()
    return Outcome(digest, kind, group, len(chunk), found, machine, trials, owner)


def measured(chunk: bytes, found: Features, names: Iterable[str]) -> Iterator[Trial]:
    """Every trial in turn; an action that fails, or gives other bytes back, has an error and no figures."""
    for name in names:
        codec = codec_from(ACTIONS[name].config(found))
        try:
            sample_size, sample_s = tried(name, chunk, found)
            encode_s, encoded = _timed(partial(codec.encode, chunk))
            limits = Limits(max_output_bytes=len(chunk), ratio_floor_bytes=len(chunk))
            decode_s, decoded = _timed(partial(codec.decode, encoded, limits))
        except EngineError as error:
            yield Trial(name, error=type(error).__name__)
            continue
        if decoded != chunk:
            yield Trial(name, error="WrongBytes")
            continue
        yield Trial(name, sample_size, sample_s, len(encoded), encode_s, decode_s)


def tried(name: str, chunk: bytes, found: Features) -> tuple[int, float]:
    """The size that an action makes of a chunk's sample, and the CPU seconds it takes; raises the engine's errors."""
    codec = codec_from(ACTIONS[name].config(found))
    sample = sample_of(chunk)
    started = cpu_seconds()
    size = len(codec.encode(sample))
    return size, cpu_seconds() - started


def _timed(work: Callable[[], bytes]) -> tuple[float, bytes]:
    least, spent, result = float("inf"), 0.0, b""
    for _ in range(REPETITIONS):
        started = cpu_seconds()
        result = work()
        seconds = cpu_seconds() - started
        least, spent = min(least, seconds), spent + seconds
        if spent >= REPEATED_S:
            break
    return least, result
