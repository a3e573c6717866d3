"""The socket of the live stream."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from core.access.roles import STAFF, Role, Scope
from core.sockets.guarded import GuardedConsumer, Source
from metrics.live.hub import hub
from metrics.live.subscriptions import Seat, parse

# Each subscription is worked out anew: nobody needs more of them.
BETWEEN_SUBSCRIPTIONS_S = 0.25


class LiveConsumer(GuardedConsumer):
    """Sends `{t, machine, metrics: {name: value}, components?}` to who asked for it.

    The client says `{"subscribe": [pattern, …], "interval_ms": n}`, again whenever it wants something else. What is
    wrong with that comes back as `{kind: "error", detail}`; after ten silent seconds comes `{kind: "heartbeat", t}`.
    Staff see the machine, others what their own work makes of it.
    """

    _seat: Seat
    _next_subscription = 0.0

    def sources(self) -> list[Source]:
        """The hub."""
        self._seat = Seat(self._audience)
        return [self._seat.next]

    async def begin(self) -> None:
        """Listen."""
        hub.join(self._seat)

    async def end(self) -> None:
        """Listen no more."""
        hub.leave(self._seat)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Take a subscription."""
        clock = asyncio.get_running_loop()
        await asyncio.sleep(max(0.0, self._next_subscription - clock.time()))
        self._next_subscription = clock.time() + BETWEEN_SUBSCRIPTIONS_S
        try:
            self._seat.want(parse(text_data))
        except ValueError as error:
            await self.tell({"kind": "error", "detail": str(error)})

    async def live_news(self, message: dict[str, Any]) -> None:
        """Send what is new."""
        for text in hub.take(self._seat):
            await self.tell_text(text)

    async def live_silence(self, message: dict[str, Any]) -> None:
        """Say that nothing has come, so that a client knows that somebody is there."""
        await self.tell({"kind": "heartbeat", "t": datetime.now(UTC)})

    def _audience(self) -> str | None:
        """None for who may see all of the platform. A token needs the scope that the API asks of it for that."""
        sees_all = Role(self.user.role) in STAFF and (self.token is None or self.token.covers(Scope.ADMIN))
        return None if sees_all else str(self.user.pk)
