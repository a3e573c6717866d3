"""The running product: `make run`'s own supervisor with web, workers and services, in a folder of its own.

Tests that use it are marked `@pytest.mark.xdist_group("stack")`, so that one of xdist's processes has them all and
the product starts once.
"""

import json
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.config.running import Running


@dataclass(frozen=True)
class Stack:
    """Where it runs, and the first administrator's password."""

    url: str
    data: Path
    password: str

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str = "",
        headers: dict[str, str] | None = None,
    ) -> tuple[int, Any, dict[str, str]]:
        """Call the API; return status, parsed body and headers."""
        request = urllib.request.Request(f"{self.url}{path}", method=method, headers=headers or {})
        if body is not None:
            request.data = body if isinstance(body, bytes) else json.dumps(body).encode()
            request.headers.setdefault("Content-type", "application/json")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.status, _parsed(response.read()), dict(response.headers)
        except urllib.error.HTTPError as error:
            return error.code, _parsed(error.read()), dict(error.headers)

    def token(self, username: str = "admin", password: str = "") -> str:
        """Sign in by the API and return a token."""
        credentials = {"username": username, "password": password or self.password}
        status, body, _ = self.call("POST", "/api/v1/auth/login", credentials)
        assert status == 200, body
        found: str = body["token"]
        return found


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return raw


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Start the product and stop it in the end; its output goes to a file that a failure shows."""
    data = tmp_path_factory.mktemp("stack") / "data"
    with Running(data, WEB_PROCESSES="2", WORKERS="2") as running:
        running.await_ready()
        url = f"http://127.0.0.1:{running.services()['PORT']}"
        yield Stack(url, data, (data / "admin-password").read_text().strip())
