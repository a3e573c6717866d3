"""Handoffs give the same answer on the event loop and in the thread of Django's test client."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory, override_settings

from core import context
from core.errors import Unprocessable
from core.handoff import ON_LOOP, Exchange, Handoff, HandoffMiddleware
from core.handoff.files import content_disposition
from tests.config import serving_site
from tests.config.servers import SITE, running
from tests.config.serving_site import LETTERS, saw, seen

SIZE = len(LETTERS)


@dataclass(frozen=True)
class Answer:
    """What a client of either kind got."""

    status: int
    headers: dict[str, str]
    body: bytes


Ask = Callable[..., Answer]


def _ask_in_thread(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> Answer:
    response: Any = Client(raise_request_exception=False).generic(method, path, body, headers=headers)
    got = {name.lower(): value for name, value in response.items()}
    for morsel in response.cookies.values():
        got["set-cookie"] = morsel.OutputString()
    return Answer(response.status_code, got, response.getvalue())


@pytest.fixture(scope="module", params=["in thread", "on loop"])
def ask(request: pytest.FixtureRequest) -> Iterator[Ask]:
    """Ask the test site, without a server that knows handoffs and with one."""
    if request.param == "in thread":
        with override_settings(ROOT_URLCONF=SITE, MIDDLEWARE=serving_site.MIDDLEWARE, ALLOWED_HOSTS=["*"]):
            yield _ask_in_thread
        return
    with running() as site, httpx.Client(base_url=site.url) as client:

        def ask(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> Answer:
            response = client.request(method, path, headers=headers, content=body)
            return Answer(response.status_code, dict(response.headers), response.content)

        yield ask


@pytest.fixture(autouse=True)
def _nothing_seen() -> None:
    seen.clear()


@pytest.mark.parametrize(
    ("sent", "expected", "first", "last"),
    [
        ({}, 200, 0, SIZE),
        ({"Range": "bytes=0-0"}, 206, 0, 1),
        ({"Range": "bytes=5-9"}, 206, 5, 10),
        ({"Range": "bytes=300000-900000"}, 206, 300_000, 900_001),
        ({"Range": "bytes=1039999-"}, 206, SIZE - 1, SIZE),
        ({"Range": "bytes=0-99999999"}, 206, 0, SIZE),
        ({"Range": "bytes=-10"}, 206, SIZE - 10, SIZE),
        ({"Range": "bytes=-99999999"}, 206, 0, SIZE),
        ({"Range": "bytes=9-5"}, 200, 0, SIZE),
        ({"Range": "bytes=-"}, 200, 0, SIZE),
        ({"Range": "bytes=a-b"}, 200, 0, SIZE),
        ({"Range": "bytes=0-1,5-6"}, 200, 0, SIZE),
        ({"Range": "lines=0-1"}, 200, 0, SIZE),
        ({"Range": "bytes=" + "9" * 5000 + "-"}, 200, 0, SIZE),
        ({"Range": "bytes=5-9", "If-Range": '"v1"'}, 206, 5, 10),
        ({"Range": "bytes=5-9", "If-Range": '"v0"'}, 200, 0, SIZE),
        ({"Range": "bytes=5-9", "If-Range": 'W/"v1"'}, 200, 0, SIZE),
        ({"Range": "bytes=5-9", "If-Range": "Fri, 20 Nov 2026 05:00:00 GMT"}, 200, 0, SIZE),
        ({"If-None-Match": '"v0"'}, 200, 0, SIZE),
        ({"If-None-Match": '"v0", W/"v1"'}, 304, 0, 0),
        ({"If-None-Match": "*"}, 304, 0, 0),
        ({"If-None-Match": '"v1"', "Range": "bytes=5-9"}, 304, 0, 0),
        ({"If-Match": '"v1"'}, 200, 0, SIZE),
    ],
)
def test_files_answer_ranges_and_conditions(
    ask: Ask, sent: dict[str, str], expected: int, first: int, last: int
) -> None:
    answer = ask("GET", "/letters", sent)
    assert answer.status == expected
    assert answer.body == LETTERS[first:last]
    assert answer.headers["etag"] == '"v1"'
    assert answer.headers["accept-ranges"] == "bytes"
    if expected == 206:
        assert answer.headers["content-range"] == f"bytes {first}-{last - 1}/{SIZE}"
    if expected == 304:
        assert "content-length" not in answer.headers
    else:
        assert answer.headers["content-length"] == str(last - first)
    assert not answer.body or saw("file closed")
    assert seen == (["file opened", "file closed"] if answer.body else [])


@pytest.mark.parametrize(
    ("sent", "status", "code", "content_range"),
    [
        ({"Range": "bytes=1040000-"}, 416, "range_not_satisfiable", f"bytes */{SIZE}"),
        ({"Range": "bytes=-0"}, 416, "range_not_satisfiable", f"bytes */{SIZE}"),
        ({"If-Match": '"v0"'}, 412, "precondition_failed", None),
        ({"If-Match": '"v0"', "Range": "bytes=1040000-"}, 412, "precondition_failed", None),
    ],
)
def test_what_cannot_be_sent_is_a_problem(
    ask: Ask, sent: dict[str, str], status: int, code: str, content_range: str | None
) -> None:
    answer = ask("GET", "/api/letters", sent)
    problem = json.loads(answer.body)
    assert (answer.status, problem["status"], problem["code"]) == (status, status, code)
    assert problem["title"]
    assert problem["detail"]
    assert "request_id" in problem
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers.get("content-range") == content_range
    assert answer.headers["etag"] == '"v1"'
    assert "content-disposition" not in answer.headers
    assert "sandbox" not in answer.headers.get("content-security-policy", "")
    assert seen == []


def test_head_has_no_problem_but_its_status(ask: Ask) -> None:
    answer = ask("HEAD", "/api/letters", {"If-Match": '"v0"'})
    assert (answer.status, answer.body) == (412, b"")
    assert answer.headers["content-type"] == "application/problem+json"


def test_head_opens_no_file(ask: Ask) -> None:
    answer = ask("HEAD", "/letters", {"Range": "bytes=5-9"})
    assert (answer.status, answer.headers["content-length"], answer.body) == (200, str(SIZE), b"")
    assert seen == []


def test_an_empty_file_is_whole_whatever_is_asked(ask: Ask) -> None:
    assert ask("GET", "/zeros/0", {}).body == b""
    assert ask("GET", "/zeros/0", {"Range": "bytes=-5"}).status == 200
    assert ask("GET", "/zeros/0", {"Range": "bytes=0-"}).status == 416


def test_files_of_users_are_kept_from_being_pages(ask: Ask) -> None:
    for path, kind in [
        ("/letters", "attachment"),
        ("/letters?inline", "inline"),
        ("/zeros/1?inline", "attachment"),
    ]:
        headers = ask("GET", path, {}).headers
        assert headers["content-disposition"].startswith(kind)
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("plain.txt", 'attachment; filename="plain.txt"'),
        ("two words.txt", 'attachment; filename="two words.txt"'),
        ("lëtters.txt", "attachment; filename=\"l_tters.txt\"; filename*=UTF-8''l%C3%ABtters.txt"),
        ('a"b.txt', "attachment; filename=\"a_b.txt\"; filename*=UTF-8''a%22b.txt"),
        ("a\r\nSet-Cookie: x=1", 'attachment; filename="a__Set-Cookie: x=1"'),
        ("../../etc/passwd", 'attachment; filename="_.._etc_passwd"'),
        ("invoice\u202etxt.exe", 'attachment; filename="invoice_txt.exe"'),
        ("..", 'attachment; filename="download"'),
        ("", 'attachment; filename="download"'),
        ("\udcff", 'attachment; filename="?"'),
    ],
)
def test_any_name_makes_a_safe_header(name: str, expected: str) -> None:
    header = content_disposition(name)
    assert header == expected
    HttpResponse(headers={"Content-Disposition": header})


def test_a_late_status_arrives_with_what_middleware_added(ask: Ask) -> None:
    answer = ask("GET", "/wait/20", {})
    assert answer.status == 201
    assert b'"came": false' in answer.body
    assert answer.headers["x-from"] == "handoff"
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["set-cookie"] == "kept=yes; Path=/"


def test_a_body_goes_through(ask: Ask) -> None:
    answer = ask("POST", "/api/v1/compression/stream", {"Content-Type": "text/plain"}, LETTERS)
    assert (answer.status, answer.body) == (200, LETTERS.upper())
    assert answer.headers["x-loud"] == "yes"


@pytest.mark.parametrize("when", ["early", "never"])
def test_a_failure_before_the_answer_is_a_500(ask: Ask, when: str) -> None:
    assert ask("GET", f"/broken/{when}", {}).status == 500


def test_an_error_of_ours_before_the_answer_is_a_problem(ask: Ask) -> None:
    answer = ask("GET", "/api/broken/app", {})
    assert answer.status == 422
    assert b"the stream is corrupt" in answer.body
    assert answer.headers["content-type"] == "application/problem+json"


# --- In the thread alone


class _Queries(Handoff):
    """Asks the database and its context from within."""

    async def stream(self, exchange: Exchange) -> None:
        from django.contrib.contenttypes.models import ContentType

        count = await exchange.run(ContentType.objects.count)
        await exchange.send_start()
        await exchange.send_body(b"%d" % count)
        await exchange.send_body(context.current().request_id.encode())


@pytest.mark.django_db
def test_a_handoff_queries_inside_the_transaction_of_its_test() -> None:
    with context.use(context.Context(request_id="r-1")):
        handoff = _Queries(RequestFactory().get("/"))
        response: Any = HandoffMiddleware(lambda _: handoff)(handoff.request)
        assert response.getvalue().endswith(b"r-1")
        assert not response.getvalue().startswith(b"0")


def test_a_server_that_awaits_handoffs_gets_them_untouched() -> None:
    request = RequestFactory().get("/")
    request.META[ON_LOOP] = True
    handoff = serving_site.Wait(request, 60)
    assert HandoffMiddleware(lambda _: handoff)(request) is handoff
    assert not handoff.rewritten


def test_a_body_put_in_place_by_middleware_is_noticed() -> None:
    handoff = serving_site.letters(RequestFactory().get("/"))
    handoff.streaming_content = iter([b"else"])
    assert handoff.rewritten
    assert handoff.getvalue() == b"else"


@pytest.mark.django_db
def test_closing_early_closes_the_file() -> None:
    response: Any = serving_site.letters(RequestFactory().get("/")).resolve()
    assert next(iter(response)) == LETTERS[: 256 * 1024]
    response.close()
    assert seen == ["file opened", "file closed"]


def test_a_status_that_comes_too_late_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="HandoffMiddleware is missing"):
        serving_site.Wait(RequestFactory().get("/"), 0).getvalue()


def test_an_error_of_ours_in_the_middle_stays_an_error() -> None:
    class Late(Handoff):
        async def stream(self, exchange: Exchange) -> None:
            await exchange.send_start()
            await exchange.send_body(b"a")
            raise Unprocessable("too late")

    response: Any = Late(RequestFactory().get("/")).resolve()
    with pytest.raises(Unprocessable):
        response.getvalue()


def test_an_answer_can_begin_only_once() -> None:
    class Twice(Handoff):
        async def stream(self, exchange: Exchange) -> None:
            await exchange.send_start()
            await exchange.send_response(HttpResponse("again"))

    response: Any = Twice(RequestFactory().get("/")).resolve()
    with pytest.raises(RuntimeError, match="begun already"):
        response.getvalue()


def test_a_missing_file_is_no_answer() -> None:
    with pytest.raises(FileNotFoundError):
        serving_site.missing_file(RequestFactory().get("/")).resolve()
