"""Pytest plugin that starts real PostgreSQL and Redis for the run; loaded by `-p` before Django reads its settings."""

import atexit
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest

_STARTED = "DYNACOMP_TEST_SERVICES"
_running: dict[str, Any] = {}


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Start the services once; the workers of xdist inherit the controller's environment, but for Redis's database:
    a message for one must not reach a job worker of another."""
    if _STARTED in os.environ:
        number = os.environ.get("PYTEST_XDIST_WORKER", "gw-1").removeprefix("gw")
        os.environ["REDIS_URL"] = os.environ["REDIS_URL"].replace("db=0", f"db={int(number) + 1}")
        return
    from config.services import Services

    folder = tempfile.TemporaryDirectory(prefix="dynacomp-test-")
    services = Services(Path(folder.name) / "data", durable=False)
    services.start()
    _running.update(services=services, folder=folder)
    atexit.register(_stop)  # also where pytest gives up before its own end
    # As the database's superuser: tests make databases, and empty tables that refuse to be emptied.
    database_url = services.database_url.replace("//dynacomp@", "//postgres@")
    os.environ |= {
        _STARTED: folder.name,
        "DATA_DIR": str(services.data),
        "DATABASE_URL": database_url,
        "REDIS_URL": services.redis_url,
        "SECRET_KEY": "only-for-tests",
        "LOG_LEVEL": "ERROR",
    }


def _stop() -> None:
    _running["services"].stop()
    _running["folder"].cleanup()
