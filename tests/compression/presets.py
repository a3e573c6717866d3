"""Presets for tests: made, changed and activated through the API, as staff do it."""

from typing import Any

from rest_framework.test import APIClient

from core.jobs import runner

API = "/api/v1/compression"
PRESET = {
    "name": "logs-small",
    "title": "Logs, small",
    "description": "For what is kept for years.",
    "algorithm": "zstd",
    "level": 19,
    "params": {"window_log": 24, "checksum": False},
}


def made(staff: APIClient, **fields: Any) -> dict[str, Any]:
    response = staff.post(f"{API}/algorithms", PRESET | fields, format="json")
    assert response.status_code == 201, response.content
    found: dict[str, Any] = response.json()
    return found


def put(staff: APIClient, name: str, **changes: Any) -> Any:
    return staff.put(f"{API}/algorithms/{name}", changes, format="json")


def activate(staff: APIClient, name: str = "logs-small") -> None:
    assert put(staff, name, status="testing").status_code == 200
    report = staff.post(f"{API}/algorithms/{name}/test")
    if report.status_code == 202:  # the machine is busy
        runner.run(report.json()["id"], worker="test", threaded=False)
    assert put(staff, name, status="active").status_code == 200
