"""Codecs between two pipes: back-pressure, a quick end when either side closes, constant memory."""

import asyncio
import hashlib
import os
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, BinaryIO, cast

import pytest

from compression.engine.codecs import Codec, codec_from
from compression.engine.errors import EngineError, TargetUnwritable
from compression.engine.isolation import decode_bytes, encode
from compression.engine.isolation.streaming import StreamCall
from compression.engine.limits import Limits
from tests.compression.engine.catalogue import every_codec, quick
from tests.compression.engine.samples import KiB, MiB, mixed, noise, pieces

pytestmark = pytest.mark.usefixtures("hostile_host")

DATA = mixed(1 * MiB)
ZSTD = codec_from({"id": "zstd"})
STORE = codec_from({"id": "store"})


@contextmanager
def pipes() -> Iterator[tuple[BinaryIO, BinaryIO, BinaryIO, BinaryIO]]:
    """The ends of two pipes, as files: to the codec's source and to its target. Those still open are closed."""
    (source, feed), (drain, target) = os.pipe(), os.pipe()
    with ExitStack() as stack:
        ends = [(source, "rb"), (feed, "wb"), (drain, "rb"), (target, "wb")]
        a, b, c, d = [
            cast(BinaryIO, stack.enter_context(os.fdopen(end, mode, buffering=0))) for end, mode in ends
        ]
        yield a, b, c, d


class Encoding(threading.Thread):
    """An encode call between pipes, in a thread; `error` is what it raised."""

    def __init__(self, source: int, target: int, codec: Codec = STORE) -> None:
        super().__init__()
        self._arguments = codec, source, target
        self.error: EngineError | None = None
        self.start()

    def run(self) -> None:
        try:
            encode(*self._arguments, verify=False)
        except EngineError as error:
            self.error = error


def test_a_reader_that_leaves_ends_a_call_that_waits_for_input(hostile_host):
    assert hostile_host.children() == []
    with pipes() as (source, _feed, drain, target):
        call = Encoding(source.fileno(), target.fileno())
        while not hostile_host.running():
            time.sleep(0.01)
        target.close()
        drain.close()
        call.join(40)
        assert isinstance(call.error, TargetUnwritable)
    assert hostile_host.children() == []


def test_a_writer_that_closes_ends_the_input(hostile_host):
    with pipes() as (source, feed, drain, target):
        call = Encoding(source.fileno(), target.fileno())
        feed.write(b"all there is")
        feed.close()
        call.join(40)
        assert call.error is None
        assert drain.read(100) == b"all there is"


def test_nobody_reads_so_nothing_more_is_taken(hostile_host):
    with pipes() as (source, feed, drain, target):
        call = Encoding(source.fileno(), target.fileno())
        os.set_blocking(feed.fileno(), False)
        taken = 0
        still = time.monotonic() + 0.5
        while taken < 128 * KiB or time.monotonic() < still:
            try:
                taken += os.write(feed.fileno(), noise(64 * KiB))
                still = time.monotonic() + 0.5
            except BlockingIOError:
                time.sleep(0.02)
        assert taken <= 4 * MiB
        feed.close()
        got = 0
        target.close()
        while piece := drain.read(MiB):
            got += len(piece)
        call.join(40)
        assert got == taken


async def fed(call: StreamCall, data: bytes) -> None:
    """Give all of it."""
    for chunk in pieces(data, 50_000):
        await call.write(chunk)
    call.end_input()


async def streamed(operation, codec: Codec, data: bytes, **options) -> tuple[bytes, Any]:
    """What comes out, and the report."""
    call = StreamCall(operation, codec, Limits(), **options)
    try:
        feeding = asyncio.ensure_future(fed(call, data))
        out = bytearray()
        while piece := await call.read():
            out += piece
        await feeding
        return bytes(out), await call.report()
    finally:
        call.close()


@every_codec
def test_there_and_back(codec: Codec):
    packed, made = asyncio.run(streamed("encode", quick(codec), DATA))
    assert decode_bytes(codec, packed)[0] == DATA
    assert made.verified
    assert made.raw_sha256 == hashlib.sha256(DATA).hexdigest()
    again, back = asyncio.run(streamed("decode", codec, packed))
    assert again == DATA
    assert back.original_size == len(DATA)
