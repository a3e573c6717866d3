"""What every refusal of the API looks like."""

import json
from typing import Any

MEMBERS = {"type", "title", "status", "detail", "code", "errors", "request_id"}


def assert_problem(response: Any, status: int, code: str) -> dict[str, Any]:
    """Check that the response is a problem document, whole and of this status and code; return it."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = json.loads(response.content)
    assert set(body) == MEMBERS
    assert (body["status"], body["code"], body["type"]) == (status, code, f"urn:dynacomp:problem:{code}"), (
        body
    )
    assert body["detail"]
    assert body["request_id"] == response["X-Request-ID"]
    return body
