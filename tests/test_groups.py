"""What tests share is started once: those of one group run in one process of xdist."""

import os

import pytest


@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="without xdist there is one process")
@pytest.mark.xdist_group("groups")
def test_groups_are_kept_together(request: pytest.FixtureRequest) -> None:
    assert request.node.nodeid.endswith("@groups"), "pytest and pytest-xdist do not go together"
