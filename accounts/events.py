"""News of accounts."""

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from core.events import Event, event, group_of


@event
@dataclass(frozen=True, slots=True)
class AccessChanged(Event):
    """A token was revoked, a role changed, an account closed: open sockets ask again whether they may."""

    kind: ClassVar[str] = "access.changed"
    user_id: UUID

    def groups(self) -> list[str]:
        """Every socket of the account."""
        return [group_of("access", self.user_id)]

    def message(self) -> dict[str, Any]:
        """Nothing is passed on to the browser."""
        return {"kind": self.kind}
