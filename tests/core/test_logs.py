"""Logs: one JSON object a line, with the request or the job that it belongs to."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from accounts.models import AuditEntry, User
from core import context
from core.jobs import enqueue, runner
from core.logs import ContextFilter, JsonFormatter
from core.models import Job


@pytest.fixture
def lines() -> Iterator[Any]:
    """Return a function that gives what was logged, parsed."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    handler = logging.StreamHandler(stream)
    handler.addFilter(ContextFilter())
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)

    def read() -> list[dict[str, Any]]:
        handler.flush()
        raw: Any = stream.buffer
        return [json.loads(line) for line in raw.getvalue().decode().splitlines()]

    yield read
    root.removeHandler(handler)
    root.setLevel(level)


def test_every_line_is_one_json_object() -> None:
    odd = {"msg": "one\ntwo \ud800 \x00 “three” %s", "args": ({"a": 1},), "ms": 1.5, "thing": object()}
    record = logging.makeLogRecord({"name": "tests", "levelname": "INFO", **odd})
    ContextFilter().filter(record)
    line = JsonFormatter().format(record)
    assert "\n" not in line
    found = json.loads(line.encode())
    assert (found["level"], found["logger"], found["ms"], found["request_id"]) == ("INFO", "tests", 1.5, "-")
    assert found["message"].startswith("one\ntwo")


def test_an_error_has_its_traceback(lines: Any) -> None:
    try:
        raise RuntimeError("why")
    except RuntimeError:
        logging.getLogger("tests").exception("failed")
    assert "RuntimeError: why" in lines()[0]["exception"]


def test_a_request_has_one_line_with_its_id(lines: Any, ada: User, api: Any) -> None:
    api(ada).get("/api/v1/jobs?search=secret", headers={"X-Request-ID": "request-42"})
    found = [line for line in lines() if line["logger"] == "core.requests"]
    assert [(line["message"], line["request_id"]) for line in found] == [
        ("GET /api/v1/jobs 200", "request-42")
    ]
    assert found[0]["ms"] > 0
    assert "secret" not in str(found)


def test_health_is_not_worth_a_line(lines: Any, api: Any) -> None:
    api().get("/api/v1/health/live")
    assert lines() == []


def test_a_job_speaks_under_the_request_that_made_it(lines: Any, ada: User) -> None:
    with context.use(context.Context(request_id="request-42", address="10.0.0.1")):
        made = enqueue("test.echo", owner=ada, params={"say": "x"})
    assert Job.objects.get(pk=made.pk).request_id == "request-42"
    runner.run(str(made.pk), threaded=False)
    own = [line for line in lines() if line["logger"] == "core.jobs.runner"]
    assert len(own) == 2
    assert {(line["request_id"], line["job_id"]) for line in own} == {("request-42", str(made.pk))}
    assert context.current() == context.Context()


def test_an_audit_entry_has_the_request_and_the_address(ada: User, api: Any) -> None:
    made = enqueue("test.nothing", owner=ada, params={})
    url = f"/api/v1/jobs/{made.pk}/cancel"
    api(ada).post(url, headers={"X-Request-ID": "request-42"}, REMOTE_ADDR="10.1.2.3")
    entry = AuditEntry.objects.get(action="job.cancelled")
    assert (entry.actor, entry.target_id) == (ada, made.pk)
    assert (entry.request_id, entry.address) == ("request-42", "10.1.2.3")
