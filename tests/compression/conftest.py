"""Real workers and a real web server over the database of the tests; nothing that is kept from one test to the next."""

import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from compression.history import summary
from tests.core.crew import Crew, until
from tests.stack import free_port
from tests.work import with_name


@pytest.fixture(autouse=True)
def summaries_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep no summaries: the transaction of a test is never committed, so nothing would empty them."""
    monkeypatch.setattr(summary, "KEPT_S", 0)


@pytest.fixture(scope="session")
def _compression_crew(django_db_setup: None, django_db_blocker: Any) -> Iterator[Crew]:
    with django_db_blocker.unblock():
        name = str(connection.settings_dict["NAME"])
    crew = Crew(with_name(os.environ["DATABASE_URL"], name), free_port())
    yield crew
    crew.stop()


@pytest.fixture
def workers(transactional_db: None, _compression_crew: Crew) -> Crew:
    """A clock and a worker. Mark the test `xdist_group("compression crew")`."""
    _compression_crew.complete("clock", "worker")
    return _compression_crew


@pytest.fixture
def web_port(transactional_db: None, _compression_crew: Crew) -> int:
    """Port of a web server on 127.0.0.1. Mark the test `xdist_group("compression crew")`."""
    _compression_crew.complete("web")
    until(lambda: _answers(_compression_crew.port))
    return _compression_crew.port


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
