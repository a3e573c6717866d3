"""Real workers over the database of the tests; nothing that is kept from one test to the next."""

import pytest

from compression.history import summary
from tests.core.crew import Crew


@pytest.fixture(autouse=True)
def summaries_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep no summaries: the transaction of a test is never committed, so nothing would empty them."""
    monkeypatch.setattr(summary, "KEPT_S", 0)


@pytest.fixture
def workers(transactional_db: None, module_crew: Crew) -> Crew:
    """A clock and a worker. Mark the test `xdist_group("compression crew")`."""
    module_crew.complete("clock", "worker")
    return module_crew
