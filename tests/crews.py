"""Fixtures of real processes over the test's database: they end with the module that asked for them.

One that lived on would take the jobs of the tests that come after it in the same process of xdist.
"""

import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from tests.core.crew import Crew, until
from tests.stack import free_port
from tests.work import with_name


@pytest.fixture(scope="module")
def module_crew(django_db_setup: None, django_db_blocker: Any) -> Iterator[Crew]:
    """Nobody yet; who is asked for lives to the end of the module."""
    with django_db_blocker.unblock():
        name = str(connection.settings_dict["NAME"])
    crew = Crew(with_name(os.environ["DATABASE_URL"], name), free_port())
    yield crew
    crew.stop()


@pytest.fixture
def web_port(transactional_db: None, module_crew: Crew) -> int:
    """Port of a web server on 127.0.0.1, over the test's database. Mark the test `xdist_group`."""
    module_crew.complete("web")
    until(lambda: _answers(module_crew.port))
    return module_crew.port


@pytest.fixture
def web(web_port: int) -> str:
    """`host:port` of a web server over the test's database. Mark the test `xdist_group`."""
    return f"127.0.0.1:{web_port}"


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
