"""Problem documents: whatever goes wrong, a program learns what, and never by a 500 of its own making."""

from typing import Any

import pytest
from django.test import Client
from rest_framework.exceptions import ValidationError

from accounts.models import User
from core.api.problems import translate
from core.jobs import enqueue
from core.models import Job
from tests.core.site import Bare
from tests.problems import assert_problem

CREATE = "/api/v1/test/create"


@pytest.fixture
def ada_api(ada: User, api: Any) -> Any:
    client = api(ada)
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        ("unprocessable", 422, "corrupt_stream"),
        ("conflict", 409, "conflict"),
        ("too_many", 429, "too_many_requests"),
        ("full", 507, "storage_full"),
        ("defect", 500, "internal_error"),
        ("database", 503, "unavailable"),
        ("redis", 503, "unavailable"),
    ],
)
@pytest.mark.usefixtures("site")
def test_an_error_of_an_endpoint(ada_api: Any, how: str, status: int, code: str) -> None:
    response = ada_api.post(CREATE, {"how": how})
    body = assert_problem(response, status, code)
    assert "inside" not in str(body)
    assert "server failed" not in str(body)
    assert response.get("Retry-After") == {429: "7", 503: "2"}.get(status)


@pytest.mark.parametrize("how", ["unprocessable", "full", "defect", "database"])
@pytest.mark.usefixtures("site")
def test_an_error_of_a_page_is_a_page(ada: User, browser: Any, how: str) -> None:
    for client in (browser(ada), Client()):
        client.raise_request_exception = False
        response = client.get(f"/test/page?how={how}")
        assert (
            response.status_code == {"unprocessable": 422, "full": 507, "defect": 500, "database": 503}[how]
        )
        assert response["Content-Type"].startswith("text/html")
        text = response.content.decode()
        assert response["X-Request-ID"] in text
        assert "inside" not in text
        assert "server failed" not in text


@pytest.mark.usefixtures("site")
def test_an_error_of_a_part_is_a_problem_document(ada: User, browser: Any) -> None:
    assert_problem(
        browser(ada).get("/test/page?how=unprocessable", headers={"HX-Request": "true"}),
        422,
        "corrupt_stream",
    )
    boosted = {"HX-Request": "true", "HX-Boosted": "true"}
    page = browser(ada).get("/test/page?how=unprocessable", headers=boosted)
    assert page["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"{", "application/json", 400, "parse_error"),
        (b'{"a": NaN}', "application/json", 400, "parse_error"),
        (b'{"a": 1e999}', "application/json", 400, "bad_number"),
        (b"9" * 5000, "application/json", 400, "parse_error"),
        (b'{"a": "\xff"}', "application/json", 400, "parse_error"),
        (b'{"a": "\\u0000"}', "application/json", 400, "bad_text"),
        (b'{"\\ud800": 1}', "application/json", 400, "bad_text"),
        (b'{"a": "\\ud800"}', "application/json", 400, "bad_text"),
        (b"[" * 70 + b"]" * 70, "application/json", 400, "invalid"),
        (b"[" * 200_000, "application/json", 400, "parse_error"),
        (b'"' + b"x" * 9_000_000 + b'"', "application/json", 413, "too_large"),
        (b"how=x", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        (b"<a/>", "text/xml", 415, "unsupported_media_type"),
        (b"x", "multipart/form-data", 400, "invalid"),
        (b"x", "multipart/form-data; boundary=\xff", 400, "invalid"),
        (b"--b\r\nContent-Disposition: form-data", "multipart/form-data; boundary=b", 400, "invalid"),
    ],
    ids=lambda value: repr(value)[:24],
)
@pytest.mark.usefixtures("site")
def test_a_body_that_cannot_be_read(
    ada_api: Any, body: bytes, content_type: str, status: int, code: str
) -> None:
    response = ada_api.generic("POST", CREATE, body, content_type=content_type)
    if code == "invalid" and "multipart" in content_type and response.status_code < 400:
        return  # Django reads what there is of a broken multipart body
    assert_problem(response, status, code)
    assert not Job.objects.exists()


def test_an_address_that_is_not_there(ada_api: Any, api: Any) -> None:
    for client in (ada_api, api()):
        for path in ("/api/v1/nothing", "/api/v1", "/api/v1/jobs/1", "/api/", "/api/v1/jobs/\ud7ff/x"):
            assert_problem(client.get(path), 404, "not_found")


def test_a_method_that_is_not_there(ada_api: Any) -> None:
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "BREW"):
        response = ada_api.generic(method, "/api/v1/jobs")
        assert_problem(response, 405, "method_not_allowed")
        assert response["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.usefixtures("site")
def test_a_method_that_the_matrix_does_not_name_is_not_reached(ada_api: Any) -> None:
    assert_problem(ada_api.delete("/api/v1/test/bare"), 405, "method_not_allowed")
    assert Bare.handled == []


@pytest.mark.usefixtures("site")
def test_an_address_without_a_rule_is_closed(ada_api: Any) -> None:
    assert_problem(ada_api.get("/api/v1/test/nothing"), 403, "no_rule")


def test_who_is_not_signed_in(db: None, api: Any) -> None:
    response = api().get("/api/v1/jobs")
    assert_problem(response, 401, "not_signed_in")
    assert response["WWW-Authenticate"].startswith("Bearer")
    for header in ("Bearer nonsense", "Bearer ", "Basic eDp5", "Bearer \xff\xfe"):
        assert api().get("/api/v1/jobs", headers={"Authorization": header}).status_code == 401


def test_a_session_needs_the_token_against_forgery(ada: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    job = enqueue("test.nothing", owner=ada, params={})
    session = client.session
    session["generation"] = ada.generation
    session.save()
    assert client.get("/api/v1/jobs").status_code == 200
    response = client.post(f"/api/v1/jobs/{job.pk}/cancel")
    assert response.status_code == 403
    assert Job.objects.get(pk=job.pk).is_open


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        (b'{"how": "a\\u0000"}', "how", "bad_text"),
        (b'{"how": {"deep": ["x", {"b": "\\ud800"}]}}', "how.deep.1.b", "bad_text"),
        (b'{"how": {"\\u0000": 1}}', "how.\ufffd", "bad_text"),
        (b'{"how": [1, 1e999]}', "how.1", "bad_number"),
        (b'{"how": ' + b"[" * 66 + b"]" * 66 + b"}", "how" + ".0" * 64, "invalid"),
        (b'"\\u0000"', "", "bad_text"),
    ],
    ids=lambda value: repr(value)[:24],
)
@pytest.mark.usefixtures("site")
def test_what_cannot_be_kept_is_named(ada_api: Any, body: bytes, field: str, code: str) -> None:
    answer = assert_problem(ada_api.generic("POST", CREATE, body, content_type="application/json"), 400, code)
    assert [(error["field"], error["code"]) for error in answer["errors"]] == [(field, code)]


def test_text_of_a_form_that_cannot_be_kept_is_named(ada_api: Any) -> None:
    form = {"tags": ["ok", "a\x00b"]}
    answer = assert_problem(ada_api.post("/api/v1/files/upload", form, format="multipart"), 400, "bad_text")
    assert [error["field"] for error in answer["errors"]] == ["tags.1"]


def test_fields_within_lists_are_named_one_way() -> None:
    detail: Any = {"steps": [{}, {"level": ["Too high."]}], "tags": {1: ["Too long."]}}
    error = translate(ValidationError(detail))
    assert error is not None
    assert [item.field for item in error.errors] == ["steps.1.level", "tags.1"]


@pytest.mark.parametrize(
    "path", ["/api/v1/jobs?search=%00", "/api/v1/jobs/\x00", "/jobs?search=a%00b", "/\x00"]
)
def test_a_nul_in_an_address_is_refused(ada: User, ada_api: Any, browser: Any, path: str) -> None:
    client = ada_api if path.startswith("/api") else browser(ada)
    assert client.generic("GET", path.split("?")[0], QUERY_STRING=path.partition("?")[2]).status_code == 400


@pytest.mark.parametrize("query", ["search=%ff%fe", "kind=%ed%a0%80", "search=%F0%9F%92%A9", "status=%2500"])
def test_odd_bytes_in_a_query_do_no_harm(ada_api: Any, query: str) -> None:
    assert ada_api.get(f"/api/v1/jobs?{query}").status_code in (200, 400)


def test_a_trailing_slash_changes_nothing(ada: User, otto: User, ada_api: Any, browser: Any) -> None:
    made = enqueue("test.nothing", owner=ada, params={})
    assert ada_api.get("/api/v1/jobs/").json()["count"] == 1
    assert ada_api.post(f"/api/v1/jobs/{made.pk}/cancel/").status_code == 200
    assert browser(ada).get("/jobs/").status_code == 200
    assert browser(otto).get("/admin").status_code == 200


def test_the_headers_that_keep_a_page_to_itself(ada: User, browser: Any, ada_api: Any) -> None:
    page = browser(ada).get("/jobs")
    assert "default-src 'self'" in page["Content-Security-Policy"]
    assert (page["X-Content-Type-Options"], page["X-Frame-Options"]) == ("nosniff", "DENY")
    assert {"HX-Request", "Cookie"} <= {name.strip() for name in page["Vary"].split(",")}
    assert page["Cache-Control"] == "private, no-cache"
    assert "HX-Request" not in ada_api.get("/api/v1/jobs").get("Vary", "")


@pytest.mark.parametrize("given", ["short", "with space and more", "x" * 65, "ümlaut-umlaut", ""])
def test_a_request_id_of_the_client_is_taken_where_it_is_one(ada_api: Any, given: str) -> None:
    assert (
        ada_api.get("/api/v1/jobs", headers={"X-Request-ID": "my-own.id_42"})["X-Request-ID"]
        == "my-own.id_42"
    )
    assert ada_api.get("/api/v1/jobs", headers={"X-Request-ID": given})["X-Request-ID"] != given
