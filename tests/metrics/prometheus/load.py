"""A load of requests of which everybody knows how many there are of which kind."""

import random
import socket
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from tests.metrics.prometheus.pages import total
from tests.stack import Stack

ADDRESS = "/api/v1/metrics/prometheus"
TEXT = "one potato, two potato, three potato, four. " * 300
Counts = Counter[tuple[str, str, str]]
Outcomes = Counter[tuple[str, str]]


class Load:
    """What clients do, and how often they did it: by method, route and class of status."""

    def __init__(self, stack: Stack, token: str) -> None:
        self.stack, self.token = stack, token
        self.requests: Counts = Counter()
        self.outcomes: Outcomes = Counter()
        self.file = self._upload("a.txt", TEXT.encode() * 80)
        self.garbage = self._upload("b.gz", b"\x1f\x8b\x08\x00 this is no gzip")

    def _upload(self, name: str, content: bytes) -> str:
        head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        headers = {"Content-type": "multipart/form-data; boundary=x"}
        status, body, _ = self.stack.call(
            "POST",
            "/api/v1/files/upload",
            head.encode() + content + b"\r\n--x--\r\n",
            token=self.token,
            headers=headers,
        )
        assert status == 201, body
        self.requests["POST", "api:files:upload", "2xx"] += 1
        found: str = body["id"]
        return found

    def page(self) -> Any:
        """Scrape; counts as a request when it is over."""
        status, body, _ = self.stack.call("GET", ADDRESS, token=self.token)
        assert status == 200, body
        self.requests["GET", "api:metrics:prometheus", "2xx"] += 1
        return body

    def run(self, clients: int, rounds: int) -> None:
        """Have several clients do all kinds of calls, each in an order of its own."""
        with ThreadPoolExecutor(clients) as pool:
            for _ in pool.map(lambda number: self._client(number, rounds), range(clients)):
                pass
        for method, route, status, _, outcome in KINDS:
            self.requests[method, route, status] += clients * rounds
            if outcome:
                self.outcomes[outcome] += clients * rounds

    def _client(self, number: int, rounds: int) -> None:
        calls = [kind for kind in KINDS for _ in range(rounds)]
        random.Random(number).shuffle(calls)
        for method, route, status, call, _ in calls:
            found = call(self)
            assert f"{found // 100}xx" == status, (method, route, found)

    def round_trip(self) -> None:
        """Compress and restore, outside of what is counted."""
        _, made, _ = self.stack.call("POST", COMPRESS, {"text": TEXT, "algorithm": "zstd"}, token=self.token)
        status, body, _ = self.stack.call(
            "POST", "/api/v1/compression/decompress", {"file": made["output"]}, token=self.token
        )
        assert status == 201, body

    def leave(self) -> None:
        """Ask for a download and go away without reading it."""
        address = urlsplit(self.stack.url)
        with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
            connection.sendall(
                f"GET /api/v1/files/download/{self.file} HTTP/1.1\r\nHost: localhost\r\n"
                f"Authorization: Bearer {self.token}\r\n\r\n".encode()
            )
            connection.recv(100)


def _call(method: str, path: str, body: Any = None, **headers: str) -> Callable[[Load], int]:
    def call(load: Load) -> int:
        filled = body | {"file": load.garbage} if isinstance(body, dict) and "file" in body else body
        token = "" if headers.get("token") == "none" else load.token
        sent = {name: value for name, value in headers.items() if name != "token"}
        return load.stack.call(method, path.format(file=load.file), filled, token=token, headers=sent)[0]

    return call


COMPRESS = "/api/v1/compression/compress"
STREAM = "/api/v1/compression/stream?operation=compress&algorithm="
BYTES = {"Content-type": "application/octet-stream"}
# Method, route, class of status, the call, and the outcome that it leaves in the ledger.
KINDS: list[tuple[str, str, str, Callable[[Load], int], tuple[str, str] | None]] = [
    ("GET", "api:jobs:list", "2xx", _call("GET", "/api/v1/jobs"), None),
    ("GET", "api:jobs:list", "4xx", _call("GET", "/api/v1/jobs?ordering=nothing"), None),
    ("HEAD", "api:jobs:list", "2xx", _call("HEAD", "/api/v1/jobs"), None),
    ("OTHER", "api:jobs:list", "4xx", _call("PROPFIND", "/api/v1/jobs"), None),
    ("GET", "api:files:list", "4xx", _call("GET", "/api/v1/files/list", token="none"), None),
    ("GET", "none", "4xx", _call("GET", "/no/such/place"), None),
    ("GET", "accounts:sign-in", "2xx", _call("GET", "/sign-in", token="none"), None),
    ("GET", "api:files:download", "2xx", _call("GET", "/api/v1/files/download/{file}"), None),
    (
        "POST",
        "api:compression:compress",
        "2xx",
        _call("POST", COMPRESS, {"text": TEXT, "algorithm": "zstd"}),
        ("compress", "zstd"),
    ),
    (
        "POST",
        "api:compression:compress",
        "2xx",
        _call("POST", COMPRESS, {"text": TEXT, "algorithm": "bzip2"}, Prefer="respond-async, wait=30"),
        ("compress", "bzip2"),
    ),
    ("POST", "api:compression:compress", "4xx", _call("POST", COMPRESS, {"algorithm": "zstd"}), None),
    (
        "POST",
        "api:compression:decompress",
        "4xx",
        _call("POST", "/api/v1/compression/decompress", {"file": "…", "algorithm": "gzip"}),
        ("decompress", "gzip"),
    ),
    (
        "POST",
        "api:compression:stream",
        "2xx",
        _call("POST", f"{STREAM}gzip", TEXT.encode(), **BYTES),
        ("compress", "gzip"),
    ),
    (
        "POST",
        "api:compression:stream",
        "4xx",
        _call("POST", f"{STREAM}nothing", TEXT.encode(), **BYTES),
        None,
    ),
]


def counted(page: Any, names: Counts) -> Counts:
    """Return what the page says of these requests."""
    return Counter(
        {
            (method, route, status): int(
                total(page, "dynacomp_http_requests_total", method=method, route=route, status=status)
            )
            for method, route, status in names
        }
    )
