"""What the tests of metrics share."""

import pytest

from metrics.storage import writing


@pytest.fixture(autouse=True)
def new_sampler() -> None:
    """Have a machine's layout begin anew, as in a process that has just started: it would grow from test to test."""
    writing._series.clear()
