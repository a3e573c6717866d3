"""`Prefer`: what is read of it, and answers that wait."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.db import connection
from django.test import RequestFactory

from accounts import services as accounts
from accounts.models import User
from core.access.roles import Scope
from core.api.jobs import accepted
from core.api.prefer import Preference, preference
from core.errors import Invalid
from core.jobs import enqueue, runner
from core.jobs import services as jobs
from core.models import Job
from tests.core.listeners import await_listener

# The longest wait there is, so that what ends before it was not ended by it, however slow the machine.
WAIT_S = settings.WAIT_LIMIT_S
PATIENT = {"Prefer": f"wait={WAIT_S}"}


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", Preference()),
        ("respond-async", Preference(respond_async=True)),
        ("Respond-Async, wait=5", Preference(respond_async=True, wait_s=5)),
        ('wait="30"', Preference(wait_s=30)),
        ("wait = 7 ; foo=bar", Preference(wait_s=7)),
        ("handling=lenient, wait=0", Preference(wait_s=0)),
        (",,;=", Preference()),
    ],
)
def test_what_is_read_of_the_header(header: str, expected: Preference) -> None:
    assert preference(RequestFactory().get("/", headers={"Prefer": header})) == expected


@pytest.mark.parametrize("value", ["31", "-1", "x", "", "1.5", "٣", "9" * 5000])
def test_a_wait_that_cannot_be_is_refused(value: str) -> None:
    with pytest.raises(Invalid):
        preference(RequestFactory().get("/", headers={"Prefer": f"wait={value}"}))


@pytest.mark.django_db
def test_a_bad_preference_is_refused_before_anything_is_done(ada: User, api: Any) -> None:
    job = enqueue("test.nothing", owner=ada, params={})
    assert api(ada).post(f"/api/v1/jobs/{job.pk}/cancel", headers={"Prefer": "wait=99"}).status_code == 400
    assert Job.objects.get(pk=job.pk).is_open


@pytest.mark.django_db
def test_long_work_is_accepted(ada: User) -> None:
    job = enqueue("test.nothing", owner=ada, params={})
    answer: Any = accepted(RequestFactory().post("/", headers={"Prefer": "respond-async"}), job)
    assert (answer.status_code, answer["Location"]) == (202, f"/api/v1/jobs/{job.pk}")
    assert answer["Preference-Applied"] == "respond-async"
    assert (answer.data["status"], answer.data["result"]) == ("queued", None)


class Later(threading.Thread):
    """Does something as soon as an answer waits for the job, with a database connection of its own."""

    def __init__(self, job: Job, what: Any) -> None:
        super().__init__()
        self._job, self._what = job, what
        self.start()

    def run(self) -> None:
        """Do it."""
        await_listener("job", self._job.pk)
        self._what()
        connection.close()


@pytest.mark.xdist_group("web")
@pytest.mark.slow
class TestOverTheServer:
    """The wait itself, on the event loop of the real server."""

    @pytest.fixture
    def client(self, web: str, ada: User) -> Iterator[httpx.Client]:
        _, secret = accounts.token_create(owner=ada, name="t", scope=Scope.WRITE)
        with httpx.Client(
            base_url=f"http://{web}/api/v1/jobs/", headers={"Authorization": f"Bearer {secret}"}, timeout=60
        ) as client:
            yield client

    def test_an_answer_waits_for_the_end_of_the_job_and_no_longer(
        self, client: httpx.Client, ada: User
    ) -> None:
        job = enqueue("test.echo", owner=ada, params={"say": "hello"})
        later = Later(job, lambda: runner.run(str(job.pk), threaded=False))
        began = time.monotonic()
        answer = client.get(str(job.pk), headers=PATIENT)
        assert time.monotonic() - began < WAIT_S, "the end of the job ended it"
        later.join()
        assert (answer.status_code, answer.headers["Preference-Applied"]) == (200, f"wait={WAIT_S}")
        assert (answer.json()["status"], answer.json()["result"]) == ("succeeded", {"said": "hello"})

    def test_after_the_wait_the_job_is_answered_as_it_is(self, client: httpx.Client, ada: User) -> None:
        job = enqueue("test.echo", owner=ada, params={"say": "hello"})
        began = time.monotonic()
        answer = client.get(str(job.pk), headers={"Prefer": "wait=1"})
        assert time.monotonic() - began > 0.9
        assert (answer.status_code, answer.json()["status"]) == (200, "queued")

    def test_a_cancelled_job_ends_the_wait(self, client: httpx.Client, ada: User) -> None:
        job = enqueue("test.echo", owner=ada, params={"say": "hello"})
        later = Later(job, lambda: jobs.job_cancel(job=job, actor=ada))
        answer = client.get(str(job.pk), headers=PATIENT)
        later.join()
        assert answer.json()["status"] == "cancelled"

    def test_a_deleted_job_ends_the_wait(self, client: httpx.Client, ada: User) -> None:
        job = enqueue("test.echo", owner=ada, params={"say": "hello"})
        later = Later(job, lambda: Job.objects.filter(pk=job.pk).delete())
        answer = client.get(str(job.pk), headers=PATIENT)
        later.join()
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")

    def test_those_who_wait_hold_up_nobody(self, client: httpx.Client, ada: User) -> None:
        """Each who begins to wait is followed by one who does not; were a thread held, the server would run out."""
        job = enqueue("test.echo", owner=ada, params={"say": "hello"})
        with ThreadPoolExecutor(30) as pool:
            waiting = []
            for _ in range(30):
                waiting.append(pool.submit(client.get, str(job.pk), headers=PATIENT))
                assert client.get(str(job.pk)).json()["status"] == "queued"
            await_listener("job", job.pk)
            assert not any(one.done() for one in waiting)
            jobs.job_cancel(job=job, actor=ada)
            assert {one.result().json()["status"] for one in waiting} == {"cancelled"}


@pytest.mark.parametrize(
    ("kind", "params", "status", "said"),
    [
        ("test.echo", {"say": "x"}, 200, {"said": "x"}),
        ("test.refused", {}, 422, None),
        ("test.echo", {}, 500, None),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_the_call_is_answered_as_if_it_had_not_waited(
    ada: User, kind: str, params: dict[str, str], status: int, said: Any
) -> None:
    job = enqueue(kind, owner=ada, params=params)
    answer: Any = accepted(RequestFactory().post("/", headers={"Prefer": "wait=1"}), job)
    runner.run(str(job.pk), threaded=False)
    resolved = answer.resolve()
    assert resolved.status_code == status
    body = resolved.getvalue() if resolved.streaming else resolved.content
    if said is not None:
        assert body == b'{"said":"x"}'
    else:
        assert resolved["Content-Type"] == "application/problem+json"
        assert b"request_id" in body
