"""A platform of its own for a benchmark: started in a folder that goes away with it."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

START_S = 90
STOP_S = 20
OURS = ("DATABASE_URL", "REDIS_URL", "DATA_DIR", "SECRET_KEY", "CODEC_HOST", "ENGINE_HOST")


@contextmanager
def platform(url: str = "", **environment: str) -> Iterator[tuple[str, str]]:
    """Yield address and token: of the platform at `url`, by the variable TOKEN, or of one that is started for this."""
    if url:
        yield url.rstrip("/"), os.environ["TOKEN"]
        return
    with tempfile.TemporaryDirectory(prefix="dynacomp-benchmark-") as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        data = Path(folder) / "data"
        kept = {name: value for name, value in os.environ.items() if name not in OURS}
        env = {**kept, "DATA_DIR": str(data), "PORT": str(port), "LOG_LEVEL": "WARNING", **environment}
        with (Path(folder) / "output").open("wb") as output:
            supervisor = subprocess.Popen(
                [sys.executable, "-m", "config.services.supervisor"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=env,
            )
        try:
            url = f"http://127.0.0.1:{port}"
            _await_ready(url, supervisor, Path(folder) / "output")
            yield url, _token(url, (data / "admin-password").read_text().strip())
        finally:
            supervisor.send_signal(signal.SIGTERM)
            supervisor.wait(STOP_S)


def _await_ready(url: str, supervisor: "subprocess.Popen[bytes]", output: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and supervisor.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/api/v1/health/ready", timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"the platform did not start:\n{output.read_text()}")


def _token(url: str, password: str) -> str:
    body = json.dumps({"username": "admin", "password": password}).encode()
    request = urllib.request.Request(f"{url}/api/v1/auth/login", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return str(json.load(answer)["token"])
