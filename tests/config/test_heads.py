"""Heads of requests: what is too much of them, or no HTTP, reaches no view and no socket."""

import json
import time
from collections.abc import Iterator

import pytest

from tests.config.servers import Running, running

# Of a request that becomes a WebSocket.
SOCKET_HEADERS = (
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==",
)


@pytest.fixture(scope="module")
def site() -> Iterator[Running]:
    """The test site."""
    with running() as server:
        yield server


def test_heads_are_limited(site: Running) -> None:
    long_url = site.connect().request(f"GET /{'a' * 20_000}").everything()
    assert long_url.startswith(b"HTTP/1.1 414")
    long_header = site.connect().request("GET /hello", f"X-Long: {'a' * 70_000}").everything()
    assert long_header.startswith(b"HTTP/1.1 431")
    many = site.connect().request("GET /hello", *[f"X-{n}: {'a' * 100}" for n in range(1000)]).everything()
    assert many.startswith(b"HTTP/1.1 431")


@pytest.mark.parametrize("upgrade", [(), SOCKET_HEADERS], ids=["http", "websocket"])
@pytest.mark.parametrize(
    "headers",
    [
        ('Cookie: a="' + r"\a" * 2050 + '"',),
        ("Cookie: a=" + "a" * 2100, "cookie: b=" + "b" * 2100),
        ("Content-Type: a/b; x=" + ";" * 512,),
        ("Accept: a/b; x=" + ";" * 2048,),
    ],
    ids=["cookie", "two cookies", "content type", "accept"],
)
def test_headers_that_are_slow_to_read_are_refused_unread(
    site: Running, headers: tuple[str, ...], upgrade: tuple[str, ...]
) -> None:
    head, body = site.connect().request("GET /hello", *headers, *upgrade).everything().split(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 431 Request Header Fields Too Large")
    assert b"application/problem+json" in head
    problem = json.loads(body)
    assert (problem["status"], problem["code"]) == (431, "head_too_large")
    assert headers[0].partition(":")[0] in problem["detail"]


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/anything", ["X-Long: " + "a" * 9000]),
        ("/anything", [f"X-{number}: 1" for number in range(130)]),
        ("/anything?" + "a" * 9000, []),
    ],
    ids=["line", "lines", "address"],
)
def test_a_socket_gets_an_answer_to_any_head(site: Running, path: str, headers: list[str]) -> None:
    answer = site.connect().request(f"GET {path}", *SOCKET_HEADERS, *headers).everything()
    assert answer.startswith(b"HTTP/1.1 431")


def test_the_limit_of_a_header_is_of_one_request(site: Running) -> None:
    raw = site.connect()
    for _ in range(2):
        cookie = "Cookie: a=" + "a" * 4000
        assert raw.request("GET /hello", cookie).until(b"hello").startswith(b"HTTP/1.1 200")
    raw.close()


def test_a_head_without_end_is_refused(site: Running) -> None:
    raw = site.connect()
    raw.socket.sendall(b"GET /hello HTTP/1.1\r\nHost: x\r\nX-Long: ")
    answer = b""
    for _ in range(100):
        try:
            raw.socket.sendall(b"a" * 10_000)
            time.sleep(0.001)
        except OSError:
            break
    else:
        pytest.fail("a megabyte of one header was taken")
    try:
        answer = raw.everything()
    except ConnectionResetError:
        return
    assert answer.startswith(b"HTTP/1.1 431")


def test_what_is_not_http_is_refused(site: Running) -> None:
    assert site.connect().request("not http").everything().startswith(b"HTTP/1.1 400")
    both = "Content-Length: 3", "Transfer-Encoding: chunked"
    assert site.connect().request("POST /echo", *both, body=b"abc").everything().startswith(b"HTTP/1.1 400")


def test_trailers_change_nothing(site: Running) -> None:
    raw = site.connect().request("POST /echo", "Transfer-Encoding: chunked", "Connection: close")
    raw.socket.sendall(b"3\r\nabc\r\n0\r\nX-Late: 1\r\n\r\n")
    answer = raw.everything()
    assert b'"size": 3' in answer
    assert b"X_LATE" not in answer
