"""`Prefer: wait=N`: the answer waits for a job without holding a thread."""

import time
from functools import partial
from uuid import UUID

from channels.layers import get_channel_layer
from django.http import HttpRequest

from core.api.jobs import outcome, rendered
from core.events import group_of
from core.handoff import Exchange, Handoff
from core.models import Job

# The job's own news wake the wait; a hint that is lost is made up for by a look this often.
LOOK_S = 1.0


class WaitForJob(Handoff):
    """Answers the job's result if it ends within `seconds`, and the job if not."""

    def __init__(self, request: HttpRequest, job_id: UUID, seconds: int) -> None:
        super().__init__(request, status=202, headers={"Preference-Applied": f"wait={seconds}"})
        self.job_id, self.seconds = job_id, seconds

    async def stream(self, exchange: Exchange) -> None:
        """Wait for the job's end and answer."""
        layer = get_channel_layer()
        group = group_of("job", self.job_id)
        channel = await layer.new_channel()
        await layer.group_add(group, channel)
        deadline = time.monotonic() + self.seconds
        try:
            while True:
                job = await exchange.run(partial(Job.objects.get, pk=self.job_id))
                left = deadline - time.monotonic()
                if not job.is_open or left <= 0:
                    break
                await exchange.wait(layer.receive(channel), min(left, LOOK_S))
        finally:
            await layer.group_discard(group, channel)
        await exchange.send_response(await exchange.run(lambda: rendered(outcome(job))))
