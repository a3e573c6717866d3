"""What tests of learning share."""

import pytest

from compression.engine.learning.shipped import experience
from compression.learning import training


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """A quarter of the outcomes that are shipped: trainings take as much less."""
    few = experience()[::4]
    monkeypatch.setattr(training, "experience", lambda: few)
