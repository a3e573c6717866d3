"""The web process as the supervisor runs it: memory, silence, and how it ends."""

import hashlib
import signal
import threading
import time
from collections.abc import Iterator

import httpx
import pytest
from django.db import connection, connections

from config.serving import protocol, server
from tests.config.servers import Process, Raw, running
from tests.config.serving_site import LETTERS, saw, seen
from tests.core.crew import until

MIB = 1024 * 1024
LARGE = 300 * MIB


@pytest.fixture
def process() -> Iterator[Process]:
    """The test site in a process of its own, ready."""
    web = Process()
    for _ in range(800):
        try:
            httpx.get(f"{web.url}/hello", timeout=40)
            break
        except httpx.TransportError:
            time.sleep(0.05)
    yield web
    if web.process.poll() is None:
        web.process.kill()
        web.process.wait()


def await_happened(process: Process, *wanted: str) -> None:
    """Return when all of this has begun in the process."""
    until(
        lambda: (
            set(wanted) <= {entry.split(" on ")[0] for entry in httpx.get(f"{process.url}/happened").json()}
        )
    )


@pytest.mark.slow
def test_memory_stays_where_it_is_however_much_goes_through(process: Process) -> None:
    before, peak = process.resident_bytes(), 0
    digest, received = hashlib.sha256(), 0

    def pieces() -> Iterator[bytes]:
        nonlocal peak
        piece = LETTERS[:MIB].ljust(MIB, b"\0")
        for _ in range(LARGE // MIB):
            digest.update(piece)
            peak = max(peak, process.resident_bytes())
            yield piece

    uploaded = httpx.post(
        f"{process.url}/upload", content=pieces(), headers={"Content-Length": str(LARGE)}, timeout=60
    )
    assert uploaded.json()["sha256"] == digest.hexdigest()
    with httpx.stream("GET", f"{process.url}/zeros/{LARGE}", timeout=60) as download:
        for piece in download.iter_bytes(MIB):
            received += len(piece)
            peak = max(peak, process.resident_bytes())
    assert received == LARGE
    assert peak - before < 60 * MIB


@pytest.mark.slow
def test_it_finishes_short_requests_sends_waiting_clients_home_and_ends(process: Process) -> None:
    waiting = Raw(process.port).request("GET /wait/30000")
    short = Raw(process.port).request("GET /nap/700")
    idle = Raw(process.port)
    await_happened(process, "waiting", "napping")
    assert process.stop() < 20, "nor did it wait for what waits longer"
    assert process.process.returncode == 0
    assert short.everything().startswith(b"HTTP/1.1 200")
    assert b'"came": false' in waiting.everything()
    assert idle.everything() == b""
    with pytest.raises(ConnectionRefusedError):
        Raw(process.port)


@pytest.mark.slow
def test_it_ends_whatever_a_thread_does(process: Process) -> None:
    stuck = Raw(process.port).request("GET /nap/60000")
    slow = Raw(process.port, receive_buffer=4096).request("GET /numbers/999999999")
    await_happened(process, "napping", "numbers")
    assert process.stop() < 40, "before the thread did"
    assert stuck.everything().startswith(b"HTTP/1.1 503")
    slow.close()


@pytest.mark.slow
def test_an_interrupt_ends_it_too(process: Process) -> None:
    process.process.send_signal(signal.SIGINT)
    assert process.process.wait(40) == 0


def test_silent_connections_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "SWEEP_TICKS", 1)
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.4)
    monkeypatch.setattr(protocol, "BODY_SECONDS", 0.4)
    with running() as site:
        half_a_head = site.connect()
        half_a_head.socket.sendall(b"GET /hello HTTP/1.1\r\nX-")
        drip = threading.Timer(0.2, lambda: half_a_head.socket.sendall(b"Y"))
        drip.start()
        half_a_body = site.connect().request("POST /upload", "Content-Length: 100", body=b"abc")
        busy = site.connect().request("GET /nap/1200")
        assert half_a_head.everything() == b"", "one byte now and then is no progress"
        assert half_a_body.everything() == b""
        assert busy.until(b"lane-short_0").startswith(b"HTTP/1.1 200"), (
            "the server's own silence does not count"
        )
        drip.join()


def test_a_client_that_takes_nothing_is_cut_off_and_its_file_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "SWEEP_TICKS", 1)
    monkeypatch.setattr(protocol, "ANSWER_SECONDS", 1.5)
    seen.clear()
    with running() as site:
        steady = Raw(site.port, receive_buffer=4096).request("GET /zeros/50000000")
        stalled = Raw(site.port, receive_buffer=4096).request("GET /short-letters")
        while not saw("file closed", 0.05):
            assert steady.socket.recv(65536)
        assert steady.socket.recv(65536), "slow is not dead"
        stalled.close()
        steady.close()


@pytest.mark.django_db(transaction=True)
def test_a_broken_database_connection_is_replaced() -> None:
    with running(lanes={"short": 1, "work": 1, "transfer": 1, "disk": 1}) as site:
        for path in ("/rows", "/rows-later"):
            first = httpx.get(f"{site.url}{path}").json()
            again = httpx.get(f"{site.url}{path}").json()
            assert first["backend"] == again["backend"], "a thread keeps its connection"
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s)", [first["backend"]])
            assert httpx.get(f"{site.url}{path}").json()["backend"] != first["backend"]
        httpx.get(f"{site.url}/close-connections")
    assert connections["default"].is_usable()
