"""What the tests of the kernel share."""

from typing import Any

import django_rq
import pytest

from core.access.matrix import matrix
from tests.core import kinds
from tests.core import site as test_site
from tests.core.crew import Crew, until

assert kinds  # registering is what its import does


@pytest.fixture
def crew(transactional_db: None, module_crew: Crew) -> Crew:
    """Two workers and a clock at work on the test's database. Mark the test `xdist_group("crew")`."""
    module_crew.complete("clock", "worker", "worker")
    redis: Any = django_rq.get_connection("cpu")
    until(
        lambda: (
            _names(module_crew) <= {key.decode().rsplit("-", 2)[1] for key in redis.smembers("rq:workers")}
        )
    )
    return module_crew


def _names(crew: Crew) -> set[str]:
    return {str(process.pid) for process in crew.workers}


@pytest.fixture
def site(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Serve the endpoints of `tests.core.site` beside those of the platform."""
    settings.ROOT_URLCONF = "tests.core.site"
    rules = {**matrix(), **test_site.RULES}
    monkeypatch.setattr("core.access.matrix.matrix", lambda: rules)
