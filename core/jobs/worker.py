"""The worker: RQ's, with an end that leaves no orphan and gives its job back."""

import ctypes
import logging
import os
import signal
import time
from typing import Any

from django import db
from rq import Worker
from rq.job import Job as Message
from rq.queue import Queue

from core.jobs import runner, services

log = logging.getLogger(__name__)

PR_SET_PDEATHSIG = 1
# Time that a job gets to go back to its queue when the worker is told to stop.
GRACE_S = 5


def die_with_parent(sig: int = signal.SIGKILL) -> None:
    """Have the kernel send `sig` to this process when its parent ends (Linux)."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, sig)


class JobWorker(Worker):
    """A worker whose work horse dies with it, and which stops within seconds.

    Recovery does not depend on RQ: the lease of the job row runs out and the clock queues the job again.
    """

    _stop_at = float("inf")

    def main_work_horse(self, job: Message, queue: Queue) -> None:
        """In the forked child: no connection of the parent is used, no signal handler of the parent is kept."""
        parent = self.pid
        die_with_parent()
        if os.getppid() != parent:
            os._exit(1)
        db.connections.close_all()
        super().main_work_horse(job, queue)

    def setup_work_horse_signals(self) -> None:
        """SIGTERM asks the job to go back to its queue."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda *_: runner.stop_running())

    def fork_work_horse(self, job: Message, queue: Queue) -> None:
        """Close the database before the fork: a connection belongs to one process."""
        db.connections.close_all()
        super().fork_work_horse(job, queue)

    def handle_warm_shutdown_request(self) -> None:
        """Stop soon: the running job goes back to its queue rather than holding the worker."""
        self._stop_at = time.monotonic() + GRACE_S
        if self.horse_pid:
            self.kill_horse(signal.SIGTERM)

    def maintain_heartbeats(self, job: Message) -> None:
        """End a job that does not go back in time; its lease brings it back."""
        if time.monotonic() > self._stop_at:
            self.kill_horse(signal.SIGKILL)
        super().maintain_heartbeats(job)

    def handle_work_horse_killed(self, job: Message, retpid: Any, ret_val: Any, rusage: Any) -> None:
        """The process of a job died: no need to wait for the end of its lease."""
        try:
            services.job_recover(job_id=str(job.args[0]), worker=self.name)
        except Exception:
            log.exception("job %s waits for the end of its lease", job.args[0])
        db.connections.close_all()
