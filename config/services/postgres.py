"""Embedded PostgreSQL: the server of the wheel as a child process on a unix socket.

The Python layer of that wheel is not used: as root it makes a user of the system and every folder above the
data readable. Who may connect is decided by the rights of the socket's folder; there is no TCP.
"""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from config.services.errors import ServiceError
from config.services.folders import PASSABLE, Lock, make_folder, remove_socket, socket_folder
from config.services.leftovers import end_leftovers
from config.services.place import find_place, link_to
from config.services.process import Process

NAME = "dynacomp"  # of the database and of the role that owns it
SUPERUSER = "postgres"
PORT = "5432"  # only a part of the socket's name
SOCKET_NAME = f".s.PGSQL.{PORT}"
CREATE_TIMEOUT_S = 120.0
READY_TIMEOUT_S = 120.0  # the repair after a crash may take its time
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}

# Sorting and case the same on every machine: nothing is taken from the locales of the system.
INITIAL = {
    "username": SUPERUSER,
    "auth": "trust",
    "encoding": "UTF8",
    "locale-provider": "builtin",
    "builtin-locale": "C.UTF-8",
    "locale": "C",
}
SETTINGS = {
    "listen_addresses": "",
    "port": PORT,
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "max_wal_size": "512MB",
    "max_parallel_workers_per_gather": "0",  # short queries, few cores, and a container's /dev/shm is small
    "log_min_duration_statement": "500ms",
    "log_line_prefix": "%m [%p] ",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "cluster_name": NAME,
}
# For tests: what a crash of the machine would lose is not wanted back.
FLEETING = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


class Postgres:
    """The database server of one data folder.

    `start` makes what is missing and repairs what a crash left. The folders `data` and `data/log` must exist.
    """

    name = "postgres"

    def __init__(self, data: Path, *, durable: bool = True) -> None:
        self._data = data
        self._durable = durable
        self._place = place = find_place(data, durable=durable)
        runtime = make_folder(place.folder / "run", mode=PASSABLE)
        self._sockets = socket_folder(runtime / self.name, SOCKET_NAME, place.account)
        self._lock = Lock(place.folder / "postgres.lock")
        self._server = self._process("postgres", *self._server_arguments())
        self.url = f"postgresql://{NAME}@/{NAME}?host={quote(str(self._sockets), safe='')}&port={PORT}"

    @property
    def folder(self) -> Path:
        """Where the database is; this may be outside of the data folder."""
        return self._place.cluster

    @property
    def pid(self) -> int | None:
        """The process id of the server."""
        return self._server.pid

    @property
    def exit_code(self) -> int | None:
        """How the server ended, or None while it runs."""
        return self._server.exit_code

    @property
    def log(self) -> Path:
        """What the server writes."""
        return self._server.log

    def start(self) -> None:
        """Start the server and return when it answers and has the database."""
        self._lock.take(f"The database in {self.folder} is in use.")
        self._repair()
        if not (self.folder / "PG_VERSION").is_file():
            self._create()
        link_to(self._data, self._place)
        self._server.start()
        with self._connect() as connection:
            _make_database(connection)

    def ask_to_stop(self) -> None:
        """Begin to stop: open transactions are rolled back and clients disconnected."""
        self._server.ask_to_stop()

    def kill(self) -> None:
        """End the server at once; the next start repairs what that leaves."""
        self._server.kill()

    def close(self) -> None:
        """Let go of the folders of a stopped server; a temporary one is removed."""
        remove_socket(self._sockets / SOCKET_NAME)
        if self._place.temporary:
            shutil.rmtree(self._place.folder, ignore_errors=True)
        self._lock.release()

    def _process(self, program: str, *arguments: str) -> Process:
        return Process(
            self.name,
            [self._place.installation / "bin" / program, *arguments],
            log=self._data / "log" / f"{self.name}.log",
            folder=Path("/"),
            environment=ENVIRONMENT,
            account=self._place.account,
            stop_signal=signal.SIGINT,  # "fast": SIGTERM would wait for the clients to leave
            orphan_signal=signal.SIGINT,
        )

    def _server_arguments(self) -> Sequence[str]:
        quoted = str(self._sockets).replace('"', '""')
        settings = SETTINGS | ({} if self._durable else FLEETING) | {"unix_socket_directories": f'"{quoted}"'}
        return ["-D", str(self.folder), *(f"--{name}={value}" for name, value in settings.items())]

    def _repair(self) -> None:
        """End a server that outlived its supervisor, and remove what would stop a new one from starting."""
        end_leftovers(
            "postgres",
            self.folder.resolve(),
            leader=_leader(self.folder / "postmaster.pid"),
            steps=[(signal.SIGINT, 5), (signal.SIGQUIT, 3), (signal.SIGKILL, 2)],
        )
        # None of ours runs now. The process number in these files may be another program's today, which would
        # keep the server from starting.
        (self.folder / "postmaster.pid").unlink(missing_ok=True)
        for name in (SOCKET_NAME, f"{SOCKET_NAME}.lock"):
            (self._sockets / name).unlink(missing_ok=True)

    def _create(self) -> None:
        """Make the database folder aside and move it in place, so that it is whole or not there."""
        prefix = ".postgres.new-"
        for unfinished in self._place.folder.glob(f"{prefix}*"):
            shutil.rmtree(unfinished, ignore_errors=True)
        work = Path(tempfile.mkdtemp(dir=self._place.folder, prefix=prefix))
        if self._place.account:
            os.chown(work, *self._place.account)
        options = [f"--{name}={value}" for name, value in INITIAL.items()]
        fleeting = [] if self._durable else ["--no-sync"]
        initdb = self._process("initdb", "-D", str(work), "--no-instructions", *options, *fleeting)
        initdb.start()
        try:
            made = initdb.wait(CREATE_TIMEOUT_S) == 0
        finally:
            initdb.stop(1)
        if not made:
            shutil.rmtree(work, ignore_errors=True)
            raise initdb.failure("the database cannot be made")
        try:
            work.rename(self.folder)
        except OSError as error:
            raise ServiceError(f"{self.folder} is in the way: {error.strerror}.") from error

    def _connect(self) -> psycopg.Connection:
        """Return a connection as the superuser as soon as the server takes it."""
        address = make_conninfo(
            host=str(self._sockets), port=PORT, dbname="postgres", user=SUPERUSER, connect_timeout=5
        )
        deadline = time.monotonic() + READY_TIMEOUT_S
        while True:
            try:
                return psycopg.connect(address, autocommit=True)
            except psycopg.OperationalError as error:
                if self.exit_code is not None:
                    raise self._server.failure("the server ended during its start") from None
                if time.monotonic() > deadline:
                    raise self._server.failure(
                        f"no answer within {READY_TIMEOUT_S:.0f} s ({error})"
                    ) from None
            time.sleep(0.02)


def _leader(pid_file: Path) -> int | None:
    """Return the process id in the first line of `postmaster.pid`."""
    try:
        return int(pid_file.read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return None


def _make_database(connection: psycopg.Connection) -> None:
    """Make the role of the application, which is no superuser, and its database, where they are missing."""
    if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [NAME]).fetchone():
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(sql.Identifier(NAME)))
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
        connection.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(sql.Identifier(NAME)))
