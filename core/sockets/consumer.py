"""The one consumer of all sockets that carry hints."""

import asyncio
import contextlib
import json
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from core.access.matrix import ANYONE, find
from core.access.roles import Role, Scope
from core.events import group_of
from core.sockets.topics import Topic, routes, topics

# A right that was taken away closes the socket within this time even if the hint about it is lost.
RECHECK_S = 4

ACCESS_CHANGED = "access.changed"
SIGNED_OUT, NOT_ALLOWED = 4401, 4403


class HintConsumer(AsyncWebsocketConsumer):
    """Follows one object for one account. The first message is a snapshot; hints come after it."""

    topic: Topic
    object_id: str
    group: str = ""
    rechecks: "asyncio.Task[None] | None" = None

    async def connect(self) -> None:
        """Accept who may follow; close with 4401 or 4403 who may not."""
        route = routes.get(self.scope["route_name"])
        self.topic = topics.get(route.topic)
        self.object_id = str(
            self.scope["url_route"]["kwargs"].get("id") or getattr(self.scope["user"], "pk", "")
        )
        refusal = await self.refusal()
        await self.accept(subprotocol="bearer" if "bearer" in self.scope.get("subprotocols", []) else None)
        if refusal:
            await self.close(code=refusal)
            return
        self.group = group_of(self.topic.name, self.object_id)
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.channel_layer.group_add(group_of("access", self.scope["user"].pk), self.channel_name)
        if self.topic.snapshot:
            await self.send_json(await database_sync_to_async(self.topic.snapshot)(self.object_id))
        self.rechecks = asyncio.create_task(self._recheck())

    async def disconnect(self, code: int) -> None:
        """Leave the groups."""
        if self.rechecks:
            self.rechecks.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.rechecks
        if self.group:
            await self.channel_layer.group_discard(self.group, self.channel_name)
            await self.channel_layer.group_discard(
                group_of("access", self.scope["user"].pk), self.channel_name
            )

    async def hint(self, event: dict[str, Any]) -> None:
        """Pass a hint on; one about the account's rights makes us ask again at once."""
        if event["message"]["kind"] == ACCESS_CHANGED:
            await self._close_if_refused()
        else:
            await self.send_json(event["message"])

    async def send_json(self, message: dict[str, Any] | None) -> None:
        """Send one JSON message."""
        if message is not None:
            await self.send(text_data=json.dumps(message, default=str))

    async def refusal(self) -> int | None:
        """Return the code to close with, or None while the account may follow the object."""
        return await database_sync_to_async(self._refusal)()

    def _refusal(self) -> int | None:
        identity = self.scope["identity"].fresh()
        if identity is None:
            return SIGNED_OUT
        user, token = identity
        rule = find(f"socket:{self.scope['route_name']}")
        needed = rule.needed("GET") if rule else None
        if needed is None or needed is ANYONE or not isinstance(needed, Role):
            return NOT_ALLOWED
        if not Role(user.role).includes(needed) or (token is not None and not token.covers(Scope.READ)):
            return NOT_ALLOWED
        return None if _is_id(self.object_id) and self.topic.may_follow(user, self.object_id) else NOT_ALLOWED

    async def _recheck(self) -> None:
        while True:
            await asyncio.sleep(RECHECK_S)
            await self._close_if_refused()

    async def _close_if_refused(self) -> None:
        refusal = await self.refusal()
        if refusal:
            await self.close(code=refusal)


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
