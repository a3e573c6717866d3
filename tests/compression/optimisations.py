"""What the tests of optimisations share."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from compression import services
from compression.optimising.models import Optimisation, Strategy
from compression.optimising.seeds import strategies_give
from files.models import File
from tests.compression.batches import API, Run, content, store

__all__ = ["API", "Run", "content", "store"]

ROWS = "".join(f"{n},2024-01-{1 + n % 28:02d},{n / 8:.3f},name {n % 9}\n" for n in range(3000)).encode()


@pytest.fixture(autouse=True)
def algorithms(db: None) -> None:
    services.algorithms_sync()
    strategies_give()
    Strategy.objects.update(rounds=1, max_trials=50, plain=[{"id": "zstd", "level": 9}, {"id": "bzip3"}])


@pytest.fixture
def client(api: Callable[..., APIClient], ada: User) -> APIClient:
    return api(ada)


@pytest.fixture
def table(ada: User) -> File:
    return store(ada, table=ROWS)[0]


def ask(client: APIClient, file: File, path: str = "optimize", **body: Any) -> Any:
    return client.post(f"{API}/{path}", {"file": str(file.pk), **body}, format="json")


def begun(client: APIClient, file: File, **body: Any) -> Optimisation:
    """Begin an optimisation that takes a few seconds at most; return its row."""
    response = ask(client, file, **{"time_budget_s": 20, "seed": 1, **body})
    assert response.status_code == 202, response.content
    found: Optimisation = Optimisation.objects.get(job_id=response.json()["id"])
    return found


def done(client: APIClient, file: File, run_jobs: Run, **body: Any) -> Optimisation:
    """Optimise a file; return the row as it is in the end."""
    row = begun(client, file, **body)
    job = next(job for job in run_jobs() if job.pk == row.job_id)
    assert job.status == "succeeded", job.error
    found: Optimisation = Optimisation.objects.select_related("job", "result__output").get(pk=row.pk)
    return found
