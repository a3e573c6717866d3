"""Hostile archives and streams end with an error or without harm: in bounded time, memory and output."""

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import psutil
import pytest

from compression.engine.codecs import codec_from
from compression.engine.errors import CodecCrashed, LimitExceeded
from compression.engine.isolation import decode, encode_bytes, inspect
from compression.engine.isolation.client import memory_file
from compression.engine.isolation.confine import SLACK
from tests.compression.engine.archive_samples import Unpacked, unpacked
from tests.compression.engine.bombs import BOMBS, LIMITS, Bomb
from tests.compression.engine.fuzzing.product import stream
from tests.compression.engine.hostile import Hostile
from tests.compression.engine.memory import MemoryOfChildren
from tests.compression.engine.samples import MiB
from tests.compression.engine.stream_bombs import STREAM_BOMBS, StreamBomb

OURS = 64 * MiB
"""What the process that asks may grow by: it holds what came out, and the bomb."""


EVERY: dict[str, Bomb | StreamBomb] = {
    **BOMBS,
    **{f"stream: {name}": STREAM_BOMBS[name] for name in STREAM_BOMBS},
}
each_stream = pytest.mark.parametrize("name", STREAM_BOMBS)


@cache
def made(name: str) -> bytes:
    """One of EVERY; some take a second."""
    return EVERY[name].make()


@contextmanager
def bounded(host: int) -> Iterator[None]:
    """All stays within limits: time, memory of the child and of this process; and nothing is left open."""
    process = psutil.Process()
    with memory_file(b"") as source:
        inspect(source.fileno())  # the first call starts the host
    resident, descriptors, started = process.memory_info().rss, process.num_fds(), time.monotonic()
    with MemoryOfChildren(host) as memory:
        yield
    assert time.monotonic() - started < LIMITS.max_wall_seconds
    assert memory.most <= LIMITS.max_memory_bytes
    assert process.memory_info().rss - resident < OURS
    assert process.num_fds() == descriptors


@contextmanager
def ending(bomb: Bomb | StreamBomb) -> Iterator[None]:
    """The block ends as it has to, and not by a crash."""
    if bomb.error is None:
        yield
        return
    with pytest.raises(bomb.error) as caught:
        yield
    assert not isinstance(caught.value, CodecCrashed)


@pytest.mark.parametrize("name", BOMBS)
def test_an_archive_does_no_harm(name: str, hostile_host):
    bomb, data = BOMBS[name], made(name)
    with bounded(hostile_host.pid), ending(bomb):
        check_members(bomb, unpacked(data, LIMITS))
    assert hostile_host.children() == []


def check_members(bomb: Bomb, out: Unpacked) -> None:
    """What may come out of it."""
    assert set(out.refused.values()) == ({bomb.refused} if bomb.refused else set())
    assert {type(error) for error in out.failed.values()} == ({bomb.failed} if bomb.failed else set())
    assert sum(map(len, out.files.values())) <= LIMITS.max_output_bytes
    assert out.report
    assert out.report.peak_memory_bytes <= LIMITS.max_memory_bytes


@pytest.mark.parametrize("name", EVERY)
def test_a_bomb_can_be_looked_at(name: str, hostile_host):
    with memory_file(made(name)) as source, bounded(hostile_host.pid):
        info = inspect(source.fileno(), LIMITS)
    assert len(info.formats) <= 1 + LIMITS.max_layers
    assert len(info.problem) < 200


@each_stream
def test_a_stream_decodes_no_further_than_it_may(name: str, hostile_host):
    bomb = STREAM_BOMBS[name]
    with memory_file(made(f"stream: {name}")) as source, memory_file() as target:
        with bounded(hostile_host.pid), ending(bomb):
            decode({"id": bomb.codec}, source.fileno(), target.fileno(), LIMITS)
        assert os.fstat(target.fileno()).st_size <= LIMITS.max_output_bytes
    assert hostile_host.children() == []


@each_stream
def test_a_stream_through_pipes_gives_no_more_than_it_may(name: str, hostile_host):
    bomb, out = STREAM_BOMBS[name], bytearray()
    codec = codec_from({"id": bomb.codec})
    with bounded(hostile_host.pid), ending(bomb):
        asyncio.run(stream(codec, made(f"stream: {name}"), LIMITS, out))
    assert len(out) <= LIMITS.max_output_bytes
    assert hostile_host.children() == []


def test_memory_is_seen(hostile_host):
    with MemoryOfChildren(hostile_host.pid) as memory, pytest.raises(LimitExceeded):
        encode_bytes(Hostile("memory"), b"", LIMITS)
    assert 64 * MiB < memory.most < LIMITS.max_memory_bytes + SLACK
