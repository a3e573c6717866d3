"""What every socket has: an account that may follow what it follows, now and a few seconds from now."""

import asyncio
import contextlib
import json
import logging
import random
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from channels.db import database_sync_to_async
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.layers import get_channel_layer
from channels.utils import await_many_dispatch
from django.core.serializers.json import DjangoJSONEncoder
from redis.exceptions import RedisError

from core.access.matrix import find
from core.access.roles import Role, Scope
from core.database import OUTAGES
from core.events import group_of
from core.sockets.counting import open_sockets
from core.sockets.topics import Topic, routes, topics

log = logging.getLogger(__name__)

# A right that was taken away closes the socket within five seconds even if the hint about it is lost.
RECHECK_S = 3.5
# A client that takes nothing for so long is left: what waits for it would pile up.
SLOW_S = 10.0

ACCESS_CHANGED = "access.changed"
SIGNED_OUT, NOT_ALLOWED, NOT_FOUND, TRY_LATER = 4401, 4403, 4404, 1013

Source = Callable[[], Awaitable[dict[str, Any]]]


class GuardedConsumer(AsyncWebsocketConsumer):
    """Follows one object for one account, for as long as it may.

    The groups are joined before permission is asked: what changes from then on waits in the channel, so that nothing
    that `begin` sends can be older than the first hint. Close codes say why: 4401 not signed in (any more), 4403 the
    role or the token does not allow it, 4404 there is no such object or it is not yours, 1013 try later.
    """

    scope: Any
    topic: Topic
    object_id: str
    user: Any
    token: Any = None
    _closed = False
    _groups: tuple[str, ...] = ()
    _rechecks: "asyncio.Task[None] | None" = None

    async def begin(self) -> None:
        """Send what comes first. The account may follow the object."""

    async def end(self) -> None:
        """Leave what `begin` joined, if it came so far."""

    def sources(self) -> list[Source]:
        """Where messages come from beside the client and the groups; each is awaited again and again."""
        return []

    def groups_of_object(self) -> list[str]:
        """The groups whose hints are wanted, beside those about the account's rights."""
        return []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Handle what comes, one after the other. Channels has no more sources, and cleans up only if all goes well."""
        self.scope, self.base_send = scope, send
        layer: Any = get_channel_layer(self.channel_layer_alias)
        self.channel_layer = layer
        open_sockets.add(1)
        try:
            self.channel_name = await layer.new_channel()
            sources: list[Any] = [receive, partial(layer.receive, self.channel_name), *self.sources()]
            with contextlib.suppress(StopConsumer):
                await await_many_dispatch(sources, self.dispatch)
        finally:
            open_sockets.add(-1)
            await self._leave()

    async def connect(self) -> None:
        """Accept, so that the browser learns the reason; close at once who may not follow."""
        await self.accept()
        self.user = self.scope["user"]
        if not self.user.is_authenticated:
            await self.close(code=SIGNED_OUT)
            return
        self.topic = topics.get(routes.get(self.scope["route_name"]).topic)
        self.object_id = str(self.scope["url_route"]["kwargs"].get("id") or self.user.pk)
        try:
            await self._join(*self.groups_of_object(), group_of("access", self.user.pk))
            if not await self._close_if_refused():
                await self.begin()
                self._rechecks = asyncio.create_task(self._recheck())
        except (RedisError, OSError, *OUTAGES) as error:
            log.warning("a socket cannot be served: %s", error)
            await self.close(code=TRY_LATER)

    async def close(self, code: Any = None, reason: str | None = None) -> None:
        """Close; what is still on its way to the client is not sent any more."""
        self._closed = True
        await super().close(code=code, reason=reason)

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Handle a message. Channels would first look after the database connections of a thread, for each hint."""
        await getattr(self, message["type"].replace(".", "_"))(message)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Take nothing from the client."""

    async def hint(self, event: dict[str, Any]) -> None:
        """Ask again at once when the account's rights have changed; other hints are for who asked for their group."""
        if event["kind"] == ACCESS_CHANGED:
            await self._close_if_refused()

    async def tell(self, message: dict[str, Any]) -> None:
        """Send an object as JSON."""
        await self.tell_text(json.dumps(message, cls=DjangoJSONEncoder))

    async def tell_text(self, text: str) -> None:
        """Send; leave a client that takes nothing."""
        if self._closed:
            return
        try:
            await asyncio.wait_for(self.send(text_data=text), SLOW_S)
        except TimeoutError:
            log.info("a socket whose client takes nothing is left")
            raise StopConsumer from None

    async def _join(self, *groups: str) -> None:
        self._groups = groups
        for group in groups:
            await self.channel_layer.group_add(group, self.channel_name)

    async def _leave(self) -> None:
        """End all of it, the last first; one that fails leaves none of the others out."""
        async with contextlib.AsyncExitStack() as leaving:
            leaving.push_async_callback(self._leave_groups)
            leaving.push_async_callback(self.end)
            leaving.push_async_callback(self._stop_rechecks)

    async def _stop_rechecks(self) -> None:
        if self._rechecks:
            self._rechecks.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._rechecks

    async def _leave_groups(self) -> None:
        with contextlib.suppress(RedisError, OSError):
            for group in self._groups:
                await self.channel_layer.group_discard(group, self.channel_name)

    async def _recheck(self) -> None:
        while True:
            await asyncio.sleep(RECHECK_S * random.uniform(0.8, 1))
            try:
                if await self._close_if_refused():
                    return
            except OUTAGES as error:  # nor can anybody have lost a right meanwhile
                log.warning("permission of a socket not looked up: %s", error)
            except Exception:  # who gives up looking lets everybody stay for good
                log.exception("permission of a socket not looked up")

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
        self.user, self.token = identity
        rule = find(f"socket:{self.scope['route_name']}")
        needed = rule.needed("GET") if rule else None
        allowed = isinstance(needed, Role) and Role(self.user.role).includes(needed)
        if not allowed or self.user.password_is_temporary:
            return NOT_ALLOWED
        if self.token is not None and not self.token.covers(Scope.READ):
            return NOT_ALLOWED
        return None if self.topic.may_follow(self.user, self.object_id) else NOT_FOUND
