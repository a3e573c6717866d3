"""Short words for asking the API in these tests."""

from typing import Any

from rest_framework.test import APIClient

from accounts.models import AuditEntry
from tests.cast import PASSWORD
from tests.problems import assert_problem

AUTH = "/api/v1/auth"


def bearer(secret: str) -> APIClient:
    """Return a client with the token."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def sign_in(username: str, password: str = PASSWORD, *, address: str = "192.0.2.1") -> Any:
    """Try to sign in from an address."""
    body = {"username": username, "password": password}
    return APIClient().post(f"{AUTH}/login", body, format="json", REMOTE_ADDR=address)


def assert_refused(response: Any, status: int, code: str, *fields: str) -> dict[str, Any]:
    """Check as `assert_problem` does, and that these fields are named; return the problem."""
    body = assert_problem(response, status, code)
    assert [error["field"] for error in body["errors"]] == list(fields), body
    return body


def audited(*, since: int = 0) -> list[tuple[str, str | None]]:
    """Return action and actor of each audit row in order, but for the first `since`."""
    rows = AuditEntry.objects.order_by("created_at").select_related("actor")
    return [(row.action, row.actor.username if row.actor else None) for row in rows][since:]
