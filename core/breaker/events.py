"""News of circuit breakers."""

from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, event


@event
@dataclass(frozen=True, slots=True)
class BreakerChanged(Event):
    """A breaker opened, tries again, or closed; for code that subscribes."""

    kind: ClassVar[str] = "breaker.changed"
    name: str
    status: str
    cause: str
