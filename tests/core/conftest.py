"""What the tests of the kernel share."""

import os
import socket
from collections.abc import Iterator
from typing import Any

import django_rq
import pytest
from django.db import connection

from core.access.matrix import matrix
from tests.core import kinds
from tests.core import site as test_site
from tests.core.crew import Crew, until
from tests.stack import free_port
from tests.work import with_name

assert kinds  # registering is what its import does


@pytest.fixture(scope="module")
def _crew(django_db_setup: None, django_db_blocker: Any) -> Iterator[Crew]:
    with django_db_blocker.unblock():
        name = str(connection.settings_dict["NAME"])
    crew = Crew(with_name(os.environ["DATABASE_URL"], name), free_port())
    yield crew
    crew.stop()


@pytest.fixture
def crew(transactional_db: None, _crew: Crew) -> Crew:
    """Two workers and a clock at work on the test's database. Mark the test `xdist_group("crew")`."""
    _crew.complete("clock", "worker", "worker")
    redis: Any = django_rq.get_connection("cpu")
    until(lambda: _names(_crew) <= {key.decode().rsplit("-", 2)[1] for key in redis.smembers("rq:workers")})
    return _crew


def _names(crew: Crew) -> set[str]:
    return {str(process.pid) for process in crew.workers}


@pytest.fixture
def web(transactional_db: None, _crew: Crew) -> str:
    """`host:port` of a web server over the test's database. Mark the test `xdist_group("web")`."""
    _crew.complete("web")
    until(lambda: _answers(_crew.port))
    return f"127.0.0.1:{_crew.port}"


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


@pytest.fixture
def site(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Serve the endpoints of `tests.core.site` beside those of the platform."""
    settings.ROOT_URLCONF = "tests.core.site"
    rules = {**matrix(), **test_site.RULES}
    monkeypatch.setattr("core.access.matrix.matrix", lambda: rules)
