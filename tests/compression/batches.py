"""What the tests of batches share."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from compression import services
from core.models import Job
from files.adoption import Adoption, files_adopt_many
from files.choices import Origin
from files.models import File
from files.services import file_open
from files.staging import StagingArea

API = "/api/v1/compression"
Run = Callable[[], list[Job]]


@pytest.fixture(autouse=True)
def algorithms(db: None) -> None:
    services.algorithms_sync()


@pytest.fixture
def client(api: Callable[..., APIClient], ada: User) -> APIClient:
    return api(ada)


def store(owner: User, **contents: bytes) -> list[File]:
    """Keep contents under their paths, whose folders are written with two underscores."""
    with StagingArea() as area:
        adoptions = []
        for path, data in contents.items():
            staged = area.add()
            staged.write(data)
            folder, _, name = path.rpartition("__")
            adoptions.append(Adoption(staged, f"{name}.txt", folder.replace("__", "/")))
        return files_adopt_many(owner=owner, adoptions=adoptions, origin=Origin.UPLOAD)


def words(number: int, times: int = 100) -> bytes:
    return f"line {number} of words and words\n".encode() * times


@pytest.fixture
def three(ada: User) -> list[File]:
    return store(ada, a=words(1), logs__a=words(2), logs__2026__b=words(3))


def ask(client: APIClient, **body: Any) -> Any:
    return client.post(f"{API}/batch", body, format="json")


def begin(client: APIClient, files: list[File], *algorithms: Any) -> dict[str, Any]:
    """Begin a batch; return its job."""
    wishes = [{"algorithm": one} if isinstance(one, str) else one for one in algorithms]
    response = ask(client, files=[str(file.pk) for file in files], algorithms=wishes)
    assert response.status_code == 202, response.content
    job: dict[str, Any] = response.json()
    return job


def content(file: Any) -> bytes:
    with file_open(File.objects.get(pk=file)) as source:
        return source.read()
