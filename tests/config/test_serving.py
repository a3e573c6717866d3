"""The HTTP bridge, over real connections."""

import hashlib
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import httpx
import pytest

from tests.config.servers import Raw, Running, running
from tests.config.serving_site import LETTERS, end_wait, gate, saw, seen

MIB = 1024 * 1024
# Nothing here takes longer, unless it waits for what never comes.
PATIENCE_S = 40


@pytest.fixture(scope="module")
def site() -> Iterator[Running]:
    """The test site; a small `transfer` lane shows who is delayed by whom."""
    lanes = {"short": 2, "work": 1, "transfer": 2, "disk": 2}
    with running(lanes=lanes, spooled_plain_bytes=3 * MIB) as server:
        yield server


@pytest.fixture
def http(site: Running) -> Iterator[httpx.Client]:
    """A client that keeps its connection, with nothing noted yet."""
    seen.clear()
    end_wait.clear()
    gate.clear()
    with httpx.Client(base_url=site.url, timeout=PATIENCE_S) as client:
        yield client
    gate.set()


def test_an_ordinary_answer_arrives_with_headers_and_cookies(http: httpx.Client) -> None:
    response = http.get("/hello")
    assert (response.status_code, response.content) == (200, b"hello")
    assert response.headers["x-site"] == "here"
    assert response.headers["content-length"] == "5"
    assert response.headers.get_list("set-cookie") == ["one=1; Path=/", "two=2; Path=/"]
    assert "server" not in response.headers


def test_the_environment_says_what_was_asked(http: httpx.Client) -> None:
    said = http.post(
        "/echo?a=%C3%A4&b=2",
        content=b"xyz",
        headers=[("X-Twice", "1"), ("X-Twice", "2"), ("Cookie", "a=1"), ("X_Under", "score")],
    ).json()
    assert (said["method"], said["path"], said["query"], said["size"]) == (
        "POST",
        "/echo",
        {"a": "ä", "b": "2"},
        3,
    )
    assert said["meta"]["HTTP_X_TWICE"] == "1,2"
    assert said["meta"]["CONTENT_LENGTH"] == "3"
    assert said["meta"]["REMOTE_ADDR"] == "127.0.0.1"
    assert "HTTP_X_UNDER" not in said["meta"], "it could pass for X-Under"


def test_a_thousand_requests_go_over_one_connection(site: Running) -> None:
    raw = site.connect()
    for number in range(1000):
        raw.request(f"GET /status/{200 + number % 4}")
        head = raw.until(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 %d" % (200 + number % 4))
        if b"content-length: 4" in head:
            assert raw.until(b"body") == b"body"
    raw.close()


@pytest.mark.parametrize("code", [204, 304])
def test_some_statuses_have_no_body(site: Running, code: int) -> None:
    raw = site.connect().request(f"GET /status/{code}", "Connection: close")
    answer = raw.everything()
    assert answer.endswith(b"\r\n\r\n")
    assert b"content-length" not in answer
    assert b"chunked" not in answer


@pytest.mark.parametrize(
    "path", ["/hello", "/letters", "/plain-file/1000", "/plain-file/900000", "/numbers/9"]
)
def test_head_gives_the_headers_alone(site: Running, http: httpx.Client, path: str) -> None:
    raw = site.connect().request(f"HEAD {path}", "Connection: close")
    head, body = raw.everything().split(b"\r\n\r\n")
    assert body == b""
    length = http.get(path).headers.get("content-length")
    assert length is None or f"content-length: {length}".encode() in head


def test_a_failing_view_is_a_500_and_the_connection_lives_on(http: httpx.Client) -> None:
    assert http.get("/fail").text == "our fault"
    assert http.get("/hello").status_code == 200


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/broken/early", 500), ("/broken/never", 500), ("/missing-file", 500), ("/broken-numbers/0", 500)],
)
def test_what_fails_before_its_answer_is_a_500(http: httpx.Client, path: str, expected: int) -> None:
    response = http.get(path)
    assert (response.status_code, response.text) == (expected, "our fault")


@pytest.mark.parametrize("path", ["/broken/late", "/short-letters", "/broken-numbers/3"])
def test_what_fails_in_its_answer_breaks_the_connection(
    http: httpx.Client, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        http.get(path)
    assert http.get("/hello").status_code == 200
    assert [record.message.split(":")[0] for record in caplog.records] == ["answer broken off"]


# --- Bodies on their way in


@pytest.mark.parametrize("size", [0, 1, 65_536, MIB, MIB + 1, 5 * MIB])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_of_any_size_arrives(http: httpx.Client, size: int, *, chunked: bool) -> None:
    body = (LETTERS * 6)[:size]
    content = iter([body[:1000], body[1000:]]) if chunked else body
    response = http.post("/upload", content=content)
    if chunked and size > 3 * MIB:
        assert response.status_code == 400, "longer than what is spooled"
        return
    assert response.json()["sha256"] == hashlib.sha256(body).hexdigest()
    assert response.json()["thread"].startswith("lane-short" if size <= MIB else "lane-transfer")


def test_no_body_takes_the_last_of_the_disk() -> None:
    with running(spool_reserve_bytes=2**62) as full, httpx.Client(base_url=full.url) as client:
        assert client.post("/upload", content=LETTERS).status_code == 200
        assert client.post("/upload", content=iter([LETTERS])).status_code == 200, "held in memory"
        refused = client.post("/upload", content=iter([LETTERS, LETTERS]))
        assert refused.status_code == 500, "507 where errors are translated"


def test_a_chunked_form_is_a_form(http: httpx.Client) -> None:
    body = (
        b'--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
        b'--B\r\nContent-Disposition: form-data; name="f"; filename="f.bin"\r\n\r\n'
        + LETTERS * 2
        + b"\r\n--B--\r\n"
    )
    headers = {"Content-Type": "multipart/form-data; boundary=B"}
    expected = {"fields": {"a": "1"}, "files": {"f": hashlib.sha256(LETTERS * 2).hexdigest()}}
    assert http.post("/form", content=body, headers=headers).json() == expected
    assert http.post("/form", content=iter([body]), headers=headers).json() == expected


def test_a_slow_sender_of_a_small_body_holds_no_thread(site: Running, http: httpx.Client) -> None:
    slow = [site.connect().request("POST /upload", "Content-Length: 6", body=b"abc") for _ in range(8)]
    assert http.get("/hello").status_code == 200
    for raw in slow:
        raw.socket.sendall(b"def")
        assert b'"size": 6' in raw.until(b"}")
        raw.close()


def test_slow_senders_of_large_bodies_delay_only_each_other(site: Running, http: httpx.Client) -> None:
    head = f"Content-Length: {2 * MIB}"
    slow = [site.connect().request("POST /upload", head, body=b"abc") for _ in range(5)]
    for _ in range(20):
        assert http.get("/hello").status_code == 200
    for raw in slow:
        raw.socket.sendall(bytes(2 * MIB - 3))
    for raw in slow:
        assert b'"size": 2097152' in raw.until(b"}")
        raw.close()


def test_a_full_lane_does_not_delay_the_short_one(http: httpx.Client, site: Running) -> None:
    with ThreadPoolExecutor(4) as pool:
        address = f"{site.url}/api/v1/compression/hold"
        holding = [pool.submit(httpx.post, address, timeout=PATIENCE_S) for _ in range(4)]
        assert saw("held")
        assert http.get("/nap/0").text.startswith("lane-short")
        gate.set()
        assert {one.result().text for one in holding} == {"lane-work_0"}


@pytest.mark.parametrize("length", [100_000, 5 * MIB])
def test_a_client_that_vanishes_in_its_upload_is_no_server_error(
    site: Running, http: httpx.Client, caplog: pytest.LogCaptureFixture, length: int
) -> None:
    raw = site.connect().request("POST /upload", f"Content-Length: {length}", body=bytes(90_000))
    if length > MIB:
        assert saw("upload began")
    raw.close()
    if length > MIB:
        assert saw("upload broken off: ClientGone")
    assert http.get("/hello").status_code == 200
    assert "upload" not in caplog.text
    assert "Error" not in caplog.text


def test_a_view_that_refuses_asks_for_no_body(site: Running) -> None:
    expecting = "Expect: 100-continue", f"Content-Length: {50 * MIB}"
    answer = site.connect().request("POST /refuse", *expecting).everything()
    assert answer.startswith(b"HTTP/1.1 403")
    assert b"connection: close" in answer, "whether the body comes is not known"


@pytest.mark.parametrize("size", [10, 2 * MIB])
def test_a_body_that_waits_for_leave_gets_it(site: Running, size: int) -> None:
    raw = site.connect().request("POST /upload", "Expect: 100-continue", f"Content-Length: {size}")
    assert raw.until(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    raw.socket.sendall(bytes(size))
    assert b'"size": %d' % size in raw.until(b"}")
    raw.close()


def test_a_refused_body_that_comes_anyway_is_passed_over(http: httpx.Client) -> None:
    assert http.post("/refuse", content=bytes(8 * MIB)).status_code == 403
    assert http.get("/hello").status_code == 200


def test_a_refusal_reaches_a_client_that_sends_on_and_wants_the_connection_closed(site: Running) -> None:
    raw = site.connect().request("POST /refuse", "Connection: close", f"Content-Length: {30 * MIB}")
    for _ in range(30):
        raw.socket.sendall(bytes(MIB))
    assert raw.everything().startswith(b"HTTP/1.1 403")


def test_a_request_whose_client_left_before_its_turn_is_not_run(site: Running, http: httpx.Client) -> None:
    busy = site.connect().request("POST /api/v1/compression/hold")
    assert saw("held")
    site.connect().request("POST /api/v1/compression/note").close()
    for _ in range(5):  # what comes later is answered, so the end of the other connection was read
        assert http.get("/hello").status_code == 200
    gate.set()
    assert b"200 OK" in busy.until(b"lane-work_0")
    assert http.post("/api/v1/compression/nap/0").status_code == 200
    assert seen == ["held", "napping"]


# --- Answers on their way out


def test_a_generated_answer_streams_on_the_transfer_lane(http: httpx.Client) -> None:
    response = http.get("/numbers/50000")
    assert response.text == "".join(f"{number}\n" for number in range(50_000))
    assert saw("numbers closed on lane-transfer")


def test_a_generator_is_held_back_and_closed_when_its_client_leaves(
    site: Running, http: httpx.Client
) -> None:
    raw = Raw(site.port, receive_buffer=4096).request("GET /numbers/99999999")
    raw.until(b"\r\n\r\n")
    time.sleep(0.3)
    assert not any("closed" in entry for entry in seen), "it waits for its client"
    raw.close()
    assert saw("numbers closed on lane-transfer")
    assert http.get("/numbers/3").text == "0\n1\n2\n"


@pytest.mark.parametrize("size", [0, 1000, 262_144, 262_145, 1_000_000])
def test_a_file_response_is_sent_and_closed(http: httpx.Client, size: int) -> None:
    response = http.get(f"/plain-file/{size}")
    assert response.content == LETTERS[:size]
    assert saw("file closed")


def test_slow_downloads_hold_no_thread(site: Running, http: httpx.Client) -> None:
    slow = [Raw(site.port, receive_buffer=4096).request("GET /zeros/50000000") for _ in range(20)]
    for raw in slow:
        raw.until(b"\r\n\r\n")
    for _ in range(20):
        assert http.get("/hello").status_code == 200
    assert http.get("/numbers/3").status_code == 200
    assert len(http.get("/letters").content) == len(LETTERS)
    for raw in slow:
        raw.close()


def test_a_client_that_vanishes_in_its_download_frees_the_file(
    site: Running, http: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    raw = Raw(site.port, receive_buffer=4096).request("GET /letters")
    raw.until(b"\r\n\r\n")
    raw.close()
    assert saw("file closed")
    assert http.get("/hello").status_code == 200
    assert caplog.text == ""


# --- Handoffs


def test_a_wait_holds_no_thread_and_answers_with_what_it_then_has(site: Running, http: httpx.Client) -> None:
    with ThreadPoolExecutor(10) as pool:
        waits = [pool.submit(httpx.get, f"{site.url}/wait/60000", timeout=PATIENCE_S) for _ in range(10)]
        assert saw("waiting", times=10), "ten at once, with two threads"
        assert http.get("/hello").status_code == 200
        assert not any(wait.done() for wait in waits)
        for end in end_wait:
            end()
        responses = [wait.result() for wait in waits]
    for response in responses:
        assert (response.status_code, response.json()["came"]) == (201, True)
        assert response.json()["thread"].startswith("lane-short")
        assert response.headers["x-from"] == "handoff"
        assert response.headers["set-cookie"] == "kept=yes; Path=/"


def test_a_wait_in_vain_ends_with_its_time(http: httpx.Client) -> None:
    assert http.get("/wait/10").json()["came"] is False


def test_a_wait_ends_when_its_client_leaves(site: Running, http: httpx.Client) -> None:
    raw = site.connect().request("GET /wait/60000")
    assert saw("waiting")
    raw.close()
    assert saw("wait: client gone")


def test_a_handoff_reads_and_writes_in_turn(site: Running) -> None:
    raw = site.connect().request("POST /api/v1/compression/stream", "Transfer-Encoding: chunked")
    raw.socket.sendall(b"3\r\nabc\r\n")
    assert b"x-loud: yes" in raw.until(b"3\r\nABC\r\n"), (
        "the first piece is answered before the second is sent"
    )
    raw.socket.sendall(b"2\r\nde\r\n0\r\n\r\n")
    assert raw.until(b"0\r\n\r\n") == b"2\r\nDE\r\n0\r\n\r\n"
    raw.close()


def test_a_handoff_holds_back_a_client_that_does_not_read(site: Running, http: httpx.Client) -> None:
    raw = Raw(site.port, receive_buffer=4096)
    raw.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    raw.socket.settimeout(0.5)
    raw.request("POST /api/v1/compression/stream", f"Content-Length: {200 * MIB}")
    sent = 0
    with suppress(TimeoutError):
        while sent < 200 * MIB:
            sent += raw.socket.send(bytes(65536))
    assert sent < 50 * MIB
    raw.close()
    assert saw("shout: client gone")


def test_a_large_body_streams_through_a_handoff(http: httpx.Client) -> None:
    response = http.post("/api/v1/compression/stream", content=LETTERS * 5)
    assert response.content == (LETTERS * 5).upper()


# --- Sockets


def test_a_socket_is_given_to_the_other_side(site: Running) -> None:
    from websockets.sync.client import connect

    with connect(f"ws://127.0.0.1:{site.port}/anything") as websocket:
        websocket.send("over here")
        assert websocket.recv(5) == "over here"
