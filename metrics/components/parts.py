"""What the platform is made of: each part with the check that fits what it does, and the log that it writes."""

from collections.abc import Callable
from dataclasses import dataclass

from core.health import Status
from core.registry import Registry


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check saw of its part. `uptime_s` is that of the oldest process, or of the server; None where unknown.

    `log` names the program whose log tells most of it, where a part has several.
    """

    detail: str
    status: Status = Status.OK
    uptime_s: float | None = None
    log: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One part. `check` returns a finding or raises, as the checks of `core.health` do."""

    name: str
    title: str
    check: Callable[[], Finding]
    log: str = ""


parts: Registry[Part] = Registry("part of the platform")


def part(name: str, title: str, log: str = "") -> Callable[[Callable[[], Finding]], Callable[[], Finding]]:
    """Register the decorated check; `log` names the program that writes the log of this part."""

    def register(check: Callable[[], Finding]) -> Callable[[], Finding]:
        parts.add(name, Part(name, title, check, log))
        return check

    return register
