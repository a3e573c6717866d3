"""`Prefer: wait=N`: the answer waits for a job without holding a thread."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

from channels.layers import get_channel_layer
from django.http import HttpRequest, HttpResponse
from redis.exceptions import RedisError
from rest_framework.response import Response

from core.api.answers import rendered
from core.api.jobs import job_response
from core.errors import NotFound
from core.events import group_of
from core.handoff import Exchange, Handoff
from core.models import Job

# The job's own news wake the wait; a hint that is lost is made up for by a look this often.
LOOK_S = 1.0
JOIN_S = 2.0


class WaitForJob(Handoff):
    """Answers what `answer` makes of the job as soon as it has ended, or after `seconds`."""

    def __init__(
        self, request: HttpRequest, job: Job, seconds: int, answer: Callable[[Job], Response]
    ) -> None:
        super().__init__(request, status=202, headers={"Preference-Applied": f"wait={seconds}"})
        self.job, self.seconds, self.answer_of = job, seconds, answer

    def at_once(self) -> Response:
        """Return the answer without the wait: what is kept for a repeat of the call."""
        return job_response(self.job)

    async def stream(self, exchange: Exchange) -> None:
        """Wait for the job's end and answer."""
        deadline = time.monotonic() + self.seconds
        async with _news_of(self.job) as news:
            while True:
                news.clear()  # before the look: what comes after it is not missed
                self.job = await exchange.run(self._look)
                left = deadline - time.monotonic()
                if not self.job.is_open or left <= 0 or exchange.stopping:
                    break
                await exchange.wait(news.wait(), min(left, LOOK_S))
        await exchange.send_response(await exchange.run(self._rendered))

    def _look(self) -> Job:
        found: Job | None = Job.objects.filter(pk=self.job.pk).first()
        if found is None:
            raise NotFound("The job was deleted.")
        return found

    def _rendered(self) -> HttpResponse:
        return rendered(self.answer_of(self.job))


@contextlib.asynccontextmanager
async def _news_of(job: Job) -> AsyncIterator[asyncio.Event]:
    """Yield an event that is set with each hint about the job; never where Redis is away."""
    layer: Any = get_channel_layer()
    group, news = group_of("job", job.pk), asyncio.Event()
    try:
        async with asyncio.timeout(JOIN_S):
            channel = await layer.new_channel()
            await layer.group_add(group, channel)
    except (RedisError, OSError):
        yield news
        return
    listening = asyncio.create_task(_listen(layer, channel, news))
    try:
        yield news
    finally:
        await asyncio.sleep(
            0
        )  # it is cancelled in `receive`, which takes the channel away; so let it get there
        listening.cancel()
        with contextlib.suppress(asyncio.CancelledError, RedisError, OSError):
            await listening
        with contextlib.suppress(RedisError, OSError):
            await layer.group_discard(group, channel)


async def _listen(layer: Any, channel: str, news: asyncio.Event) -> None:
    while True:
        await layer.receive(channel)
        news.set()
