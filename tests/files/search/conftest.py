"""What the tests of search share."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from files.models import File
from files.search.services import texts_read


@pytest.fixture
def kept(stored: Callable[..., File]) -> Callable[..., File]:
    """Return a function that stores a file and has its text read."""

    def keep(owner: User, content: bytes | str = b"", name: str = "some.txt", **options: Any) -> File:
        file = stored(owner, content.encode() if isinstance(content, str) else content, name, **options)
        texts_read(seconds=10)
        return file

    return keep


@pytest.fixture
def found(api: Callable[..., Any]) -> Callable[..., list[str]]:
    """Return a function that searches as an account and answers the names, in order."""
    clients: dict[Any, Any] = {}

    def find(user: User, query: str = "", *, address: str = "", **criteria: Any) -> list[str]:
        client = clients.get(user.pk) or clients.setdefault(user.pk, api(user))
        body = criteria | ({"query": query} if query else {})
        answer = client.post(f"/api/v1/files/search{address}", body, format="json")
        assert answer.status_code == 200, answer.content
        return [row["name"] for row in answer.json()["results"]]

    return find


@pytest.fixture
def analysed(db: None) -> Callable[[], None]:
    """Return a function that has the planner know what is in the tables."""

    def analyse() -> None:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE files, file_texts")

    return analyse
