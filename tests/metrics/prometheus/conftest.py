"""A folder of counters for each test, and nothing remembered from before."""

from pathlib import Path
from typing import Any

import pytest

from metrics.prometheus import counters, middleware


@pytest.fixture(autouse=True)
def counted_apart(tmp_path: Path, settings: Any) -> None:
    """Count in a folder of the test's own."""
    settings.PROMETHEUS_DIR = tmp_path / "counted"
    middleware.counting.cache_clear()
    middleware.counted.cache_clear()
    counters._outcomes._kept = counters._jobs._kept = None
