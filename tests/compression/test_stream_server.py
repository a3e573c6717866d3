"""Streams through the real web server: both directions at once, slow clients, clients that leave."""

import gzip
import hashlib
import os
import threading
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from accounts import services as accounts
from accounts.models import User
from compression import services
from compression.models import HistoryEntry
from core.access.roles import Scope
from files.staging import staging_folder
from tests.config.servers import Raw
from tests.core.crew import PARENT, until

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("compression crew")]

STREAM = "/api/v1/compression/stream"
MIB = 1 << 20


class Client:
    """A connection to the endpoint, byte by byte under the test's control."""

    def __init__(self, port: int, token: str) -> None:
        self._port, self._token = port, token
        self.opened: list[Raw] = []

    def begin(self, query: str, *headers: str, chunked: bool = True, receive_buffer: int = 0) -> Raw:
        """Send the head of a request."""
        raw = Raw(self._port, receive_buffer=receive_buffer)
        self.opened.append(raw)
        coding = ["Transfer-Encoding: chunked"] if chunked else []
        return raw.request(
            f"POST {STREAM}?{query}", f"Authorization: Bearer {self._token}", *coding, *headers
        )


@pytest.fixture
def client(web_port: int, ada: User) -> Iterator[Client]:
    services.algorithms_sync()
    _, secret = accounts.token_create(owner=ada, name="test", scope=Scope.WRITE)
    made = Client(web_port, secret)
    yield made
    for raw in made.opened:
        raw.close()
    until(lambda: not _codec_children())


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def head(raw: Raw) -> tuple[int, dict[str, str]]:
    """Return status and headers of the answer."""
    lines = raw.until(b"\r\n\r\n").decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines[1:] if line)
    return int(lines[0].split()[1]), headers


def chunks(raw: Raw) -> Iterator[bytes]:
    """Yield the chunks of the answer; EOFError where it ends without its last one."""
    while True:
        line = raw.until(b"\r\n")
        if not line:
            raise EOFError
        size = int(line, 16)
        data = b""
        while len(data) < size + 2:
            part = raw.socket.recv(size + 2 - len(data))
            if not part:
                raise EOFError
            data += part
        if not size:
            return
        yield data[:-2]


def outcome() -> HistoryEntry:
    found: HistoryEntry = until(lambda: HistoryEntry.objects.first())
    return found


def test_the_answer_comes_while_the_body_is_sent(client: Client) -> None:
    raw = client.begin("algorithm=store")
    for piece in (b"first", b"second"):
        raw.socket.sendall(chunk(piece * 100_000))
    status, headers = head(raw)
    assert (status, headers["transfer-encoding"]) == (200, "chunked")
    answer = chunks(raw)
    got = next(answer)
    assert got.startswith(b"firstfirst")
    raw.socket.sendall(chunk(b"third" * 100_000) + b"0\r\n\r\n")
    whole = got + b"".join(answer)
    assert whole == b"first" * 100_000 + b"second" * 100_000 + b"third" * 100_000
    assert outcome().succeeded


def test_much_more_than_memory_holds_at_once_goes_through(client: Client, web_port: int) -> None:
    raw = client.begin("algorithm=zstd&level=1")
    block = os.urandom(MIB)
    body = [chunk(block)] * 200 + [b"0\r\n\r\n"]
    sending = threading.Thread(target=lambda: list(map(raw.socket.sendall, body)))
    web = process_at(web_port)
    before = web.memory_info().rss
    sending.start()
    status, _ = head(raw)
    assert status == 200
    size, most = 0, 0
    for number, piece in enumerate(chunks(raw)):
        size += len(piece)
        if number % 20 == 0:
            most = max(most, web.memory_info().rss)
    sending.join()
    assert 200 * MIB < size < 201 * MIB
    assert most - before < 20 * MIB
    assert outcome().original_size == 200 * MIB


def test_a_client_that_does_not_read_holds_back_its_own_sending(client: Client) -> None:
    raw = client.begin("algorithm=store", receive_buffer=65536)
    raw.socket.setsockopt(1, 7, 65536)  # SOL_SOCKET, SO_SNDBUF
    raw.socket.settimeout(1)
    sent = 0
    with suppress(TimeoutError):
        while sent < 200 * MIB:
            raw.socket.sendall(chunk(bytes(65536)))
            sent += 65536
    assert sent < 30 * MIB  # what the kernel and the pipes hold
    raw.close()
    entry = outcome()
    assert (entry.succeeded, entry.error_code) == (False, "client_gone")


def process_at(port: int) -> psutil.Process:
    """The web server at this port."""
    pids = (c.pid for c in psutil.net_connections("tcp") if c.laddr and c.laddr.port == port and c.pid)
    return psutil.Process(next(pids))


def held(port: int) -> list[Path]:
    """The staged files that the web server at this port has open; others use the same folder."""
    files = [Path(file.path) for file in process_at(port).open_files()]
    return [file for file in files if file.parent == staging_folder()]


def test_who_does_not_read_while_it_sends_has_the_answer_held_back(client: Client, web_port: int) -> None:
    data = os.urandom(30 * MIB)
    raw = client.begin("algorithm=store&hold=true", f"Content-Length: {len(data)}", chunked=False)
    raw.socket.sendall(data[: 20 * MIB])
    (file,) = until(lambda: held(web_port))
    raw.socket.sendall(data[20 * MIB :])
    status, headers = head(raw)
    assert (status, headers["content-type"]) == (200, "application/octet-stream")
    assert b"".join(chunks(raw)) == data
    until(lambda: not file.exists())


def test_nothing_stays_of_who_leaves_while_the_answer_is_held_back(client: Client, web_port: int) -> None:
    raw = client.begin("algorithm=store&hold=true", f"Content-Length: {50 * MIB}", chunked=False)
    raw.socket.sendall(os.urandom(20 * MIB))
    (file,) = until(lambda: held(web_port))
    raw.close()
    assert outcome().error_code == "client_gone"
    until(lambda: not file.exists())


def test_who_asks_first_is_told_to_go_on_or_is_refused(client: Client) -> None:
    raw = client.begin("algorithm=gzip", "Expect: 100-continue")
    assert raw.until(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    raw.socket.sendall(chunk(b"hello") + b"0\r\n\r\n")
    status, headers = head(raw)
    assert (status, headers["content-type"]) == (200, "application/gzip")
    assert gzip.decompress(raw.socket.recv(1000)) == b"hello"
    refused = client.begin("algorithm=nope", "Expect: 100-continue")
    status, headers = head(refused)
    assert (status, headers["content-type"]) == (422, "application/problem+json")


def test_a_client_that_leaves_stops_the_work(client: Client) -> None:
    raw = client.begin("algorithm=xz&level=9")
    raw.socket.sendall(chunk(os.urandom(MIB)))
    until(lambda: _codec_children())
    raw.close()
    entry = outcome()
    assert (entry.succeeded, entry.error_code) == (False, "client_gone")
    assert entry.original_size == MIB
    until(lambda: not _codec_children())


def test_a_client_that_leaves_much_unread_behind_stops_the_work_too(client: Client) -> None:
    raw = client.begin("algorithm=xz&level=9", f"Content-Length: {200 * MIB}", chunked=False)
    raw.socket.settimeout(0.5)
    with suppress(TimeoutError):  # until the slow codec holds us back
        while True:
            raw.socket.sendall(os.urandom(MIB))
    raw.close()
    assert outcome().error_code == "client_gone"
    until(lambda: not _codec_children())


def _codec_children() -> list[psutil.Process]:
    """The children of the codec hosts of our servers."""
    hosts = [
        process
        for process in psutil.process_iter(["cmdline", "environ"])
        if "compression.engine.isolation.host" in (process.info["cmdline"] or [])
        and (process.info["environ"] or {}).get(PARENT) == str(os.getpid())
    ]
    return [child for host in hosts for child in _living_children(host)]


def _living_children(host: psutil.Process) -> list[psutil.Process]:
    try:
        return [child for child in host.children() if child.status() != psutil.STATUS_ZOMBIE]
    except psutil.NoSuchProcess:  # it or one of them has ended meanwhile
        return []


def test_what_breaks_late_ends_without_the_last_chunk(client: Client) -> None:
    packed = bytearray(gzip.compress(os.urandom(3 * MIB), 0))
    packed[-8] ^= 1
    raw = client.begin("operation=decompress")
    raw.socket.sendall(b"".join(chunk(bytes(packed[at : at + 65536])) for at in range(0, 2 * MIB, 65536)))
    status, headers = head(raw)
    assert status == 200
    answer = chunks(raw)
    next(answer)
    rest = bytes(packed[2 * MIB :])
    sender = threading.Thread(target=lambda: raw.socket.sendall(chunk(rest) + b"0\r\n\r\n"))
    sender.start()
    with pytest.raises(EOFError):
        for _ in answer:
            pass
    sender.join()
    entry = outcome()
    assert (str(entry.pk), entry.error_code) == (headers["x-outcome"], "corrupt_stream")


def test_a_body_that_breaks_off_is_no_end(client: Client) -> None:
    raw = client.begin("algorithm=zstd", "Content-Length: 1000000", chunked=False)
    raw.socket.sendall(bytes(500_000))
    until(lambda: _codec_children())
    raw.close()
    entry = outcome()
    assert (entry.succeeded, entry.error_code) == (False, "client_gone")


def test_slow_streams_keep_nobody_waiting(client: Client, web_port: int) -> None:
    slow = [client.begin("algorithm=zstd") for _ in range(4)]
    for raw in slow:
        raw.socket.sendall(chunk(b"x"))
    until(lambda: len(_codec_children()) == 4)
    refused = client.begin("algorithm=zstd")
    status, headers = head(refused)
    assert (status, headers["retry-after"]) == (429, "5")
    for _ in range(20):
        quick = Raw(web_port).request("GET /api/v1/health/live")
        assert head(quick)[0] == 200
    for raw in slow:
        raw.socket.sendall(b"0\r\n\r\n")
        assert head(raw)[0] == 200
    until(lambda: HistoryEntry.objects.filter(succeeded=True).count() == 4)


def test_the_bytes_are_those_of_the_library(client: Client) -> None:
    data = os.urandom(100_000) + bytes(3 * MIB)
    raw = client.begin("algorithm=zlib&level=6", f"Content-Length: {len(data)}", chunked=False)
    threading.Thread(target=lambda: raw.socket.sendall(data)).start()
    status, headers = head(raw)
    assert status == 200
    size = int(headers["content-length"])  # all of it was there when the answer began
    packed = b""
    while len(packed) < size:
        packed += raw.socket.recv(size - len(packed))
    assert hashlib.sha256(zlib.decompress(packed)).digest() == hashlib.sha256(data).digest()
