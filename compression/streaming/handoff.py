"""The answer that a stream is."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest

from compression import planning
from compression.choices import Operation
from compression.engine import errors as engine
from compression.engine.detect import HEAD_BYTES
from compression.engine.isolation.protocol import DecodeReport, EncodeReport
from compression.engine.isolation.streaming import StreamCall
from compression.engine.limits import Limits
from compression.errors import translate
from compression.planning import Plan
from compression.streaming import services, slots
from compression.streaming.hold import Hold
from compression.streaming.outcome import CLIENT_GONE, STOPPED, Outcome
from compression.streaming.pump import Pump
from compression.streaming.query import StreamQuery
from core.errors import AppError
from core.handoff import ClientGone, Exchange, Handoff

if TYPE_CHECKING:
    from accounts.models import User

log = logging.getLogger(__name__)


class StreamHandoff(Handoff):
    """Bytes in, bytes out. `plan` is None where the format is to be found from the first bytes."""

    def __init__(self, request: HttpRequest, user: "User", query: StreamQuery, plan: Plan | None) -> None:
        super().__init__(request, content_type="application/octet-stream")
        self._user, self._query, self._plan = user, query, plan
        self["Cache-Control"] = "no-store"

    async def stream(self, exchange: Exchange) -> None:
        """Hold a place while the bytes go through. What fails late breaks the connection off."""
        with slots.taken(self._user.pk):
            body = exchange.body()
            plan = self._plan
            if plan is None:
                head = await _beginning(body)
                plan = await exchange.run(partial(self._query.plan_detected, b"".join(head)))
                body = _again(head, body)
            await self._work(exchange, body, plan)

    async def _work(self, exchange: Exchange, body: AsyncIterator[bytes], plan: Plan) -> None:
        outcome = Outcome(self._user, plan, self._query.operation)
        try:
            outcome.report = await self._pumped(exchange, body, plan, outcome)
        except engine.EngineError as error:
            outcome.error_code = error.code
            raise translate(error) from error
        except AppError as error:
            outcome.error_code = error.code
            raise
        except ClientGone:
            outcome.error_code = CLIENT_GONE
            raise
        except asyncio.CancelledError:
            outcome.error_code = STOPPED
            raise
        finally:
            await exchange.run(partial(services.stream_note, outcome=outcome))

    async def _pumped(
        self, exchange: Exchange, body: AsyncIterator[bytes], plan: Plan, outcome: Outcome
    ) -> EncodeReport | DecodeReport:
        compressing = self._query.operation == Operation.COMPRESS
        self["Content-Type"] = plan.algorithm.media_type if compressing else "application/octet-stream"
        headers = {"X-Algorithm": plan.algorithm.name, "X-Outcome": str(outcome.id)}
        limits = stream_limits()
        options = {"verify": compressing and self._query.verify}
        begin = partial(StreamCall, "encode" if compressing else "decode", plan.codec, limits, **options)
        call = await exchange.io(begin)
        hold = Hold(exchange) if self._query.hold else None
        try:
            pump = Pump(exchange, call, headers, hold)
            outcome.incoming, outcome.outgoing = pump.incoming, pump.outgoing
            async with asyncio.timeout(limits.max_wall_seconds):
                return await pump.run(body)
        except TimeoutError:
            raise engine.LimitExceeded(
                f"This took longer than {limits.max_wall_seconds} s", kind="time"
            ) from None
        finally:
            call.close()
            if hold:
                hold.close()


def stream_limits() -> Limits:
    """Return what one stream may take; nothing is stored, so no quota is asked."""
    bound = planning.limits(room=settings.DECODED_LIMIT_BYTES)
    return replace(bound, max_wall_seconds=settings.STREAM_WALL_S)


async def _beginning(body: AsyncIterator[bytes]) -> list[bytes]:
    """Read as much as the detection of formats wants to see."""
    chunks: list[bytes] = []
    async for chunk in body:
        chunks.append(chunk)
        if sum(map(len, chunks)) >= HEAD_BYTES:
            break
    return chunks


async def _again(head: list[bytes], body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    for chunk in head:
        yield chunk
    async for chunk in body:
        yield chunk
