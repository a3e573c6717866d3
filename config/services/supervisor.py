"""What `make run` starts: services, migrations, web, workers, clock and codec host, until told to stop.

Every child follows the supervisor: it gets a signal from the kernel when the supervisor is killed, and the
next start repairs what that left.
"""

import argparse
import contextlib
import json
import os
import signal
import socket
import sys
import time
from pathlib import Path
from types import FrameType

import psutil

from config.env import BadEnvironment
from config.secret import kept_secret
from config.services import launch
from config.services.configuration import Configuration
from config.services.embedded import Services
from config.services.errors import ServiceError
from config.services.folders import make_empty, remove_socket, socket_folder
from config.services.keeper import Kept, reap_strangers, stop_all
from config.services.listening import display_address, listen, readiness_problem
from config.services.process import empty_large_log, log_report
from config.services.programs import Programs, program
from config.services.record import Record
from core.disk import replace_text

PREPARE_TIMEOUT_S = 600.0
READY_TIMEOUT_S = 60.0
GIVE_UP_AFTER = 3  # ends of one program before all has been ready once
LOOK_EVERY_S = 0.1
# How long web and workers, the codec host, and the servers may take to stop: under 10 s together.
PATIENCE_S = (5.0, 0.5, 3.5)
DOUBLE_SIGNAL_S = 1.0  # a group may send one wish to stop twice; what comes later means: at once
CODEC_SOCKET_NAME = "host.sock"
ENGINE_SOCKET_NAME = "engine.sock"


class StopRequested(BaseException):
    """Ctrl-C or SIGTERM: not an error, so that nothing on the way up takes it for one."""


class Supervisor:
    """One running platform."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._data = configuration.data
        self._services = Services(
            self._data, database_url=configuration.database_url, redis_url=configuration.redis_url
        )
        self._programs: Programs | None = None
        self._sockets: list[Path] = []
        self._kept: list[Kept] = []
        self._record = Record(self._data / "run" / "programs.json")
        self._stopping = False
        self._last_signal = 0.0

    def run(self) -> None:
        """Start everything and keep it running; stop everything when asked to, or when the start fails."""
        self._handle_signals()
        launch.prctl(launch.PR_SET_CHILD_SUBREAPER, 1)  # what a killed worker leaves is ours to end
        self._services.claim()
        try:
            os.umask(0o077)
            with listen(self._configuration.host, self._configuration.port) as listener:
                self._start(listener)
                self._keep()
        except StopRequested:
            say("Stopping.")
        finally:
            self._stop()

    def _handle_signals(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # as under nohup
                signal.signal(number, self._on_signal)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._last_signal = time.monotonic()
        if not self._stopping:
            raise StopRequested

    def _start(self, listener: socket.socket) -> None:
        self._services.start()
        if (postgres := self._services.postgres) and not postgres.folder.is_relative_to(self._data):
            say(f"The database is in {postgres.folder}: its user cannot reach {self._data}.")
        kept_secret(self._data / "secret-key")
        addresses = self._addresses(listener)
        replace_text(self._data / "run" / "services.json", json.dumps(addresses, indent=2))
        password = self._data / "admin-password"
        first_time = not password.exists()
        make_empty(
            self._data / "run" / "prometheus"
        )  # what web processes count begins with the platform's start
        self._prepare(addresses)
        self._launch(addresses, listener)
        problem = self._await_ready(listener)
        say(f"\nDynacomp is {'started, but not ready' if problem else 'ready'}: {display_address(listener)}")
        if problem:
            say(f"After {READY_TIMEOUT_S:.0f} s still: {problem}\nIt is ready by itself once that is mended.")
        if first_time and password.exists():
            say(f"First sign-in: admin / {password.read_text().strip()}  (kept in {password})")
        elif password.exists():
            say(f"Sign-in: admin, at first with the password in {password}")
        say(f"Data and logs: {self._data}   Stop with Ctrl-C.\n")

    def _addresses(self, listener: socket.socket) -> dict[str, str]:
        """Return the variables that tell children, and commands by hand, where everything is."""
        folder = socket_folder(self._data / "run" / "codecs", ENGINE_SOCKET_NAME)
        self._sockets = [folder / CODEC_SOCKET_NAME, folder / ENGINE_SOCKET_NAME]
        return {
            "DATA_DIR": str(self._data),
            "DATABASE_URL": self._services.database_url,
            "REDIS_URL": self._services.redis_url,
            "CODEC_HOST": str(self._sockets[0]),
            "ENGINE_HOST": str(self._sockets[1]),
            "HOST": self._configuration.host,
            "PORT": str(listener.getsockname()[1]),
        }

    def _prepare(self, addresses: dict[str, str]) -> None:
        """Migrate the database and make the first content."""
        prepare = program(self._configuration, "prepare", ["-m", "config.services.prepare"], addresses)
        prepare.start()
        try:
            if prepare.wait(PREPARE_TIMEOUT_S) != 0:
                raise prepare.failure("the database cannot be prepared")
        finally:
            prepare.stop(1)

    def _launch(self, addresses: dict[str, str], listener: socket.socket) -> None:
        self._programs = programs = Programs.of(self._configuration, addresses, listener.fileno())
        for started in (*programs.codec_hosts, *programs.others):
            started.start()
        units = [*self._services.embedded, *programs.codec_hosts, *programs.others]
        self._kept = [Kept(unit, say) for unit in units]
        self._record.write(self._kept)

    def _await_ready(self, listener: socket.socket) -> str:
        """Wait until the web server says that all is well; return what is not, after a while.

        A program that keeps ending is given up on.
        """
        allowed = self._configuration.allowed_hosts[0].lstrip(".*") or "localhost"
        deadline = time.monotonic() + READY_TIMEOUT_S
        while problem := readiness_problem(listener, allowed):
            self._look()
            for kept in self._kept:
                if kept.ends >= GIVE_UP_AFTER:
                    raise ServiceError(log_report(kept.unit.name, "does not stay up", kept.unit.log))
            if time.monotonic() > deadline:
                return problem
            time.sleep(LOOK_EVERY_S)
        return ""

    def _look(self) -> None:
        for kept in self._kept:
            kept.look()
            empty_large_log(kept.unit.log)
        self._record.write(self._kept)
        reap_strangers([kept.unit.pid for kept in self._kept])

    def _keep(self) -> None:
        while True:
            self._look()
            time.sleep(LOOK_EVERY_S)

    def _stop(self) -> None:
        """Stop in the order of use: who serves people and works, what they use, what everything stands on."""
        self._stopping = True
        began = time.monotonic()

        def hurried() -> bool:
            return self._last_signal > began + DOUBLE_SIGNAL_S

        if self._programs:
            stop_all(self._programs.others, PATIENCE_S[0], hurried=hurried)
            stop_all(self._programs.codec_hosts, PATIENCE_S[1], hurried=hurried)
        self._services.stop(PATIENCE_S[2])
        end_descendants()
        for path in self._sockets:
            remove_socket(path)
        (self._data / "run" / "services.json").unlink(missing_ok=True)
        self._record.remove()


def end_descendants() -> None:
    """End what children of children left behind; they fell to this process when their parents ended."""
    left = psutil.Process().children(recursive=True)
    for process in left:
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(left, timeout=1)


def say(text: str) -> None:
    """Tell the person at the terminal, who may have gone."""
    with contextlib.suppress(OSError):
        print(text, flush=True)


def main() -> int:
    """Run the platform until it is told to stop; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--follow-parent", action="store_true", help="stop when the parent process ends")
    try:
        if parser.parse_args().follow_parent:
            launch.end_with_parent(os.getppid(), signal.SIGTERM)
        Supervisor(Configuration.read()).run()
    except (ServiceError, BadEnvironment) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename or 'Dynacomp'}: {error.strerror}", file=sys.stderr)
        return 1
    except StopRequested:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
