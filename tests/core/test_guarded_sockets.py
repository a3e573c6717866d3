"""What a socket does when what it does goes wrong."""

import asyncio
import contextlib
from typing import Any

import pytest

from core.sockets import guarded
from core.sockets.consumer import HintConsumer


class Layer:
    """A channel layer that knows who has left."""

    def __init__(self) -> None:
        self.left: list[str] = []

    async def group_discard(self, group: str, channel: str) -> None:
        """Note it."""
        self.left.append(group)


def consumer() -> Any:
    """Return one that follows a group."""
    made: Any = HintConsumer()
    made.channel_layer, made.channel_name, made._groups = Layer(), "c", ("g",)
    return made


def test_rights_are_looked_up_again_whatever_went_wrong(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(guarded, "RECHECK_S", 0.001)
    answers: list[Any] = [ValueError("a bug"), RuntimeError("another"), True]
    one = consumer()

    async def look() -> bool:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return bool(answer)

    one._close_if_refused = look
    asyncio.run(asyncio.wait_for(one._recheck(), 20))
    assert not answers
    assert [record.message for record in caplog.records] == ["permission of a socket not looked up"] * 2


def test_all_is_left_though_some_of_it_fails() -> None:
    one, ended = consumer(), []

    async def stop() -> None:
        raise ValueError("the rechecks")

    async def end() -> None:
        ended.append(1)
        raise ValueError("the end")

    one._stop_rechecks, one.end = stop, end
    with contextlib.suppress(ValueError):
        asyncio.run(one._leave())
    assert ended
    assert one.channel_layer.left == ["g"]
