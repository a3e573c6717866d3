"""Structured logging: one JSON object a line."""

import json
import logging
from datetime import UTC, datetime

from core import context

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {
    "message",
    "asctime",
    "request_id",
    "job_id",
    "taskName",
}


class ContextFilter(logging.Filter):
    """Put the request and the job on every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always lets the record through."""
        current = context.current()
        record.request_id = current.request_id or "-"
        record.job_id = str(current.job_id) if current.job_id else None
        return True


class RefusedSockets(logging.Filter):
    """Leaves out what uvicorn says, as an error, after each handshake that was answered with an HTTP status.

    The refusal itself is logged by it before, as information.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Let everything else through."""
        return record.msg != "ASGI callable returned without completing handshake."


class JsonFormatter(logging.Formatter):
    """Write a record as one line of JSON, with whatever was given as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; values that JSON does not know are written as text."""
        line = {
            "t": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": getattr(record, "request_id", "-"),
        }
        if job_id := getattr(record, "job_id", None):
            line["job_id"] = job_id
        line |= {name: value for name, value in vars(record).items() if name not in _STANDARD}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        text = json.dumps(line, default=str, ensure_ascii=False)
        return text.encode(
            errors="backslashreplace"
        ).decode()  # a lone surrogate becomes an escape that JSON knows
