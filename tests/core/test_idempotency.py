"""`Idempotency-Key`: one effect, one answer."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections, transaction
from django.utils import timezone

from accounts.models import User
from core.api import idempotency
from core.jobs import runner
from core.models import IdempotencyKey, Job
from tests.core.site import Create

pytestmark = pytest.mark.usefixtures("site")

URL = "/api/v1/test/create"


def post(client: Any, body: Any, key: str = "k-1", **options: Any) -> Any:
    client.raise_request_exception = False
    return client.post(URL, body, headers={"Idempotency-Key": key}, **options)


def test_the_same_key_and_body_give_the_same_answer_once(ada: User, api: Any) -> None:
    client = api(ada)
    first, second = (post(client, {"a": 1}) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert (second["Location"], second["Idempotency-Replayed"]) == ("/x", "true")
    assert "Idempotency-Replayed" not in first
    assert Job.objects.count() == 1


def test_the_order_of_the_fields_is_no_difference(ada: User, api: Any) -> None:
    client = api(ada)
    post(client, '{"a": 1, "b": [1, 2]}', content_type="application/json")
    assert post(client, '{"b":[1,2],"a":1}', content_type="application/json").status_code == 201
    assert Job.objects.count() == 1


def test_the_same_key_with_another_body_is_refused(ada: User, api: Any) -> None:
    client = api(ada)
    post(client, {"a": 1})
    refused = post(client, {"a": 2})
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
    assert Job.objects.count() == 1


def test_a_key_belongs_to_its_account(ada: User, ben: User, api: Any) -> None:
    assert post(api(ada), {"a": 1}).json()["id"] != post(api(ben), {"a": 1}).json()["id"]
    assert Job.objects.count() == 2


def test_files_are_told_apart_by_their_content(ada: User, api: Any, settings: Any) -> None:
    settings.FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
    client = api(ada)

    def upload(content: bytes, name: str = "a.bin") -> Any:
        return post(client, {"file": SimpleUploadedFile(name, content), "a": "1"}, format="multipart")

    assert upload(b"x" * 1000).status_code == 201
    assert upload(b"x" * 1000).status_code == 201
    assert upload(b"y" * 1000).status_code == 422
    assert upload(b"x" * 1000, "b.bin").status_code == 422
    assert Job.objects.count() == 1


def test_a_refusal_is_kept_with_what_was_done(ada: User, api: Any) -> None:
    client = api(ada)
    first, second = (post(client, {"how": "unprocessable"}) for _ in range(2))
    assert (first.status_code, first.json()["code"]) == (422, "corrupt_stream")
    assert second.json() == first.json()
    assert second["Idempotency-Replayed"] == "true"
    assert second["Content-Type"] == "application/problem+json"
    assert Job.objects.count() == 1


@pytest.mark.parametrize(
    ("how", "status"),
    [("conflict", 409), ("too_many", 429), ("full", 507), ("defect", 500), ("database", 503)],
)
def test_what_another_try_may_mend_is_undone_and_not_kept(ada: User, api: Any, how: str, status: int) -> None:
    client = api(ada)
    for _ in range(2):
        answer = post(client, {"how": how})
        assert answer.status_code == status
        assert "Idempotency-Replayed" not in answer
    assert not Job.objects.exists()
    assert not IdempotencyKey.objects.exists()
    assert not connection.needs_rollback


def test_what_is_told_once_is_not_kept(ada: User, api: Any) -> None:
    client = api(ada)
    first, second = (post(client, {"how": "secret"}) for _ in range(2))
    assert first.json()["secret"] == "s3cret"
    assert second.json() == {"id": first.json()["id"]}
    assert "s3cret" not in IdempotencyKey.objects.get().body


def test_an_answer_that_streams_takes_effect_and_is_not_kept(ada: User, api: Any) -> None:
    assert b"".join(post(api(ada), {"how": "stream"}).streaming_content) == b"bytes"
    assert Job.objects.count() == 1
    assert not IdempotencyKey.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_answer_that_waits_is_kept_as_the_job(ada: User, api: Any) -> None:
    client = api(ada)
    headers = {"Idempotency-Key": "k-1", "Prefer": "wait=1"}
    first = client.post(URL, {"how": "job"}, headers=headers)
    again = client.post(URL, {"how": "job"}, headers=headers)
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()["id"] == again.json()["id"]
    assert again["Location"] == f"/api/v1/jobs/{first.json()['id']}"


@pytest.mark.django_db(transaction=True)
def test_a_repeat_tells_how_the_job_is_by_then(ada: User, api: Any) -> None:
    client = api(ada)
    waiting = {"Idempotency-Key": "k-1", "Prefer": "respond-async, wait=1"}
    job = client.post(URL, {"how": "job"}, headers=waiting).json()["id"]
    runner.run(job, threaded=False)
    again = client.post(URL, {"how": "job"}, headers=waiting)
    assert (again.status_code, again.json(), again["Idempotency-Replayed"]) == (200, {}, "true")
    plain = post(client, {"how": "job"})
    assert (plain.status_code, plain.json()["status"]) == (202, "succeeded")
    Job.objects.all().delete()
    gone = post(client, {"how": "job"})  # what was kept
    assert (gone.status_code, gone.json()["id"], gone.json()["status"]) == (202, job, "queued")


def test_a_slash_at_the_end_is_no_difference(ada: User, api: Any) -> None:
    client = api(ada)
    headers = {"Idempotency-Key": "k-1"}
    answers = [client.post(f"{URL}{end}", {"a": 1}, headers=headers) for end in ("", "/")]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert client.post(f"{URL}?a=1", {"a": 1}, headers=headers).status_code == 422
    assert Job.objects.count() == 1


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
def test_a_key_that_cannot_be_is_refused(ada: User, api: Any, key: str) -> None:
    assert post(api(ada), {}, key).status_code == 400
    assert not Job.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_calls_at_once_one_takes_effect(ada: User, api: Any) -> None:
    client = api(ada)
    Create.entered.clear()
    Create.leave.clear()

    def call(_: int = 0) -> int:
        try:
            return int(post(client, {"how": "hold"}).status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(call)
        assert Create.entered.wait(40)
        others = list(pool.map(call, range(3)))
        Create.leave.set()
        assert first.result() == 201
    assert others == [409, 409, 409]
    assert call() == 201  # the kept answer
    assert Job.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_key_of_a_process_that_died_is_free_at_once(ada: User, api: Any) -> None:
    other = connections.create_connection("default")
    number = idempotency.lock_number(ada, "k-1")
    try:
        other.ensure_connection()
        other.set_autocommit(False)
        other.cursor().execute("SELECT pg_advisory_xact_lock(%s)", [number])
        held = post(api(ada), {"a": 1})
        assert (held.status_code, held.json()["code"]) == (409, "idempotency_in_progress")
    finally:
        other.connection.close()  # no end of the transaction: what a process leaves that dies
    assert post(api(ada), {"a": 1}).status_code == 201
    assert Job.objects.count() == 1


def test_keys_are_forgotten_after_a_day(ada: User, api: Any) -> None:
    post(api(ada), {"a": 1})
    idempotency.forget_old_keys()
    assert IdempotencyKey.objects.exists()
    IdempotencyKey.objects.update(created_at=timezone.now() - idempotency.KEPT_FOR)
    idempotency.forget_old_keys()
    assert not IdempotencyKey.objects.exists()


def test_a_large_answer_is_kept_whole(ada: User) -> None:
    row = IdempotencyKey(
        owner=ada, key="k", fingerprint="f", status=201, body=json.dumps(["é" * 1000] * 1000), headers={}
    )
    with transaction.atomic():
        row.save()
    assert idempotency._kept(IdempotencyKey.objects.get()).content.decode() == row.body
