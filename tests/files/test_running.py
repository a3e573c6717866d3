"""Uploads through the running web server: bodies of any length, clients that leave, refusals before the body."""

import hashlib
import http.client
import socket
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("stack")]

HEAD = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n'
TAIL = b"\r\n--x--\r\n"
PATIENCE_S = 40


@pytest.fixture(scope="module")
def token(stack):
    return stack.token()


@pytest.fixture
def staged(stack) -> Callable[[], list[int]]:
    """Return a function that lists the sizes of staged files."""

    def sizes() -> list[int]:
        return [path.stat().st_size for path in (stack.data / "objects" / "staging").iterdir()]

    return sizes


def eventually(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def begin(stack, token, length: int) -> socket.socket:
    """Open a connection and announce an upload of `length` bytes."""
    address = urlsplit(stack.url)
    connection = socket.create_connection((address.hostname, address.port), timeout=PATIENCE_S)
    connection.sendall(
        f"POST /api/v1/files/upload HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {length}\r\n\r\n".encode()
    )
    return connection


def count(stack, token) -> int:
    return stack.call("GET", "/api/v1/files/list", token=token)[1]["count"]


def test_a_body_without_length_goes_up_and_comes_down_the_same(stack, token):
    content = bytes(range(256)) * 20_000
    address = urlsplit(stack.url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=PATIENCE_S)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "multipart/form-data; boundary=x"}
    pieces = (HEAD, *(content[at : at + 100_000] for at in range(0, len(content), 100_000)), TAIL)
    connection.request("POST", "/api/v1/files/upload", iter(pieces), headers, encode_chunked=True)
    answer = connection.getresponse()
    assert answer.status == 201, answer.read()
    answer.read()
    connection.close()
    stored = stack.call("GET", "/api/v1/files/list", token=token)[1]["results"][0]
    assert stored["sha256"] == hashlib.sha256(content).hexdigest()
    _, whole, _ = stack.call("GET", f"/api/v1/files/download/{stored['id']}", token=token)
    assert whole == content


def test_nothing_stays_of_a_client_that_leaves_in_the_middle(stack, token, staged):
    before = count(stack, token)
    connection = begin(stack, token, 50_000_000)
    connection.sendall(HEAD + b"z" * 5_000_000)
    assert eventually(lambda: sum(staged()) > 1_000_000)
    connection.close()
    assert eventually(lambda: staged() == [])
    assert count(stack, token) == before


def test_a_body_beyond_the_limit_is_refused_while_it_is_only_announced(stack, token, staged):
    connection = begin(stack, token, 2**50)
    answer = connection.recv(100)
    connection.close()
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert staged() == []
