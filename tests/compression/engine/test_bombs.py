"""Hostile archives end with an error or without harm: in bounded time, memory and output."""

import time

import psutil
import pytest

from compression.engine.errors import CodecCrashed
from compression.engine.isolation import inspect
from compression.engine.isolation.client import memory_file
from tests.compression.engine.archive_samples import unpacked
from tests.compression.engine.bombs import BOMBS, LIMITS
from tests.compression.engine.samples import MiB

pytestmark = pytest.mark.usefixtures("hostile_host")


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_does_no_harm(name: str):
    bomb = BOMBS[name]
    data = bomb.make()
    resident = psutil.Process().memory_info().rss
    started = time.monotonic()
    if bomb.error:
        with pytest.raises(bomb.error) as caught:
            unpacked(data, LIMITS)
        assert not isinstance(caught.value, CodecCrashed)
    else:
        out = unpacked(data, LIMITS)
        assert set(out.refused.values()) == ({bomb.refused} if bomb.refused else set())
        assert {type(error) for error in out.failed.values()} == ({bomb.failed} if bomb.failed else set())
        assert sum(map(len, out.files.values())) <= LIMITS.max_output_bytes
        assert out.report
        assert out.report.peak_memory_bytes <= LIMITS.max_memory_bytes
    assert time.monotonic() - started < LIMITS.max_wall_seconds
    assert psutil.Process().memory_info().rss - resident < 64 * MiB


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_can_be_looked_at(name: str):
    with memory_file(BOMBS[name].make()) as source:
        info = inspect(source.fileno(), LIMITS)
    assert len(info.formats) <= 1 + LIMITS.max_layers
    assert len(info.problem) < 200
