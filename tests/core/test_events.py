"""Events: typed, on commit, and survivable."""

import json
from dataclasses import FrozenInstanceError, dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.db import transaction

from core import events
from core.events import Event, catalogue, event, group_of, publish, subscribe
from core.sockets.layer import HintLayer


@event
@dataclass(frozen=True, slots=True)
class Noticed(Event):
    """Something was noticed by a test."""

    kind: ClassVar[str] = "test.noticed"
    id: UUID
    at: datetime

    def groups(self) -> list[str]:
        return [group_of("test", self.id), group_of("tests", "all")]


@dataclass(frozen=True, slots=True)
class Unlisted(Event):
    """Is in no catalogue."""

    kind: ClassVar[str] = "test.unlisted"


def noticed() -> Noticed:
    return Noticed(uuid4(), datetime(2026, 1, 2, tzinfo=UTC))


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the subscribers of Noticed were told."""
    told: list[Any] = []
    monkeypatch.setitem(events._subscribers, Noticed.kind, [])
    subscribe(Noticed)(told.append)
    return told


@pytest.mark.django_db(transaction=True)
def test_an_event_leaves_on_commit_and_not_before(heard: list[Any]) -> None:
    first = noticed()
    with transaction.atomic():
        publish(first)
        assert heard == []
    assert heard == [first]


@pytest.mark.django_db(transaction=True)
def test_an_event_of_a_rolled_back_transaction_never_leaves(heard: list[Any]) -> None:
    with transaction.atomic():
        publish(noticed())
        transaction.set_rollback(True)
    assert heard == []


@pytest.mark.django_db(transaction=True)
def test_without_a_transaction_it_leaves_at_once(heard: list[Any]) -> None:
    publish(noticed())
    assert len(heard) == 1


@pytest.mark.django_db(transaction=True)
def test_a_subscriber_that_fails_keeps_nobody_else_from_the_news(heard: list[Any]) -> None:
    def fail(what: Noticed) -> None:
        raise RuntimeError("no")

    events._subscribers[Noticed.kind].insert(0, fail)
    publish(noticed())
    assert len(heard) == 1


def test_what_is_not_in_the_catalogue_is_not_sent() -> None:
    with pytest.raises(TypeError, match="not in the catalogue"):
        publish(Unlisted())


def test_two_events_cannot_have_one_kind() -> None:
    with pytest.raises(ValueError, match="already taken"):
        event(Noticed)


@pytest.mark.parametrize("kind", list(catalogue))
def test_every_event_is_frozen_and_says_what_it_is(kind: str) -> None:
    found = catalogue.get(kind)
    assert found.kind == kind
    assert found.__doc__
    made: Any = object.__new__(found)
    with pytest.raises((FrozenInstanceError, TypeError)):
        made.anything = 1


@pytest.mark.django_db(transaction=True)
def test_a_hint_reaches_its_groups_as_json() -> None:
    """`tell` writes past Channels: the names of groups and the form of messages must stay those of its layer."""
    what = noticed()

    async def listen() -> list[dict[str, Any]]:
        layer: Any = events.layer()
        channels = [await layer.new_channel() for _ in range(2)]
        for group, channel in zip(what.groups(), channels, strict=True):
            await layer.group_add(group, channel)
        await sync_to_async(publish)(what)
        return [await layer.receive(channel) for channel in channels]

    for message in async_to_sync(listen)():
        assert (message["type"], message["kind"]) == ("hint", "test.noticed")
        assert json.loads(message["text"]) == {
            "kind": "test.noticed",
            "id": str(what.id),
            "at": "2026-01-02T00:00:00Z",
        }


@pytest.mark.django_db(transaction=True)
def test_a_redis_that_is_away_costs_a_hint_and_no_time(heard: list[Any], settings: Any) -> None:
    layer = HintLayer(hosts=[{"address": "unix:///nowhere/redis.sock"}], prefix="dynacomp")
    settings.REDIS_URL = "unix:///nowhere/redis.sock"
    assert layer.tell(["test.all"], {"type": "hint"}) is False
    assert layer._away_until > 0
    layer.__dict__["_redis"] = None  # would fail if it were asked again so soon
    assert layer.tell(["test.all"], {"type": "hint"}) is False
