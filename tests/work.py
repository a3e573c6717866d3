"""Running jobs in a test: the real runner, in this process or in a real worker."""

import os
import subprocess
import sys
from collections.abc import Callable
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

from core.choices import JobStatus
from core.jobs import runner
from core.models import Job


@pytest.fixture
def run_jobs(db: None) -> Callable[[], list[Job]]:
    """Run every queued job in this process, within the test's transaction; return them as they ended."""

    def run() -> list[Job]:
        ended = []
        while job := Job.objects.filter(status=JobStatus.QUEUED).order_by("created_at").first():
            runner.run(str(job.pk), worker="test", threaded=False)
            ended.append(Job.objects.get(pk=job.pk))
        return ended

    return run


@pytest.fixture
def worker_burst(transactional_db: None) -> Callable[[], None]:
    """Run a real worker process over the test's database until the queues are empty."""

    def run() -> None:
        name = connection.settings_dict["NAME"]
        url = os.environ["DATABASE_URL"]
        own = {"DATABASE_URL": with_name(url, str(name))}
        subprocess.run(
            [sys.executable, "manage.py", "worker", "--burst"],
            check=True,
            env={**os.environ, **own},
            timeout=60,
        )

    return run


def with_name(url: str, name: str) -> str:
    """Return the address of another database of the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
