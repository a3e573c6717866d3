"""The sampler's half of the live stream: one message a sample, and nothing that could hold it up."""

import json
import os
import socket
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from redis import Redis

from metrics.live.publishing import CHANNEL, Publisher, publish
from metrics.types import Sample

T = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)


def sample(**values: float) -> Sample:
    return Sample("here", T, {f"system.{name}": value for name, value in values.items()})


def test_a_sample_is_one_message() -> None:
    taken = Sample(
        "here",
        T,
        {"system.load_1": 0.5, "system.load_5": float("nan")},
        own={"7": {"compression.operations_s": 1.0, "compression.ratio": float("inf")}},
    )
    with Redis.from_url(settings.REDIS_URL).pubsub(ignore_subscribe_messages=True) as listener:
        listener.subscribe(CHANNEL)
        listener.get_message(timeout=5)
        assert publish(taken)
        assert publish(taken, [{"name": "web", "status": "ok"}])
        bare, full = (json.loads(_next(listener)["data"]) for _ in range(2))
    assert abs(bare.pop("sent") - time.time()) < 5
    assert bare == {
        "machine": "here",
        "t": "2026-03-01T12:00:00.250Z",
        "metrics": {"system.load_1": 0.5},
        "own": {"7": {"compression.operations_s": 1.0}},
    }
    assert full["components"] == [{"name": "web", "status": "ok"}]


def _next(listener: Any) -> dict[str, Any]:
    until = time.monotonic() + 5
    while time.monotonic() < until:
        if (message := listener.get_message(timeout=1)) is not None:
            return message
    raise AssertionError("nothing came")


def test_a_redis_that_is_away_is_left_alone(settings: Any, tmp_path: Path) -> None:
    settings.REDIS_URL = f"unix://{tmp_path}/nothing?db=0"
    publisher = Publisher()
    assert not publisher.send(sample(load_1=1), None)
    assert "_redis" in publisher.__dict__
    del publisher.__dict__["_redis"]
    assert not publisher.send(sample(load_1=1), None)
    assert "_redis" not in publisher.__dict__, "it was asked again at once"


def test_a_redis_that_does_not_answer_takes_less_than_a_tenth_of_a_second(
    settings: Any, tmp_path: Path
) -> None:
    path = os.path.relpath(tmp_path / "mute")
    with socket.socket(socket.AF_UNIX) as mute:
        mute.bind(path)
        mute.listen()
        settings.REDIS_URL = f"unix://{tmp_path}/mute?db=1"
        # The best of some: on a machine that is busy with other things any one of them may have to wait for its turn.
        assert min(_takes(Publisher()) for _ in range(20)) < 0.1


def _takes(publisher: Publisher) -> float:
    began = time.monotonic()
    assert not publisher.send(sample(load_1=1), None)
    return time.monotonic() - began


@pytest.mark.parametrize("value", ["seven", object()])
def test_what_cannot_be_told_is_no_error(value: Any) -> None:
    assert not Publisher().send(sample(load_1=value), None)
