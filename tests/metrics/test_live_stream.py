"""The live stream over the real server: who sees what, how often, and that nobody is held up."""

import json
import random
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from redis import Redis
from websockets.sync.client import ClientConnection

from accounts import services as accounts
from accounts.models import User
from core.access.roles import Role, Scope
from core.sockets.counting import KEY
from metrics.live.publishing import CHANNEL, Publisher
from metrics.types import Sample
from tests.core.crew import until
from tests.dialling import PATIENCE_S, Open, closing, hear, session_of, token_of

pytestmark = [pytest.mark.xdist_group("web"), pytest.mark.slow]

STREAM = "/api/v1/live-metrics/stream"
T = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def redis() -> Redis:
    """The platform's, when nobody listens any more for the test before."""
    redis = Redis.from_url(settings.REDIS_URL)
    until(lambda: not redis.pubsub_numsub(CHANNEL)[0][1])
    return redis


class Sampler:
    """Publishes samples a second apart, as fast as it is asked to."""

    def __init__(self) -> None:
        self.second = 0
        self._publisher = Publisher()

    def say(self, own: dict[str, Any] | None = None, components: Any = None, **values: float) -> None:
        self.second += 1
        named = {name.replace("__", "."): value for name, value in values.items()}
        sample = Sample("here", T + timedelta(seconds=self.second), named, own=own or {})
        until(lambda: self._publisher.send(sample, components))


@pytest.fixture
def sampler() -> Sampler:
    return Sampler()


def listen(redis: Redis, socket: ClientConnection, *patterns: str, **more: Any) -> None:
    """Subscribe, and return when the server has understood and listens."""
    socket.send(json.dumps({"subscribe": patterns, **more}))
    socket.send("what?")
    assert hear(socket)["kind"] == "error"
    until(lambda: redis.pubsub_numsub(CHANNEL)[0][1])


def test_staff_see_what_they_asked_for(dial: Open, otto: User, redis: Redis, sampler: Sampler) -> None:
    with dial(STREAM, token_of(otto, Scope.ADMIN)[1]) as socket:
        listen(redis, socket, "system.*", "queue.depth.cpu")
        sampler.say(system__cpu_percent=12.5, queue__depth__cpu=3, queue__depth__io=4, redis__clients=5)
        assert hear(socket) == {
            "t": "2026-03-01T12:00:01Z",
            "machine": "here",
            "metrics": {"system.cpu_percent": 12.5, "queue.depth.cpu": 3},
        }
        socket.send(json.dumps({"subscribe": ["redis.*"]}))
        assert hear(socket)["metrics"] == {"redis.clients": 5}, "what is known comes at once"
        sampler.say(redis__clients=6)
        assert hear(socket)["metrics"] == {"redis.clients": 6}


def test_staff_see_components_when_they_change(
    dial: Open, otto: User, redis: Redis, sampler: Sampler
) -> None:
    well = {"name": "web", "status": "ok", "latency_ms": 1.5, "uptime_s": 100, "log": ["up"]}
    with dial(STREAM, token_of(otto, Scope.ADMIN)[1]) as socket:
        listen(redis, socket, "system.load_1")
        sampler.say(components=[well], system__load_1=1)
        assert hear(socket)["components"] == [well]
        sampler.say(
            components=[{**well, "latency_ms": 9.5, "uptime_s": 101, "detail": "2 MB"}], system__load_1=1
        )
        assert "components" not in hear(socket)
        sampler.say(components=[{**well, "status": "down"}])
        assert hear(socket)["components"][0]["status"] == "down"


def test_others_see_what_their_own_work_makes(
    dial: Open, ada: User, ben: User, redis: Redis, sampler: Sampler
) -> None:
    of_ada, of_ben = (
        {str(user.pk): {"compression.operations_s": number, "compression.ratio": 2.5}}
        for user, number in ((ada, 1.0), (ben, 7.0))
    )
    with dial(STREAM, token_of(ada)[1]) as socket:
        listen(redis, socket, "*")
        everything = {"system__load_1": 1.0, "compression__operations_s": 8.0}
        component = [{"name": "web", "status": "ok"}]
        sampler.say(own=of_ben, components=component, **everything)
        sampler.say(own=of_ada | of_ben, components=component, **everything)
        assert hear(socket) == {
            "t": "2026-03-01T12:00:02Z",
            "machine": "here",
            "metrics": of_ada[str(ada.pk)],
        }
        sampler.say(own=of_ben, **everything)
        assert hear(socket)["metrics"] == {"compression.operations_s": 0.0}, "a rate ends"
        sampler.say(own=of_ben, **everything)
        sampler.say(own=of_ada, **everything)
        assert hear(socket)["t"] == "2026-03-01T12:00:05Z"


def test_a_token_of_staff_needs_the_scope_that_the_api_asks_for(
    dial: Open, otto: User, redis: Redis, sampler: Sampler
) -> None:
    with dial(STREAM, token_of(otto, Scope.READ)[1]) as socket:
        listen(redis, socket, "*")
        sampler.say(own={str(otto.pk): {"compression.operations_s": 1.0}}, system__load_1=1)
        assert hear(socket)["metrics"] == {"compression.operations_s": 1.0}


def test_who_is_staff_no_longer_sees_the_machine_no_longer(
    dial: Open, otto: User, mia: User, redis: Redis, sampler: Sampler, web: str
) -> None:
    session = session_of(otto)
    with dial(STREAM, session=str(session.session_key), origin=f"http://{web}") as socket:
        listen(redis, socket, "*")
        sampler.say(system__load_1=1)
        assert hear(socket)["metrics"] == {"system.load_1": 1}
        accounts.user_set_role(user=otto, role=Role.USER, actor=mia)

        def seen() -> Any:
            sampler.say(own={str(otto.pk): {"compression.ratio": float(sampler.second)}}, system__load_1=2)
            return hear(socket).get("metrics", {})  # nothing but a heartbeat, where it changed in between

        until(lambda: list(seen()) == ["compression.ratio"])
        assert list(seen()) == ["compression.ratio"]
        session.delete()
        assert closing(socket) == 4401


def test_the_interval_is_kept_and_nothing_read_in_between_is_lost(
    dial: Open, otto: User, redis: Redis, sampler: Sampler
) -> None:
    with dial(STREAM, token_of(otto, Scope.ADMIN)[1]) as socket:
        listen(redis, socket, "system.*", interval_ms=3000)
        sampler.say(system__load_1=1)
        assert hear(socket)["metrics"] == {"system.load_1": 1}
        sampler.say(system__load_1=2, system__load_15=2)
        sampler.say(system__load_1=3)
        sampler.say(system__load_1=4)
        assert hear(socket) == {
            "t": "2026-03-01T12:00:04Z",
            "machine": "here",
            "metrics": {"system.load_1": 4, "system.load_15": 2},
        }


@pytest.mark.parametrize(
    ("message", "word"),
    [
        ("nonsense", "JSON"),
        ("[" * 100_000, "JSON"),
        (b"\x00\xff", "JSON"),
        ("[]", "subscribe"),
        ('{"subscribe": "system.*"}', "patterns"),
        ('{"subscribe": [1]}', "text"),
        ('{"subscribe": [""]}', "text"),
        (json.dumps({"subscribe": ["x" * 201]}), "200"),
        (json.dumps({"subscribe": [f"x{number}" for number in range(51)]}), "50"),
        ('{"subscribe": ["*"], "interval_ms": 249}', "interval_ms"),
        ('{"subscribe": ["*"], "interval_ms": 60001}', "interval_ms"),
        ('{"subscribe": ["*"], "interval_ms": NaN}', "interval_ms"),
        ('{"subscribe": ["*"], "interval_ms": true}', "interval_ms"),
        ('{"subscribe": ["*"], "type": "live.news"}', "subscribe"),
    ],
)
def test_a_bad_message_is_told_and_the_socket_stays(dial: Open, ada: User, message: Any, word: str) -> None:
    with dial(STREAM, token_of(ada)[1]) as socket:
        socket.send(message)
        answer = hear(socket)
        assert answer["kind"] == "error"
        assert word in answer["detail"]
        socket.send("again")
        assert hear(socket)["kind"] == "error"


def test_who_may_not_listen_is_told_why(dial: Open, ada: User) -> None:
    with dial(STREAM, "dc_nothing") as socket:
        assert closing(socket) == 4401


def test_a_client_that_takes_nothing_holds_up_nobody_and_then_finds_the_newest(
    dial: Open, otto: User, redis: Redis, sampler: Sampler
) -> None:
    secret = token_of(otto, Scope.ADMIN)[1]
    numbers = random.Random(1)
    with dial(STREAM, secret, narrow=True) as slow, dial(STREAM, secret) as quick:
        listen(redis, slow, "system.*")
        listen(redis, quick, "system.*")
        for second in range(1, 101):
            noise: dict[str, Any] = {
                f"system__core_percent__{core}": numbers.random() for core in range(4500)
            }
            sampler.say(**noise, system__load_1=second)
            assert hear(quick)["metrics"]["system.load_1"] == second
        heard = [hear(slow)["metrics"]["system.load_1"]]
        while heard[-1] < 100:
            heard.append(hear(slow)["metrics"]["system.load_1"])
    assert heard == sorted(heard)
    assert len(heard) < 100, "what nobody takes was kept for it"


def test_the_stream_goes_on_when_redis_has_dropped_it(
    dial: Open, otto: User, redis: Redis, sampler: Sampler
) -> None:
    with dial(STREAM, token_of(otto, Scope.ADMIN)[1]) as socket:
        listen(redis, socket, "system.*")
        redis.client_kill_filter(_type="pubsub")
        until(lambda: redis.pubsub_numsub(CHANNEL)[0][1])
        sampler.say(system__load_1=1)
        assert hear(socket)["metrics"] == {"system.load_1": 1}


def test_what_is_no_sample_harms_nobody(dial: Open, otto: User, redis: Redis, sampler: Sampler) -> None:
    with dial(STREAM, token_of(otto, Scope.ADMIN)[1]) as socket:
        listen(redis, socket, "system.*")
        for nonsense in (b"\xff", b"[]", b"{}", b'{"t": 5}', b'{"t": "2026-03-01T12:00:00Z", "metrics": 5}'):
            redis.publish(CHANNEL, nonsense)
        sampler.say(system__load_1=1)
        assert hear(socket)["metrics"] == {"system.load_1": 1}


def test_the_platform_knows_how_many_sockets_are_open(dial: Open, ada: User, redis: Redis) -> None:
    redis.delete(KEY)  # what web processes that tests have killed left there

    def count() -> int:
        found: Any = redis.hgetall(KEY)
        return sum(int(value.split()[0]) for value in found.values())

    with dial(STREAM, token_of(ada)[1]), dial("/api/v1/events/stream", token_of(ada)[1]):
        assert until(lambda: count() == 2)
    assert until(lambda: count() == 0)


def test_nobody_listens_when_nobody_looks(dial: Open, otto: User, redis: Redis) -> None:
    with dial(STREAM, token_of(otto, Scope.ADMIN)[1]) as socket:
        listen(redis, socket, "*")
        assert redis.pubsub_numsub(CHANNEL)[0][1] == 1
    until(lambda: not redis.pubsub_numsub(CHANNEL)[0][1])


def test_silence_is_told_from_death(dial: Open, ada: User) -> None:
    began = time.monotonic()
    with dial(STREAM, token_of(ada)[1]) as socket:
        assert hear(socket)["kind"] == "heartbeat"
    assert 8 < time.monotonic() - began < PATIENCE_S


def test_many_may_come_and_go_at_once(dial: Open, otto: User, redis: Redis, sampler: Sampler) -> None:
    secret = token_of(otto, Scope.ADMIN)[1]
    heard: list[dict[str, Any]] = []

    def visit() -> None:
        with dial(STREAM, secret) as socket:
            socket.send('{"subscribe": ["system.*"]}')
            heard.append(hear(socket))

    threads = [threading.Thread(target=visit) for _ in range(10)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        sampler.say(system__load_1=1)
        time.sleep(0.1)
    assert [message["metrics"] for message in heard] == [{"system.load_1": 1}] * 10
