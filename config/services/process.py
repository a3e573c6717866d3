"""A child process that ends with its parent and writes to a log file."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from config.services.account import Account
from config.services.errors import ServiceError
from core.tail import last_lines

LAUNCHER = Path(__file__).with_name("launch.py")
LOG_LIMIT_BYTES = 10 * 1024 * 1024


class Process:
    """One program, started as often as needed.

    `stop_signal` asks it to end; `orphan_signal` is what the kernel sends it when this process ends. It works
    in `folder` and keeps the file descriptors in `inherit`.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        folder: Path,
        environment: Mapping[str, str],
        account: Account | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        orphan_signal: signal.Signals = signal.SIGKILL,
        inherit: Sequence[int] = (),
    ) -> None:
        self.name = name
        self.log = log
        found = shutil.which(command[0], path=environment.get("PATH"))
        self._command = [found or str(command[0]), *(str(part) for part in command[1:])]
        self._folder = folder
        self._environment = dict(environment)
        self._account = account
        self._stop_signal = stop_signal
        self._orphan_signal = orphan_signal
        self._inherit = tuple(inherit)
        self._child: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    @property
    def pid(self) -> int | None:
        """The process id of the latest start."""
        return self._child.pid if self._child else None

    @property
    def exit_code(self) -> int | None:
        """How the latest start ended (negative: by that signal), or None while it runs."""
        return self._child.poll() if self._child else None

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._child is not None and self._child.poll() is None

    def start(self) -> None:
        """Start it, from a thread that lives as long as this process: it is that thread that it follows."""
        account = f"{self._account.uid}:{self._account.gid}" if self._account else "-"
        follow = [str(os.getpid()), str(int(self._orphan_signal))]
        launcher = [sys.executable, "-I", "-S", str(LAUNCHER), *follow, account]
        with _log_file(self.log) as output:
            self._log_start = output.tell()
            self._child = subprocess.Popen(
                [*launcher, *self._command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self._folder,
                env=self._environment,
                pass_fds=self._inherit,
                start_new_session=True,  # Ctrl-C in the terminal is the parent's to handle
            )

    def ask_to_stop(self) -> None:
        """Send the stop signal, without waiting."""
        if self._child and self.alive:
            self._child.send_signal(self._stop_signal)

    def wait(self, timeout_s: float) -> int | None:
        """Return the exit code, or None if it still runs after `timeout_s`."""
        if self._child is None:
            return None
        try:
            return self._child.wait(max(timeout_s, 0))
        except subprocess.TimeoutExpired:
            return None

    def kill(self) -> None:
        """End it at once."""
        if self._child and self.alive:
            self._child.kill()
            self._child.wait()

    def stop(self, timeout_s: float) -> None:
        """Ask it to end, and kill it if it has not within `timeout_s`."""
        self.ask_to_stop()
        if self.wait(timeout_s) is None:
            self.kill()

    def failure(self, what: str) -> ServiceError:
        """Return an error: what happened, the end of what the latest start wrote, and where to read on."""
        return ServiceError(log_report(self.name, what, self.log, since=self._log_start))


def log_report(name: str, what: str, log: Path, *, since: int = 0) -> str:
    """Say what happened, with the last lines that the log has after byte `since`, and where it is."""
    lines = [f"    {line}" for line in last_lines(log, since=since)]
    return "\n".join([f"{name}: {what}", *lines, f"  Log: {log}"])


def empty_large_log(path: Path) -> None:
    """Set aside what a log has that grew large while its program runs, which writes on at the start of the file.

    What it writes in that moment is lost; where there is no room for the copy, so is all of it.
    """
    try:
        if path.stat().st_size <= LOG_LIMIT_BYTES:
            return
        with suppress(OSError), path.open("rb") as grown, _private(_aside(path), os.O_TRUNC) as aside:
            shutil.copyfileobj(grown, aside)
        os.truncate(path, 0)
    except OSError:  # the log itself is not there
        return


def _aside(path: Path) -> Path:
    return path.with_suffix(".1.log")


def _private(path: Path, flag: int) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | flag, 0o600), "ab")


def _log_file(path: Path) -> BinaryIO:
    """Open a log to write on; one that has grown large is set aside first, and one such is kept."""
    try:
        if path.exists() and path.stat().st_size > LOG_LIMIT_BYTES:
            path.replace(_aside(path))
        return _private(path, os.O_APPEND)
    except OSError as error:
        raise ServiceError(f"The log {path} cannot be written: {error.strerror}.") from error
