"""One ear per process: takes in what is published, and tells the sockets that there is something."""

import asyncio
import json
import logging
import time
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.conf import settings
from redis.asyncio import Redis
from redis.exceptions import RedisError

from metrics.live.board import Board
from metrics.live.publishing import CHANNEL
from metrics.live.subscriptions import Seat

log = logging.getLogger(__name__)

AGAIN_S = 1.0
SILENCE_S = 15
FORGOTTEN_S = 60
# A machine that tells accounts of their work has been silent for so long before another one does.
MUTE_S = 3.0


class Hub:
    """Listens while there are seats, and remembers the newest values for those who come."""

    def __init__(self) -> None:
        self._seats: set[Seat] = set()
        self._boards: dict[tuple[str, str | None], Board] = {}
        self._listening: asyncio.Task[None] | None = None
        self._teller, self._told_at = "", 0.0

    def join(self, seat: Seat) -> None:
        """Take a seat; the first one makes the process listen."""
        self._seats.add(seat)
        if self._listening is None or self._listening.done():
            self._boards.clear()  # what was heard once is of no use now
            self._listening = asyncio.create_task(self._listen())

    def leave(self, seat: Seat) -> None:
        """Give the seat up; the last one makes the process stop listening."""
        self._seats.discard(seat)
        if not self._seats and self._listening is not None:
            self._listening.cancel()
            self._listening = None  # it takes a while to end, and who comes meanwhile needs another

    def take(self, seat: Seat) -> list[str]:
        """The messages that the socket has to send now: one for each machine of which there is news."""
        if seat not in self._seats:
            return []
        audience = seat.audience()
        boards = [board for (_, who), board in self._boards.items() if who == audience]
        return [text for board in boards if (text := seat.take(board)) is not None]

    async def _listen(self) -> None:
        while True:
            try:
                await self._hear()
            except (RedisError, OSError) as error:
                log.warning("no live metrics are heard: %s", error)
            await asyncio.sleep(AGAIN_S)

    async def _hear(self) -> None:
        redis = Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, health_check_interval=SILENCE_S)
        async with redis, redis.pubsub(ignore_subscribe_messages=True) as ear:
            await ear.subscribe(CHANNEL)
            while True:
                message = await ear.get_message(timeout=SILENCE_S)
                if message is not None:
                    self._heard(message["data"])

    def _heard(self, data: bytes) -> None:
        try:
            sample = json.loads(data)
            t = datetime.fromisoformat(sample["t"]).timestamp()
            self._post(sample, t)
        except (ValueError, TypeError, KeyError, AttributeError):
            log.exception("what came is no sample")

    def _post(self, sample: dict[str, Any], t: float) -> None:
        """Post a sample for each audience that is there, and wake those for whom there is news."""
        seats: dict[str | None, list[Seat]] = {}
        for seat in self._seats:
            seats.setdefault(seat.audience(), []).append(seat)
        self._forget(seats)
        own = sample["own"]  # None where the ledger could not be read
        tells = own is not None and self._tells(sample["machine"])
        for audience, among in seats.items():
            if audience is not None and not tells:
                continue
            board = self._boards.setdefault((sample["machine"], audience), Board(sample["machine"]))
            if audience is None:
                board.post(t, sample["t"], sample["metrics"], sample.get("components"))
            else:
                board.post(t, sample["t"], own.get(audience) or board.stilled())
            for seat in among:
                seat.wake(board)

    def _tells(self, machine: str) -> bool:
        """Say whether a machine is the one that tells accounts of their work: all read it from the same ledger."""
        now = time.monotonic()
        if machine != self._teller and now - self._told_at < MUTE_S:
            return False
        self._teller, self._told_at = machine, now
        return True

    def _forget(self, audiences: Collection[str | None]) -> None:
        """Drop what nobody looks at, and machines of which nothing is heard any more."""
        old = time.monotonic() - FORGOTTEN_S
        self._boards = {
            key: board for key, board in self._boards.items() if key[1] in audiences and board.posted_at > old
        }


hub = Hub()
