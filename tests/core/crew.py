"""Real processes over the test's database: `python -m tests.core.crew worker|clock|web`."""

import os
import runpy
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal, TypeVar

T = TypeVar("T")
PARENT = "CREW_PARENT"


class Crew:
    """Workers, a clock and a web server, for the length of a module; `complete` replaces whom a test ended."""

    def __init__(self, database_url: str, port: int) -> None:
        self.port = port
        self._environment = {
            **os.environ,
            "DATABASE_URL": database_url,
            "LOG_LEVEL": "INFO",
            "PORT": str(port),
            PARENT: str(os.getpid()),
        }
        self._log = Path(tempfile.mkstemp(prefix="dynacomp-crew-")[1])
        self.members: list[tuple[str, subprocess.Popen[bytes]]] = []

    @property
    def workers(self) -> list[subprocess.Popen[bytes]]:
        """The worker processes that live."""
        return [process for role, process in self.members if role == "worker" and process.poll() is None]

    def complete(self, *wanted: str) -> None:
        """Start whoever of `wanted` is missing; who is there beyond that stays."""
        self.members = [member for member in self.members if member[1].poll() is None]
        missing = list(wanted)
        for role, _ in self.members:
            if role in missing:
                missing.remove(role)
        for role in missing:
            with self._log.open("ab") as log:
                process = subprocess.Popen(
                    [sys.executable, "-m", "tests.core.crew", role],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env=self._environment,
                )
            self.members.append((role, process))

    def log(self) -> str:
        """What the processes said."""
        return self._log.read_text()

    def stop(self) -> None:
        """End all."""
        for _, process in self.members:
            process.send_signal(signal.SIGTERM)
        for _, process in self.members:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._log.unlink()


def until(condition: Callable[[], T | Literal[False] | None], seconds: float = 40.0) -> T:
    """Return what `condition` gives as soon as it is true; fail when it is not in time."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.02)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.core.management import call_command

    from core.jobs.worker import die_with_parent
    from tests.core import kinds

    die_with_parent(int(os.environ[PARENT]))  # also where the test run is killed
    assert kinds  # registering is what its import does
    if sys.argv[1] == "web":
        runpy.run_module("config.serving", run_name="__main__")
    else:
        call_command(sys.argv[1])
