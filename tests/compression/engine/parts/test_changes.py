"""Content whose structure changes is cut there, and other content is not."""

import numpy as np

from compression.engine.analysis.changes import changes
from compression.engine.streams import Array, Stream
from tests.compression.engine.samples import prose

RANDOM = np.random.default_rng(3)


def records(count: int) -> Array:
    """Of 24 bytes: a counter, two that move slowly, and noise."""
    rows = np.zeros((count, 6), "<u4")
    rows[:, 0] = np.arange(count)
    rows[:, 1:3] = 1 << 20
    rows[:, 1:3] += np.cumsum(RANDOM.integers(0, 30, (count, 2)), axis=0).astype("<u4")
    rows[:, 5] = RANDOM.integers(0, 1 << 16, count)
    return rows.reshape(-1).view(np.uint8)


def samples(count: int) -> Array:
    """Of 2 bytes, near their neighbours."""
    return np.cumsum(RANDOM.integers(-40, 41, count)).astype("<i2").view(np.uint8)


def test_content_of_three_kinds_is_cut_into_three_parts() -> None:
    text = np.frombuffer(prose(200_000, seed=4), np.uint8)
    data = np.concatenate([records(10_000), text, samples(120_000)])
    (proposal,) = changes(Stream(data))
    (cut,) = proposal.chain
    assert proposal.expected < 0.8
    parts = cut.encode(Stream(data)).streams
    assert len(parts) == 3
    assert abs(parts[0].size - 240_000) < 20_000
    assert abs(parts[1].size - len(text)) < 20_000


def test_content_of_one_kind_is_not_cut() -> None:
    text = np.frombuffer(prose(100_000, seed=4), np.uint8)
    noise = RANDOM.integers(0, 256, 200_000, dtype=np.uint8)
    for data in (
        text,
        noise,
        records(8000),
        samples(90_000),
        np.zeros(100_000, np.uint8),
        np.zeros(0, np.uint8),
    ):
        assert not list(changes(Stream(data)))
