"""The one consumer of all sockets that carry hints."""

import asyncio
import contextlib
import json
import logging
import random
from typing import Any
from urllib.parse import parse_qsl

from channels.db import database_sync_to_async
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.core.serializers.json import DjangoJSONEncoder
from redis.exceptions import RedisError

from core.access.matrix import find
from core.access.roles import Role, Scope
from core.database import OUTAGES
from core.events import group_of
from core.sockets.topics import Topic, routes, topics

log = logging.getLogger(__name__)

# A right that was taken away closes the socket within five seconds even if the hint about it is lost.
RECHECK_S = 3.5
# A client that takes nothing for so long is left: what waits for it would pile up.
SLOW_S = 10.0

ACCESS_CHANGED = "access.changed"
SIGNED_OUT, NOT_ALLOWED, NOT_FOUND, TRY_LATER = 4401, 4403, 4404, 1013


class HintConsumer(AsyncWebsocketConsumer):
    """Follows one object for one account. The first messages are a snapshot; hints come after it.

    The groups are joined before permission is asked and the snapshot taken: what changes from then on waits in the
    channel, so that neither can be older than the first hint. Close codes say why: 4401 not signed in (any more),
    4403 the role or the token does not allow it, 4404 there is no such object or it is not yours, 1013 try later.
    """

    scope: Any
    topic: Topic
    object_id: str
    _groups: tuple[str, ...] = ()
    _rechecks: "asyncio.Task[None] | None" = None

    async def connect(self) -> None:
        """Accept, so that the browser learns the reason; close at once who may not follow."""
        await self.accept()
        user = self.scope["user"]
        if not user.is_authenticated:
            await self.close(code=SIGNED_OUT)
            return
        self.topic = topics.get(routes.get(self.scope["route_name"]).topic)
        self.object_id = str(self.scope["url_route"]["kwargs"].get("id") or user.pk)
        try:
            await self._join(group_of(self.topic.name, self.object_id), group_of("access", user.pk))
            if not await self._close_if_refused():
                await self._send_snapshot()
                self._rechecks = asyncio.create_task(self._recheck())
        except (RedisError, OSError, *OUTAGES) as error:
            log.warning("a socket cannot be served: %s", error)
            await self.close(code=TRY_LATER)

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Handle a message. Channels would first look after the database connections of a thread, for each hint."""
        await getattr(self, message["type"].replace(".", "_"))(message)

    async def disconnect(self, code: int) -> None:
        """Leave the groups."""
        if self._rechecks:
            self._rechecks.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._rechecks
        with contextlib.suppress(RedisError, OSError):
            for group in self._groups:
                await self.channel_layer.group_discard(group, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Take nothing from the client."""

    async def hint(self, event: dict[str, Any]) -> None:
        """Pass a hint on; one about the account's rights makes us ask again at once."""
        if event["kind"] == ACCESS_CHANGED:
            await self._close_if_refused()
        else:
            await self._tell(event["text"])

    async def _join(self, *groups: str) -> None:
        self._groups = groups
        for group in groups:
            await self.channel_layer.group_add(group, self.channel_name)

    async def _send_snapshot(self) -> None:
        for message in await database_sync_to_async(self._snapshot)():
            await self._tell(json.dumps(message, cls=DjangoJSONEncoder))

    def _snapshot(self) -> list[dict[str, Any]]:
        if self.topic.snapshot is None:
            return []
        query = dict(parse_qsl(self.scope["query_string"].decode("latin-1")))
        return list(self.topic.snapshot(self.object_id, query))

    async def _tell(self, text: str) -> None:
        try:
            await asyncio.wait_for(self.send(text_data=text), SLOW_S)
        except TimeoutError:
            log.info("a socket whose client takes nothing is left")
            await self.disconnect(TRY_LATER)
            raise StopConsumer from None

    async def _recheck(self) -> None:
        while True:
            await asyncio.sleep(RECHECK_S * random.uniform(0.8, 1))
            try:
                if await self._close_if_refused():
                    return
            except OUTAGES as error:  # nor can anybody have lost a right meanwhile
                log.warning("permission of a socket not looked up: %s", error)

    async def _close_if_refused(self) -> bool:
        refusal: int | None = await database_sync_to_async(self._refusal)()
        if refusal is not None:
            await self.close(code=refusal)
        return refusal is not None

    def _refusal(self) -> int | None:
        """Return the code to close with, or None while the account may follow the object."""
        identity = self.scope["identity"].fresh()
        if identity is None:
            return SIGNED_OUT
        user, token = identity
        rule = find(f"socket:{self.scope['route_name']}")
        needed = rule.needed("GET") if rule else None
        if not isinstance(needed, Role) or not Role(user.role).includes(needed) or user.password_is_temporary:
            return NOT_ALLOWED
        if token is not None and not token.covers(Scope.READ):
            return NOT_ALLOWED
        return None if self.topic.may_follow(user, self.object_id) else NOT_FOUND
