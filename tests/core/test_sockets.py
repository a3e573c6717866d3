"""Sockets over the real server: who may follow what, and for how long."""

import json
import time
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from accounts import services as accounts
from accounts.models import Token, User
from core.access import rule
from core.access.roles import Role
from core.events import group_of, layer
from core.jobs import JobContext, enqueue, runner
from core.jobs import services as jobs
from core.models import Job
from core.sockets import routing
from core.sockets.consumer import HintConsumer
from core.sockets.guarded import SLOW_S
from core.sockets.topics import routes, topics
from tests.core.listeners import await_listener
from tests.dialling import Open, closing, hear, session_of, token_of

pytestmark = [pytest.mark.xdist_group("web"), pytest.mark.slow]


def stream(job: Job, query: str = "") -> str:
    return f"/api/v1/jobs/{job.pk}/stream{query}"


def test_a_snapshot_comes_first_and_then_the_news(dial: Open, ada: User) -> None:
    job = enqueue("test.echo", owner=ada, params={"say": "x"})
    with dial(stream(job), token_of(ada)[1]) as socket:
        snapshot = hear(socket)
        assert (snapshot["kind"], snapshot["id"], snapshot["status"]) == (
            "job.snapshot",
            str(job.pk),
            "queued",
        )
        runner.run(str(job.pk), threaded=False)
        heard = [hear(socket) for _ in range(3)]
    assert [(news["kind"], news.get("status")) for news in heard] == [
        ("job.changed", "running"),
        ("job.log", None),
        ("job.changed", "succeeded"),
    ]
    assert (heard[1]["seq"], heard[1]["line"]) == (1, "said it")
    assert heard[2]["progress"]["done"] == 2


def test_lines_after_a_number_come_with_the_snapshot(dial: Open, ada: User) -> None:
    job = enqueue("test.steps", owner=ada, params={"seconds": 0})
    claimed = runner.claim(str(job.pk), worker="w")
    assert claimed is not None
    for number in range(1, 6):
        JobContext(claimed).log(f"line {number}")
    with dial(stream(job, "?after=3"), token_of(ada)[1]) as socket:
        assert hear(socket)["kind"] == "job.snapshot"
        assert [hear(socket)["line"] for _ in range(2)] == ["line 4", "line 5"]


def test_the_socket_of_a_page_has_the_news_of_its_account_alone(dial: Open, ada: User, ben: User) -> None:
    with dial("/api/v1/events/stream", token_of(ada)[1]) as socket:
        await_listener("user", ada.pk)
        enqueue("test.nothing", owner=ben, params={})
        own = enqueue("test.nothing", owner=ada, params={})
        assert hear(socket) == {"kind": "jobs.added", "id": str(own.pk), "owner_id": str(ada.pk)}


def test_who_may_not_follow_is_told_why(dial: Open, ada: User, ben: User, otto: User) -> None:
    job = enqueue("test.nothing", owner=ada, params={})
    with dial(stream(job), token_of(ben)[1]) as socket:
        assert closing(socket) == 4404
    with dial(f"/api/v1/jobs/{uuid4()}/stream", token_of(ben)[1]) as socket:
        assert closing(socket) == 4404
    with dial(stream(job), "dc_nothing") as socket:
        assert closing(socket) == 4401
    with dial(stream(job), token_of(otto)[1]) as socket:
        assert hear(socket)["kind"] == "job.snapshot"


def test_the_matrix_says_which_role_a_socket_needs(
    ada: User, otto: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.sockets.guarded.find", lambda name: rule(GET=Role.OPERATOR))

    def refusal(user: User, token: Token | None) -> int | None:
        consumer = HintConsumer()
        consumer.topic, consumer.object_id = topics.get("user"), str(user.pk)
        identity = SimpleNamespace(fresh=lambda: (user, token))
        consumer.scope = {"route_name": "events", "identity": identity}
        return consumer._refusal()

    assert refusal(ada, None) == 4403
    assert refusal(otto, None) is None
    assert refusal(otto, token_of(otto)[0]) is None
    otto.password_is_temporary = True
    assert refusal(otto, None) == 4403
    otto.password_is_temporary = False
    monkeypatch.setattr("core.sockets.guarded.find", lambda name: None)
    assert refusal(otto, None) == 4403


@pytest.mark.parametrize(
    "loss", ["token revoked", "account closed", "password changed", "owner no longer staff"]
)
def test_a_lost_right_closes_the_socket(dial: Open, ada: User, otto: User, mia: User, loss: str) -> None:
    job = enqueue("test.nothing", owner=ada, params={})
    user = otto if loss == "owner no longer staff" else ada
    token, secret = token_of(user)
    with dial(stream(job), secret) as socket:
        hear(socket)
        if loss == "token revoked":
            accounts.token_revoke(token=token, actor=ada)
        elif loss == "account closed":
            accounts.user_set_active(user=ada, active=False, actor=mia)
        elif loss == "password changed":
            accounts.user_end_sessions(user=ada, actor=mia)
        else:
            accounts.user_set_role(user=otto, role=Role.USER, actor=mia)
        assert closing(socket) == (4404 if user is otto else 4401)


def test_the_end_of_a_session_closes_its_sockets_even_if_nobody_says_so(
    dial: Open, ada: User, web: str
) -> None:
    job = enqueue("test.nothing", owner=ada, params={})
    session = session_of(ada)
    with dial(stream(job), session=str(session.session_key), origin=f"http://{web}") as socket:
        assert hear(socket)["kind"] == "job.snapshot"
        session.delete()
        assert closing(socket) == 4401


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:1", "null", ""])
def test_a_page_of_another_site_opens_nothing_with_our_cookie(dial: Open, ada: User, origin: str) -> None:
    job = enqueue("test.nothing", owner=ada, params={})
    session = str(session_of(ada).session_key)
    with pytest.raises(InvalidStatus) as refused, dial(stream(job), session=session, origin=origin):
        pass
    assert refused.value.response.status_code == 403


def test_another_scheme_of_authorization_is_no_way_around_the_origin(web: str, ada: User) -> None:
    cookie = f"{settings.SESSION_COOKIE_NAME}={session_of(ada).session_key}"
    headers = {"Authorization": "Basic eDp5", "Cookie": cookie, "Origin": "http://evil.example"}
    with (
        pytest.raises(InvalidStatus) as refused,
        connect(f"ws://{web}/api/v1/events/stream", additional_headers=headers),
    ):
        pass
    assert refused.value.response.status_code == 403


def test_an_unknown_address_is_refused(dial: Open, ada: User, caplog: Any) -> None:
    for path in ("/api/v1/nothing", "/", "/api/v1/jobs/not-a-number/stream"):
        with pytest.raises(InvalidStatus) as refused, dial(path, token_of(ada)[1]):
            pass
        assert refused.value.response.status_code == 404
    assert not [record.message for record in caplog.records if record.levelname == "ERROR"]


def test_a_slash_at_the_end_is_no_difference(dial: Open, ada: User) -> None:
    job = enqueue("test.nothing", owner=ada, params={})
    with dial(f"/api/v1/jobs/{job.pk}/stream/", token_of(ada)[1]) as socket:
        assert hear(socket)


def test_a_client_that_takes_nothing_holds_up_nobody(dial: Open, ada: User) -> None:
    job = enqueue("test.nothing", owner=ada, params={})
    text = json.dumps({"kind": "job.changed", "id": str(job.pk), "filling": "x" * 60_000})
    with dial(stream(job), token_of(ada)[1]) as slow, dial(stream(job), token_of(ada)[1]) as quick:
        assert slow  # reads into its own queue until that is full, and then no more
        hear(quick)
        for number in range(200):
            layer().tell([group_of("job", job.pk)], {"type": "hint", "kind": "job.changed", "text": text})
            began = time.monotonic()
            assert hear(quick)["kind"] == "job.changed", number
            assert time.monotonic() - began < SLOW_S, "it waited until the other was left"


def test_what_the_client_sends_is_not_listened_to(dial: Open, ada: User) -> None:
    job = enqueue("test.nothing", owner=ada, params={})
    with dial(stream(job), token_of(ada)[1]) as socket:
        hear(socket)
        socket.send('{"type": "hint", "kind": "access.changed"}')
        socket.send(b"\x00\xff")
        jobs.job_cancel(job=job, actor=ada)
        assert hear(socket)["status"] == "cancelled"


def test_which_pages_are_our_own(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["dynacomp.example"]
    settings.CSRF_TRUSTED_ORIGINS = ["https://front.example"]
    assert routing.is_own_page("https://dynacomp.example", "dynacomp.example")
    assert routing.is_own_page("http://dynacomp.example:8000", "dynacomp.example:8000")
    assert routing.is_own_page("https://front.example", "dynacomp.example")
    assert not routing.is_own_page("https://dynacomp.example:444", "dynacomp.example")
    assert not routing.is_own_page("http://rebound.example", "rebound.example")  # not a name of ours
    assert not routing.is_own_page("", "")


def test_every_route_names_a_topic() -> None:
    assert {route.topic for route in routes.values()} <= set(topics)
