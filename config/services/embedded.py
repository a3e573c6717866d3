"""The services that the platform stands on, started for one data folder."""

import os
from pathlib import Path
from types import TracebackType
from typing import Self

from config.services.folders import PASSABLE, Lock, make_data_folder, make_folder
from config.services.keeper import stop_all
from config.services.postgres import Postgres
from config.services.redis import Redis


class Services:
    """PostgreSQL and Redis for one data folder: embedded, or those whose addresses are given.

        with Services(Path("var")) as services:
            connect(services.database_url, services.redis_url)

    They end with the process that started them, whatever ends it. `durable=False` is for tests: faster, not
    safe against a loss of power, and not kept where the database has to lie outside of the data folder.
    """

    def __init__(
        self, data: Path, *, durable: bool = True, database_url: str = "", redis_url: str = ""
    ) -> None:
        self.data = Path(os.path.abspath(data))
        self.database_url = database_url
        self.redis_url = redis_url
        self.postgres: Postgres | None = None
        self.redis: Redis | None = None
        self._durable = durable
        self._given = (database_url, redis_url)
        self._lock: Lock | None = None

    def claim(self) -> None:
        """Make the data folder and lock it, which `start` does where it is not done."""
        if self._lock is None:
            make_data_folder(self.data)
            lock = Lock(self.data / "lock")
            lock.take(f"Dynacomp is already running in {self.data}.")
            self._lock = lock
            make_folder(self.data / "log", mode=0o700)
            make_folder(self.data / "run", mode=PASSABLE)

    def start(self) -> None:
        """Start what is not given by an address; returns when it answers."""
        self.claim()
        try:
            self._start_embedded()
        except BaseException:
            self.stop()
            raise

    def _start_embedded(self) -> None:
        given_database, given_redis = self._given
        if not given_redis:
            self.redis = Redis(self.data)
            self.redis.start()
            self.redis_url = self.redis.url
        if not given_database:
            self.postgres = Postgres(self.data, durable=self._durable)
            self.postgres.start()
            self.database_url = self.postgres.url

    @property
    def embedded(self) -> list[Postgres | Redis]:
        """The servers that were started here."""
        return [server for server in (self.postgres, self.redis) if server]

    def stop(self, timeout_s: float = 10) -> None:
        """Stop the servers started here, side by side."""
        stop_all(self.embedded, timeout_s)
        for server in self.embedded:
            server.close()
        self.postgres = self.redis = None
        if self._lock:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
