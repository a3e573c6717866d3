"""Long runs of one value: they cost nothing, and what lies between them is looked at as it is."""

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compression import engine
from compression.engine.compressing import Compressing, Settings
from compression.engine.framing import PAGE, before_run, run_at
from compression.engine.limits import KiB, MiB
from compression.engine.pipeline import Pipeline
from compression.engine.streams import Array
from tests.compression.engine.samples import prose

LEAST = 8 * KiB


@settings(deadline=None)
@given(
    parts=st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from([1, 100, PAGE, 2 * PAGE, 3 * PAGE + 1, 9 * PAGE])),
        max_size=6,
    )
)
def test_runs_are_found_where_they_are(parts: list[tuple[int, int]]) -> None:
    data = np.concatenate([np.full(size, value, np.uint8) for value, size in [*parts, (9, 1)]])
    changes = [0, *(np.flatnonzero(np.diff(data)) + 1).tolist(), len(data)]
    first = changes[1] if len(changes) > 1 else 0
    whole = first if first == len(data) else first // PAGE * PAGE
    assert run_at(data, LEAST) == (whole if whole >= LEAST else 0)
    pages = [-(-start // PAGE) * PAGE for start in changes[:-1]]
    ends = dict(zip(pages, changes[1:], strict=True))
    long = [page for page, end in ends.items() if end - page >= LEAST]
    assert before_run(data, LEAST) == min(long, default=len(data))


@pytest.mark.parametrize("trials", [5, 100])
def test_one_value_again_and_again_costs_nothing(trials: int) -> None:
    for data in (bytes(3 * MiB), b"\xff" * (MiB + 1), bytes(40 * MiB)):
        blob = engine.compress(data, max_trials=trials)
        assert len(blob) < 150
        assert engine.decompress(blob) == data


def test_what_lies_behind_a_run_is_looked_at_as_it_is() -> None:
    text = prose(300_000, seed=2)
    alone = len(engine.compress(text, max_trials=60))
    for front, back in ((3 * MiB, 0), (2 * MiB + 5, 5 * MiB)):
        data = bytes(front) + text + bytes(back)
        blob = engine.compress(data, max_trials=60)
        assert engine.decompress(blob) == data
        assert len(blob) < alone * 1.02 + 200


@pytest.mark.parametrize("share", [0.0002, 0.3, 0.6, 0.999])
def test_an_attempt_that_was_killed_near_a_run_is_gone_on_with(share: float, tmp_path: Path) -> None:
    content = bytes(2 * MiB) + prose(100_000, seed=4) + bytes(5 * MiB) + prose(100_000, seed=5)
    source, target = tmp_path / "disk", tmp_path / "disk.dcz"
    source.write_bytes(content)
    settings = Settings(max_trials=40)
    whole = b"".join(Compressing(settings).pieces([content]))
    assert len(engine.info(whole).blocks) == 4
    (tmp_path / "disk.dcz.partial").write_bytes(whole[: int(len(whole) * share)])
    engine.compress_file(source, target, settings)
    assert engine.decompress(target.read_bytes()) == content
    assert len(engine.info(target.read_bytes()).blocks) == 4


def test_frames_keep_their_order_when_none_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    """A frame that nothing found fits ends what serves while others are still on their way."""
    rng = random.Random(3)
    frame = 64 * KiB
    parts = [prose(frame, seed=n) if n % 3 else rng.randbytes(frame) for n in range(9)]

    def forgetful(real: Callable[..., object]) -> Callable[..., object]:
        def chosen(self: Compressing, data: Array, picked: list[Pipeline], *more: object) -> object:
            frame = real(self, data, picked, *more)
            self._serving = None if len(more) > 1 else self._serving
            return frame

        return chosen

    monkeypatch.setattr(Compressing, "_chosen", forgetful(Compressing._chosen))
    work = Compressing(Settings(max_trials=5, threads=3, frame_bytes=frame))
    assert engine.decompress(b"".join(work.pieces(parts))) == b"".join(parts)
