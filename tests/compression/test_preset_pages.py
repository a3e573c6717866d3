"""What staff do with algorithms in the browser: compose, change, test, take through their life, delete."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from compression import conformance, services
from compression.choices import AlgorithmStatus
from compression.models import ALGORITHM_MACHINE, Algorithm, AlgorithmVersion
from core.access.roles import Scope
from core.models import Job
from tests.compression.presets import API, activate, made, put

TEXT = "words and words and words again. " * 200
NEW = {
    "name": "logs-small",
    "title": "",
    "description": "For logs.\r\nOf years.",
    "algorithm": "zstd",
    "level": "19",
    "params-of": "zstd",
    "params-window_log": "24",
}


@pytest.fixture(autouse=True)
def algorithms(db: None) -> None:
    services.algorithms_sync()


@pytest.fixture
def desk(browser: Callable[..., Client], otto: User) -> Client:
    return browser(otto)


@pytest.fixture
def staff(api: Callable[..., APIClient], otto: User) -> APIClient:
    return api(otto, Scope.ADMIN)


def text(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.content[:2000]
    found: str = response.content.decode()
    return found


def told(response: Any) -> list[str]:
    """Return what the next page says of the call."""
    assert response.status_code == 302, response.content[:2000]
    return [str(message) for message in get_messages(response.wsgi_request)]


def preset() -> Any:
    return Algorithm.objects.get(name="logs-small")


# Composed


def test_a_preset_is_composed_as_by_the_api(desk: Client) -> None:
    response = desk.post("/algorithms/new", NEW)
    assert response["Location"] == "/algorithms/logs-small"
    row = preset()
    assert (row.status, row.title, row.description) == ("draft", "logs-small", "For logs.\nOf years.")
    composed = row.composition
    assert composed is not None
    assert (composed["algorithm"], composed["level"], composed["params"]["window_log"]) == ("zstd", 19, 24)
    assert composed["params"]["checksum"] is False  # an empty box was sent
    shown = text(desk.get("/algorithms/logs-small"))
    for words in ("For logs.<br>Of years.", "Level 19, ", "Window 24", "Checksum no", "Take to testing"):
        assert words in shown


def test_the_form_begins_with_what_the_address_names(desk: Client) -> None:
    shown = text(desk.get("/algorithms/new?algorithm=xz&level=9&name=of-xz"))
    assert '<option value="xz" selected' in shown
    assert 'value="9" data-default="6"' in shown
    assert 'value="of-xz"' in shown
    assert '<option value="zstd" selected' in text(desk.get("/algorithms/new?algorithm=nonsense"))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": "logs"}, "at least one hyphen within"),
        ({"name": ""}, "This field is required"),
        ({"title": "x" * 101}, "1 to 100 characters"),
        ({"level": "99"}, "Level must be from -7 to 22"),
        ({"params-window_log": "99"}, "less than or equal to 27"),
        ({"algorithm": "nonsense"}, "There is no algorithm “nonsense”"),
    ],
)
def test_a_refusal_stands_at_its_field_and_keeps_what_was_typed(
    desk: Client, fields: dict[str, str], words: str
) -> None:
    shown = text(desk.post("/algorithms/new", NEW | fields), 422)
    assert words in shown
    assert "For logs." in shown
    assert not Algorithm.objects.filter(kind="dynamic").exists()


def test_what_only_the_codec_can_refuse_stands_at_its_parameter(desk: Client) -> None:
    fields = {"algorithm": "lzma", "params-of": "lzma", "level": "6"}
    wrong = {"params-literal_context": "4", "params-literal_position": "4"}  # 4 together at most
    shown = text(desk.post("/algorithms/new", NEW | fields | wrong), 422)
    assert 'value="logs-small"' in shown
    assert shown.count("errorlist") == 1


def test_a_name_is_taken_once(desk: Client, staff: APIClient) -> None:
    made(staff)
    assert "There is an algorithm “logs-small” already" in text(desk.post("/algorithms/new", NEW), 422)
    put(staff, "logs-small", status="testing")
    of_preset = NEW | {"name": "of-preset", "algorithm": "logs-small"}
    assert "is composed itself" in text(desk.post("/algorithms/new", of_preset), 422)


def test_names_and_texts_are_escaped(desk: Client, staff: APIClient) -> None:
    made(staff, title="<b>bold</b>", description="<script>alert(1)</script>")
    for address in ("/algorithms", "/algorithms/logs-small", "/algorithms/new?name=<i>&algorithm=zstd"):
        shown = text(desk.get(address))
        for raw in ("<b>bold", "<script>alert", 'value="<i>'):
            assert raw not in shown
    assert "&lt;b&gt;bold" in text(desk.get("/algorithms/logs-small"))


# Changed


def test_other_settings_make_a_version(desk: Client, staff: APIClient) -> None:
    made(staff)
    shown = text(desk.get("/algorithms/logs-small"))
    assert 'value="19" data-default="3"' in shown
    changed = {
        "title": "Logs",
        "description": "",
        "level": "12",
        "params-of": "zstd",
        "params-checksum": "on",
    }
    assert told(desk.post("/algorithms/logs-small/edit", changed)) == ["Saved."]
    row = preset()
    assert (row.version, row.title, row.description) == (2, "Logs", "")
    assert row.composition["level"] == 12
    assert (row.composition["params"]["checksum"], row.composition["params"]["window_log"]) == (True, None)
    shown = text(desk.get("/algorithms/logs-small"))
    assert "Level 19, Checksum no, Window 24" in shown
    assert AlgorithmVersion.objects.count() == 2


def test_a_dictionary_that_no_form_shows_is_kept(desk: Client, staff: APIClient) -> None:
    made(staff, params={"dictionary": "d29yZHMgYW5kIHdvcmRz"})
    fields = {"title": "x", "description": "", "level": "3", "params-of": "zstd", "params-checksum": "on"}
    told(desk.post("/algorithms/logs-small/edit", fields))
    assert preset().composition["params"]["dictionary"] == "d29yZHMgYW5kIHdvcmRz"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"title": ""}, "This field is required"),
        ({"level": "99"}, "Level must be from -7 to 22"),
        ({"params-window_log": "5"}, "greater than or equal to 10"),
    ],
)
def test_a_change_that_cannot_be_changes_nothing(
    desk: Client, staff: APIClient, fields: dict[str, str], words: str
) -> None:
    made(staff)
    sent = {"title": "Typed", "description": "and kept", "level": "5", "params-of": "zstd"}
    shown = text(desk.post("/algorithms/logs-small/edit", sent | fields), 422)
    assert words in shown
    assert "and kept" in shown
    assert (preset().version, preset().title) == (1, "Logs, small")


def test_what_people_use_changes_its_texts_only(desk: Client, staff: APIClient) -> None:
    made(staff)
    activate(staff)
    shown = text(desk.get("/algorithms/logs-small"))
    assert "Its settings are fixed while people use it" in shown
    assert 'name="level"' not in shown
    sent = {"title": "Better", "description": "", "level": "1", "params-of": "zstd"}
    told(desk.post("/algorithms/logs-small/edit", sent))
    assert (preset().title, preset().version, preset().composition["level"]) == ("Better", 1, 19)


def test_of_a_codec_there_is_nothing_to_edit(desk: Client) -> None:
    assert "Texts and settings" not in text(desk.get("/algorithms/zstd"))
    response = desk.post("/algorithms/zstd/edit", {"title": "x"})
    assert response.status_code == 422
    assert Algorithm.objects.get(name="zstd").title != "x"


# Its life


@pytest.mark.parametrize("status", AlgorithmStatus.values)
def test_only_the_steps_that_may_follow_are_offered(desk: Client, staff: APIClient, status: str) -> None:
    made(staff)
    Algorithm.objects.filter(name="logs-small", status="draft").update(status="testing")
    if status != "testing":
        if status in ("deprecated", "active"):
            Algorithm.objects.filter(name="logs-small").update(status="active")
        Algorithm.objects.filter(name="logs-small").exclude(status=status).update(status=status)
    context = desk.get("/algorithms/logs-small").context
    assert {step.status for step in context["steps"]} == ALGORITHM_MACHINE.transitions[status]
    assert [state["label"].lower() for state in context["states"] if state["here"]] == [status]
    assert bool(context["can_delete"]) is (status == "draft")


def test_from_draft_to_disabled(desk: Client, staff: APIClient, run_jobs: Callable[[], list[Job]]) -> None:
    made(staff, algorithm="lz4", level=1, params={})

    def step(status: str) -> list[str]:
        return told(desk.post("/algorithms/logs-small/status", {"status": status}))

    assert step("active") == ["From “draft” there is no way to “active”. Possible: disabled, testing."]
    assert step("testing")[-1] == "logs-small is testing now."
    shown = text(desk.get("/algorithms/logs-small"))
    assert "Version 1 has to pass the test first." in shown
    assert '<button type="button" disabled' in shown
    assert "has not passed the conformance test" in step("active")[-1]
    desk.post("/algorithms/logs-small/test")
    run_jobs()  # where the machine was busy
    for status in ("active", "deprecated", "disabled"):
        assert step(status)[-1] == f"logs-small is {status} now."
        assert preset().status == status


def test_a_status_that_there_is_not_is_refused(desk: Client) -> None:
    assert desk.post("/algorithms/zstd/status", {"status": "retired"}).status_code == 400
    assert desk.post("/algorithms/zstd/status").status_code == 400
    assert Algorithm.objects.get(name="zstd").status == "active"


# Tested


@pytest.mark.parametrize("limit_s", [1000, 0])
def test_the_cases_of_a_test_are_shown(
    desk: Client,
    browser: Callable[..., Client],
    ada: User,
    run_jobs: Callable[[], Any],
    settings: Any,
    limit_s: int,
) -> None:
    settings.INLINE_LIMIT_S = limit_s
    assert "It was not tested yet" in text(desk.get("/algorithms/lz4"))
    response = desk.post("/algorithms/lz4/test")
    if Job.objects.exists():  # a busy machine leaves the test to a worker
        run_jobs()
    else:
        assert limit_s
        assert told(response) == ["24 of 24 cases passed."]
    shown = text(desk.get("/algorithms/lz4"))
    for words in ("24 cases on version 1", "a huge run", "8.39\u00a0MB", "a flipped bit, 8 of 8"):
        assert words in shown
    assert "a huge run" in text(browser(ada).get("/algorithms/lz4"))
    assert 'name="status"' not in text(browser(ada).get("/algorithms/lz4"))
    assert ">passed<" in text(desk.get("/algorithms"))


def test_a_case_that_failed_says_why(desk: Client) -> None:
    cases = [
        {"name": "empty", "size": 0, "passed": True, "ratio": None, "error": ""},
        {"name": "words", "size": 9, "passed": False, "ratio": 2.0, "error": "other <bytes> came back"},
    ]
    report = {"at": "2026-01-01T00:00:00+00:00", "version": 1, "passed": False, "cases": cases}
    Algorithm.objects.filter(name="lz4").update(last_test=report)
    shown = text(desk.get("/algorithms/lz4"))
    assert "<details open>" in shown
    assert "other &lt;bytes&gt; came back" in shown


def test_a_slow_test_is_a_job_that_the_page_follows(
    desk: Client, settings: Any, run_jobs: Callable[[], list[Job]]
) -> None:
    settings.INLINE_LIMIT_S = 0
    response = desk.post("/algorithms/snappy/test")
    assert (response.status_code, response["Location"]) == (302, "/algorithms/snappy#life")
    job = Job.objects.get()
    shown = text(desk.get("/algorithms/snappy"))
    assert f'data-live="job:{job.pk}"' in shown
    assert "/algorithms/snappy/test" not in shown  # not twice at once
    (job,) = run_jobs()
    assert job.status == "succeeded", job.error
    shown = text(desk.get("/algorithms/snappy"))
    assert "data-live=" not in shown.split('id="life"')[1].split(">")[0]
    assert "cases on version 1" in shown
    assert 'href="/algorithms/snappy"' in text(desk.get(job.get_absolute_url()))


def test_a_test_that_cannot_run_says_so(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    Algorithm.objects.filter(name="lz4").update(available=False)
    assert told(desk.post("/algorithms/lz4/test")) == [
        "The engine of this installation does not know “lz4” any more."
    ]


def test_the_error_of_a_test_job_is_shown_until_there_is_a_later_test(
    desk: Client, settings: Any, monkeypatch: pytest.MonkeyPatch, run_jobs: Callable[[], list[Job]]
) -> None:
    settings.INLINE_LIMIT_S = 0
    desk.post("/algorithms/snappy/test")

    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("a defect")

    with monkeypatch.context() as patched:
        patched.setattr(conformance, "run", broken)
        (job,) = run_jobs()
    error: Any = job.error
    assert job.status == "failed"
    assert error["title"] in text(desk.get("/algorithms/snappy"))
    desk.post("/algorithms/snappy/test")
    run_jobs()
    assert error["title"] not in text(desk.get("/algorithms/snappy"))


# Deleted


def test_a_draft_is_deleted_and_nothing_else(desk: Client, staff: APIClient) -> None:
    made(staff)
    assert 'data-name="logs-small"' in text(desk.get("/algorithms/logs-small"))
    response = desk.post("/algorithms/logs-small/delete")
    assert response["Location"] == "/algorithms"
    assert told(response) == ["logs-small is deleted."]
    assert not Algorithm.objects.filter(name="logs-small").exists()
    response = desk.post("/algorithms/zstd/delete")
    assert response["Location"] == "/algorithms/zstd"
    assert told(response)[-1] == "“zstd” comes with the engine. Disable it instead."


# Who may


def test_others_look_and_change_nothing(
    browser: Callable[..., Client], staff: APIClient, ada: User, vera: User
) -> None:
    made(staff)
    activate(staff)
    for user in (ada, vera):
        page = browser(user)
        shown = text(page.get("/algorithms/logs-small"))
        for words in ("Its life", "Texts and settings", "/logs-small/test", "/logs-small/delete"):
            assert words not in shown
        assert page.get("/algorithms/new").status_code == 403
        for action in ("edit", "status", "test", "delete"):
            assert page.post(f"/algorithms/logs-small/{action}", {"status": "disabled"}).status_code == 403
    assert preset().status == "active"


def test_the_api_has_what_the_page_shows(staff: APIClient, api: Callable[..., APIClient], ada: User) -> None:
    made(staff)
    activate(staff)
    body = api(ada).get(f"{API}/algorithms/logs-small").json()
    assert [(row["version"], row["level"]) for row in body["versions"]] == [(1, 19)]
    assert body["last_test"]["cases"][0] == {
        "name": "empty", "size": 0, "passed": True, "ratio": 0.0, "error": "",
    }  # fmt: skip
    assert api(ada).get(f"{API}/algorithms/zstd").json()["versions"] == []
