"""The consumer of sockets that carry hints."""

from typing import Any
from urllib.parse import parse_qsl

from channels.db import database_sync_to_async

from core.events import group_of
from core.sockets.guarded import ACCESS_CHANGED, GuardedConsumer


class HintConsumer(GuardedConsumer):
    """Follows one object. The first messages are a snapshot; hints come after it."""

    async def begin(self) -> None:
        """Send the snapshot."""
        for message in await database_sync_to_async(self._snapshot)():
            await self.tell(message)

    def groups_of_object(self) -> list[str]:
        """The news of the object."""
        return [group_of(self.topic.name, self.object_id)]

    async def hint(self, event: dict[str, Any]) -> None:
        """Pass a hint on."""
        if event["kind"] == ACCESS_CHANGED:
            await super().hint(event)
        else:
            await self.tell_text(event["text"])

    def _snapshot(self) -> list[dict[str, Any]]:
        if self.topic.snapshot is None:
            return []
        query = dict(parse_qsl(self.scope["query_string"].decode("latin-1")))
        return list(self.topic.snapshot(self.object_id, query))
