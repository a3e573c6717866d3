"""The worker: RQ's, with an end that leaves no orphan and gives its job back, and an indifference to Redis.

RQ keeps books in Redis about each message. Here they would mean nothing: the job row says all, its lease runs out
when its worker dies, and the clock queues it again. So a message is forgotten once it was taken, a job that runs
needs no Redis, and of RQ remain the queues, the loop around them and the list of workers.
"""

import ctypes
import gc
import logging
import os
import signal
import threading
from contextlib import suppress
from typing import Any

from django import db
from redis.exceptions import RedisError
from rq import Worker, worker_registration
from rq.exceptions import StopRequested
from rq.job import Job as Message
from rq.queue import Queue
from rq.timeouts import HorseMonitorTimeoutException
from rq.utils import now
from rq.worker import WorkerStatus

from core.database import OUTAGES
from core.ids import uuid7
from core.jobs import runner, services

log = logging.getLogger(__name__)

PR_SET_PDEATHSIG = 1
# Time that a job gets to go back to its queue when the worker is told to stop.
GRACE_S = 2.5
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when its parent ends (Linux); end now if that has happened already."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


class JobWorker(Worker):
    """A worker whose work horse dies with it, and which stops within seconds."""

    max_connection_wait_time = 2.0  # looks for a Redis that was away as often as this
    should_run_maintenance_tasks = False  # there are no books to tidy up

    def bootstrap(self, *args: Any, **kwargs: Any) -> None:
        """Get ready. What a child needs for its first query is made here once, and not in each child again."""
        super().bootstrap(*args, **kwargs)
        with suppress(*OUTAGES):
            runner.claim(str(uuid7()), worker=self.name)
        db.connections.close_all()
        gc.collect()
        gc.freeze()  # the collector of a child would copy the pages that it shares with us

    # What it does with a message

    def execute_job(self, job: Message, queue: Queue) -> None:
        """Run one job in a child process."""
        with suppress(RedisError):
            self.connection.delete(job.key)
        self.set_state(WorkerStatus.BUSY)
        self.fork_work_horse(job, queue)
        self.monitor_work_horse(job, queue)
        self.set_state(WorkerStatus.IDLE)

    def fork_work_horse(self, job: Message, queue: Queue) -> None:
        """Fork with the stop signals held back: until either side is ready for them they would be lost."""
        db.connections.close_all()  # a connection belongs to one process
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
        try:
            if not self._stop_requested:  # else the clock sends the message again
                super().fork_work_horse(job, queue)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)

    def main_work_horse(self, job: Message, queue: Queue) -> None:
        """Run the job in the child, in which nothing of the parent's is kept."""
        code = 1
        try:
            self._is_horse = True
            assert self.pid is not None
            die_with_parent(self.pid)
            self.setup_work_horse_signals()
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
            runner.run(str(job.args[0]), worker=self.name)
            code = 0
        except BaseException:
            log.exception("job %s left its rails", job.id)
        finally:
            db.connections.close_all()
            logging.shutdown()
            os._exit(code)

    def setup_work_horse_signals(self) -> None:
        """SIGTERM asks the job to go back to its queue."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda *_: runner.stop_running())

    def monitor_work_horse(self, job: Message, queue: Queue) -> None:
        """Wait for the end of the child; see to its job at once where it died."""
        status: int | None = 0
        while self._horse_pid:
            try:
                with self.death_penalty_class(self.job_monitoring_interval, HorseMonitorTimeoutException):
                    _, status, _ = self.wait_for_horse()
                    self._horse_pid = 0
            except HorseMonitorTimeoutException:
                self.heartbeat()
        if status != 0:
            log.warning("the process of job %s ended with status %s", job.id, status)
            self._recover(job)

    def _recover(self, job: Message) -> None:
        try:
            services.job_recover(job_id=str(job.args[0]), worker=self.name)
        except Exception:
            log.exception("job %s waits for the end of its lease", job.id)
        db.connections.close_all()

    # How it stops

    def request_stop(self, signum: int, frame: Any) -> None:
        """Stop soon: the running job goes back to its queue rather than holding the worker."""
        self._stop_requested = True
        if self.get_state() != WorkerStatus.BUSY:
            raise StopRequested
        if self._horse_pid:
            with suppress(ProcessLookupError):
                os.kill(self._horse_pid, signal.SIGTERM)
            last_resort = threading.Timer(GRACE_S, self.kill_horse)
            last_resort.daemon = True
            last_resort.start()

    def kill_horse(self, sig: signal.Signals = signal.SIGKILL) -> None:
        """End the child and what it started, if it is still there."""
        if self._horse_pid:
            super().kill_horse(sig)

    def teardown(self) -> None:
        """Strike oneself off the list of workers."""
        with suppress(RedisError):
            super().teardown()  # type: ignore[no-untyped-call]

    # What Redis is told

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        """Say that it lives, in one round trip a second at most, also to a Redis that has forgotten everything."""
        if self._stop_requested and not self._horse_pid:  # the signal's exception fell into a destructor
            raise StopRequested
        if self.last_heartbeat and (now() - self.last_heartbeat).total_seconds() < 1:
            return
        self.last_heartbeat = now()
        with suppress(RedisError), self.connection.pipeline() as pipe:
            pipe.hset(self.key, mapping={**self.serialize(), "state": self.get_state()})
            pipe.expire(self.key, timeout or self.worker_ttl + 60)
            worker_registration.register(self, pipe)
            pipe.execute()

    def set_state(self, state: str, pipeline: Any = None) -> None:
        """Keep what it does in mind; the next heartbeat tells it."""
        self._state = state

    def subscribe(self) -> None:
        """Take no orders by Redis: jobs are cancelled by their rows, and workers stopped by a signal."""

    def check_for_suspension(self, burst: bool) -> None:  # noqa: FBT001
        """Know nothing of RQ's suspension."""
