"""The fixed cast: who uses the platform in the tests.

ada works with files, ben does too and is the outsider to ada's objects, vera only looks, otto operates, mia
administers. Their names say their role.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts import services
from accounts.models import User
from core.access.roles import Role, Scope

PASSWORD = "correct horse battery"


def make(username: str, role: Role) -> User:
    """Return an account of the cast."""
    return services.user_register(
        username=username, email=f"{username}@example.org", password=PASSWORD, role=role
    )


@pytest.fixture
def ada(db: None) -> User:
    """A user."""
    return make("ada", Role.USER)


@pytest.fixture
def ben(db: None) -> User:
    """Another user, the outsider: 404 everywhere."""
    return make("ben", Role.USER)


@pytest.fixture
def vera(db: None) -> User:
    """A viewer."""
    return make("vera", Role.VIEWER)


@pytest.fixture
def otto(db: None) -> User:
    """An operator."""
    return make("otto", Role.OPERATOR)


@pytest.fixture
def mia(db: None) -> User:
    """An administrator."""
    return make("mia", Role.ADMINISTRATOR)


@pytest.fixture
def api() -> Callable[..., APIClient]:
    """Return a client of the API with a token of the given account, or with none."""

    def client(user: User | None = None, scope: Scope = Scope.WRITE) -> APIClient:
        made = APIClient(raise_request_exception=True)
        if user is not None:
            _, secret = services.token_create(owner=user, name="test", scope=scope)
            made.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
        return made

    return client


@pytest.fixture
def browser() -> Callable[..., Client]:
    """Return a client of the pages, signed in as the given account."""

    def client(user: User | None = None) -> Client:
        made = Client(enforce_csrf_checks=False)
        if user is not None:
            response: Any = made.post("/sign-in", {"username": user.username, "password": PASSWORD})
            assert response.status_code == 302, response.content
        return made

    return client
