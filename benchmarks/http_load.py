"""HTTP clients for benchmarks: quick ones that measure, slow ones that are in the way."""

import asyncio
import contextlib
import socket
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

BOUNDARY = "benchmark-boundary"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
MIB = 1024 * 1024


@dataclass(frozen=True)
class Target:
    """Where to, and with which headers."""

    url: str
    headers: dict[str, str] = field(default_factory=dict)

    async def connect(self, *, buffer: int = 0) -> "Connection":
        """Return a new connection; `buffer` bytes are what a slow one takes in advance."""
        parts = urlsplit(self.url)
        sock = socket.socket()
        sock.setblocking(False)
        if buffer:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        await asyncio.get_running_loop().sock_connect(sock, (parts.hostname or "127.0.0.1", parts.port or 80))
        reader, writer = await asyncio.open_connection(sock=sock, limit=buffer or 256 * 1024)
        return Connection(self, reader, writer)


class Connection:
    """One keep-alive connection."""

    def __init__(self, target: Target, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.target, self.reader, self.writer = target, reader, writer

    def send_head(self, method: str, path: str, **headers: str) -> None:
        """Send the head of a request."""
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
        lines += [
            f"{name.replace('_', '-')}: {value}" for name, value in {**self.target.headers, **headers}.items()
        ]
        self.writer.write("\r\n".join([*lines, "", ""]).encode())

    async def head(self) -> tuple[int, int]:
        """Return status and length of the next answer."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).lower()
        _, found, rest = head.partition(b"\r\ncontent-length: ")
        return int(head.split(b" ", 2)[1]), int(rest.split(b"\r\n", 1)[0]) if found else 0

    async def get(self, path: str) -> tuple[int, float]:
        """Ask for a small thing; return its status and the seconds that it took."""
        began = time.perf_counter()
        self.send_head("GET", path)
        status, length = await self.head()
        await self.reader.readexactly(length)
        return status, time.perf_counter() - began

    def close(self) -> None:
        """Leave."""
        self.writer.close()


async def throughput(target: Target, path: str, *, clients: int, seconds: float) -> tuple[float, list[float]]:
    """Return requests a second and all latencies of `clients` that ask one thing after the other."""
    latencies: list[float] = []
    deadline = time.perf_counter() + seconds

    async def client() -> None:
        connection = await target.connect()
        while time.perf_counter() < deadline:
            status, took = await connection.get(path)
            assert status == 200, status
            latencies.append(took)
        connection.close()

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    return len(latencies) / (time.perf_counter() - began), latencies


async def steady(target: Target, path: str, *, clients: int, every: float, seconds: float) -> list[float]:
    """Return the latencies of `clients` that each ask every `every` seconds."""
    latencies: list[float] = []

    async def client(number: int) -> None:
        connection = await target.connect()
        await asyncio.sleep(every * number / clients)
        due = time.perf_counter()
        end = due + seconds
        while due < end:
            status, _ = await connection.get(path)
            assert status == 200, status
            latencies.append(time.perf_counter() - due)  # from when it was due: a late one delays the next
            due += every
            await asyncio.sleep(max(0, due - time.perf_counter()))
        connection.close()

    await asyncio.gather(*(client(number) for number in range(clients)))
    return latencies


async def slow_wait(target: Target, path: str) -> None:
    """Wait for an answer again and again."""
    connection = await target.connect()
    while True:
        await connection.get(path)


async def slow_download(target: Target, path: str, *, per_second: int = 64 * 1024) -> None:
    """Read an answer slowly."""
    connection = await target.connect(buffer=16 * 1024)
    connection.send_head("GET", path)
    await connection.head()
    while await connection.reader.read(per_second // 10):
        await asyncio.sleep(0.1)


async def slow_upload(target: Target, path: str, *, size: int, per_second: int = 10_000) -> None:
    """Send a multipart body slowly."""
    connection = await target.connect()
    while True:
        prefix, suffix = multipart_ends()
        length = str(len(prefix) + size + len(suffix))
        connection.send_head("POST", path, Content_Type=MULTIPART, Content_Length=length)
        connection.writer.write(prefix)
        for _ in range(size // (per_second // 10)):
            connection.writer.write(bytes(per_second // 10))
            await asyncio.sleep(0.1)
        connection.writer.write(bytes(size % (per_second // 10)) + suffix)
        _, answer = await connection.head()
        await connection.reader.readexactly(answer)


async def slow_stream(target: Target, path: str) -> None:
    """Send a body bit by bit and read what comes back of it."""
    connection = await target.connect()
    connection.send_head("POST", path, Transfer_Encoding="chunked")
    await asyncio.gather(_drip(connection), _sip(connection))


async def _drip(connection: Connection) -> None:
    while True:
        connection.writer.write(b"3e8\r\n" + bytes(1000) + b"\r\n")
        await connection.writer.drain()
        await asyncio.sleep(0.1)


async def _sip(connection: Connection) -> None:
    while await connection.reader.read(4096):
        pass


class InTheWay:
    """Slow clients that are there for the length of a block; one that ends or fails comes back."""

    def __init__(self, kinds: list[Callable[[], Awaitable[None]]]) -> None:
        self._kinds = kinds
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> None:
        self._tasks = [asyncio.create_task(self._again(kind)) for kind in self._kinds]
        await asyncio.sleep(2)

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _again(self, kind: Callable[[], Awaitable[None]]) -> None:
        while True:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await kind()
            await asyncio.sleep(0.5)


def multipart_ends() -> tuple[bytes, bytes]:
    """Return what is before and after the bytes of a single file in a multipart body."""
    prefix = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="big.bin"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    return prefix.encode(), f"\r\n--{BOUNDARY}--\r\n".encode()


async def large_upload(target: Target, path: str, size: int) -> tuple[int, float]:
    """Upload a file of `size` bytes; return the status and the seconds."""
    connection = await target.connect()
    prefix, suffix = multipart_ends()
    began = time.perf_counter()
    length = str(len(prefix) + size + len(suffix))
    connection.send_head("POST", path, Content_Type=MULTIPART, Content_Length=length)
    connection.writer.write(prefix)
    piece = bytes(MIB)
    for _ in range(size // MIB):
        connection.writer.write(piece)
        await connection.writer.drain()
    connection.writer.write(suffix)
    status, answer = await connection.head()
    await connection.reader.readexactly(answer)
    connection.close()
    return status, time.perf_counter() - began


async def large_download(target: Target, path: str) -> tuple[int, int, float]:
    """Download something; return the status, the bytes and the seconds."""
    connection = await target.connect()
    began = time.perf_counter()
    connection.send_head("GET", path)
    status, length = await connection.head()
    got = 0
    while got < length and (piece := await connection.reader.read(MIB)):
        got += len(piece)
    connection.close()
    return status, got, time.perf_counter() - began
