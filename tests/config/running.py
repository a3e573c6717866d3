"""A whole platform, started as `make run` does, for tests that end it in every way."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Self

import psutil

from tests.config.places import ROOT, processes_of

SERVICES = (
    "DATABASE_URL",
    "REDIS_URL",
    "CODEC_HOST",
    "ENGINE_HOST",
    "DATA_DIR",
    "SECRET_KEY",
    "DYNACOMP_TEST_SERVICES",
)
START_LIMIT_S = 180.0


class Running:
    """A supervisor over `data`, on a free port unless one is given; used as a context, it is ended with the test."""

    process: subprocess.Popen[bytes]

    def __init__(self, data: Path, **environment: str) -> None:
        self.data = data
        self.output = data.parent / f"output-{time.monotonic_ns()}"
        kept = {name: value for name, value in os.environ.items() if name not in SERVICES}
        sizes = {"WEB_PROCESSES": "1", "WORKERS": "1", "PORT": "0"}
        self.environment = {**kept, **sizes, "DATA_DIR": str(data), **environment}
        self._command = [sys.executable, "-m", "config.services.supervisor"]

    def start(self) -> None:
        """Begin to start."""
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                self._command, cwd=ROOT, env=self.environment, stdout=output, stderr=subprocess.STDOUT
            )

    def text(self) -> str:
        """Return what it has said so far."""
        return self.output.read_text()

    def await_ready(self) -> float:
        """Wait until it says that it is ready; return the seconds that took."""
        began = time.monotonic()
        while "is ready:" not in self.text():
            assert self.process.poll() is None, self.text()
            assert time.monotonic() < began + START_LIMIT_S, self.text()
            time.sleep(0.05)
        return time.monotonic() - began

    def end(self, number: signal.Signals) -> float:
        """Send a signal, wait for the end, and return the seconds that took."""
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(60)
        return time.monotonic() - began

    def services(self) -> dict[str, str]:
        """Return the addresses that it wrote down for commands by hand."""
        return json.loads((self.data / "run" / "services.json").read_text())

    def get(self, path: str) -> tuple[int, bytes]:
        """Fetch a page from it."""
        with urllib.request.urlopen(
            f"http://localhost:{self.services()['PORT']}{path}", timeout=40
        ) as response:
            return response.status, response.read()

    def children(self, words: str) -> list[psutil.Process]:
        """Return its living children whose command line ends in these words."""
        found = []
        for child in psutil.Process(self.process.pid).children():
            with suppress(psutil.Error):
                if " ".join(child.cmdline()).endswith(words):
                    found.append(child)
        return found

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.end(signal.SIGTERM)


def await_none(folder: Path, seconds: float) -> list[str]:
    """Wait until no process has to do with the folder; return those left after `seconds`."""
    deadline = time.monotonic() + seconds
    while (left := processes_of(folder)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left
