"""Strict readers of environment variables: a value is right, absent, or refused with its name."""

import os
from collections.abc import Sequence
from pathlib import Path


class BadEnvironment(Exception):
    """An environment variable has a value that cannot be meant."""


def text(name: str, default: str = "") -> str:
    """Return the variable, or `default` where it is unset or empty."""
    return os.environ.get(name, "").strip() or default


def secret(name: str) -> str:
    """Return the variable or, where only `<name>_FILE` is set, the content of that file."""
    if value := text(name):
        return value
    if path := text(f"{name}_FILE"):
        try:
            return Path(path).read_text().strip()
        except OSError as error:
            raise BadEnvironment(f"{name}_FILE={path!r} cannot be read: {error.strerror}") from error
    return ""


def integer(name: str, default: int, *, minimum: int = 0, maximum: int = 2**63 - 1) -> int:
    """Return the variable as a whole number between `minimum` and `maximum`."""
    raw = text(name)
    if not raw:
        return default
    try:
        value = int(raw.replace("_", ""))
    except ValueError as error:
        raise BadEnvironment(f"{name}={raw!r} is not a whole number") from error
    if not minimum <= value <= maximum:
        raise BadEnvironment(f"{name}={raw!r} is not between {minimum} and {maximum}")
    return value


def flag(name: str, *, default: bool = False) -> bool:
    """Return the variable as a truth value: true/false, yes/no, on/off, 1/0."""
    raw = text(name).lower()
    if not raw:
        return default
    if raw in {"1", "true", "yes", "on"}:
        return True
    if raw in {"0", "false", "no", "off"}:
        return False
    raise BadEnvironment(f"{name}={raw!r} is neither true nor false")


def choice(name: str, default: str, allowed: Sequence[str]) -> str:
    """Return the variable if it is one of `allowed`."""
    raw = text(name, default)
    if raw not in allowed:
        raise BadEnvironment(f"{name}={raw!r} is not one of {', '.join(allowed)}")
    return raw


def items(name: str, default: Sequence[str] = ()) -> list[str]:
    """Return the variable as a list of its parts between commas."""
    raw = text(name)
    return [part.strip() for part in raw.split(",") if part.strip()] if raw else list(default)


def path(name: str, default: Path) -> Path:
    """Return the variable as an absolute path."""
    return Path(text(name) or default).expanduser().resolve()
