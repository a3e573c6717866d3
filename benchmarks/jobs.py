"""How jobs run: `python -m benchmarks.jobs [--workers 2] [--jobs 300] [--kills 5] [--json]`.

Starts PostgreSQL, Redis, a clock and workers of its own in a temporary folder, and measures with all of them on this
machine: jobs per second end to end, the time from asking for a job to its run, and from the sudden death of a worker
to the next run of its job.
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import psutil

from benchmarks.figures import table
from config.services import Services

if TYPE_CHECKING:
    from accounts.models import User
    from core.models import Job

T = TypeVar("T")
ROLE, PARENT = "BENCH_ROLE", "BENCH_PARENT"


def kinds() -> None:
    """Register the kinds of jobs that are measured."""
    from core.jobs import JobContext, job

    @job("bench.nothing", title="Nothing")
    def nothing(ctx: JobContext) -> None:
        """Do nothing."""

    @job("bench.sleep", title="Sleep")
    def sleep(ctx: JobContext) -> None:
        """Sleep for some seconds, listening."""
        end = time.monotonic() + ctx.params["seconds"]
        while time.monotonic() < end:
            ctx.check()
            time.sleep(0.05)


class Crew:
    """A clock and some workers."""

    def __init__(self, workers: int) -> None:
        self._wanted = workers
        self._clock = self._start("clock")
        self._workers: list[subprocess.Popen[bytes]] = []
        self.complete()

    def complete(self) -> None:
        """Start the workers that are missing; return when all say that they are there."""
        import django_rq

        self._workers = [worker for worker in self._workers if worker.poll() is None]
        while len(self._workers) < self._wanted:
            self._workers.append(self._start("worker"))
        redis: Any = django_rq.get_connection("cpu")
        pids = {str(worker.pid) for worker in self._workers}
        until(lambda: pids <= {key.decode().rsplit("-", 2)[1] for key in redis.smembers("rq:workers")})

    def kill(self, name: str) -> None:
        """Kill the worker of that name at once."""
        pid = int(name.rsplit("-", 2)[1])
        next(worker for worker in self._workers if worker.pid == pid).kill()

    def stop(self) -> None:
        """End all."""
        for process in (self._clock, *self._workers):
            process.send_signal(signal.SIGTERM)
        for process in (self._clock, *self._workers):
            process.wait(20)

    @staticmethod
    def _start(role: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "benchmarks.jobs"],
            env={**os.environ, ROLE: role, PARENT: str(os.getpid())},
            stdin=subprocess.DEVNULL,
        )


def until(condition: Callable[[], T | None], seconds: float = 60) -> T:
    """Return what `condition` gives as soon as it is there."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds} s")
        time.sleep(0.005)
    return found


def jobs_per_second(owner: "User", count: int) -> float:
    """Return how many jobs that do nothing go through in a second, from the first wish to the last end."""
    from core.jobs import enqueue
    from core.models import Job

    began = time.perf_counter()
    made = [enqueue("bench.nothing", owner=owner, params={}) for _ in range(count)]
    waiting = Job.objects.filter(pk__in=[job.pk for job in made], ended_at=None)
    until(lambda: not waiting.exists(), 600)
    return count / (time.perf_counter() - began)


def seconds_to_start(owner: "User", count: int) -> Iterator[float]:
    """Yield the time from the wish to the run of jobs that find an idle worker."""
    from core.jobs import enqueue
    from core.models import Job

    for _ in range(count):
        job = enqueue("bench.nothing", owner=owner, params={})
        done = until(lambda job=job: Job.objects.filter(pk=job.pk, ended_at__isnull=False).first())  # type: ignore[misc]
        assert done.started_at is not None
        yield (done.started_at - done.created_at).total_seconds()


def seconds_to_recover(crew: Crew, owner: "User") -> float:
    """Return the time from the death of a worker to the next run of its job, which then ends once."""
    from core.jobs import enqueue
    from core.models import Job

    def run(attempt: int, status: str) -> "Job | None":
        found: Job | None = Job.objects.filter(pk=job.pk, attempt=attempt, status=status).first()
        return found

    job = enqueue("bench.sleep", owner=owner, params={"seconds": 3})
    first = until(lambda: run(1, "running"))
    time.sleep(1)  # in the middle
    crew.kill(first.worker)
    began = time.perf_counter()
    until(lambda: run(2, "running"))
    took = time.perf_counter() - began
    until(lambda: run(2, "succeeded"))
    crew.complete()
    return took


@contextmanager
def platform() -> Iterator[None]:
    """Run the services in a temporary folder, with a migrated database; Django is set up within the block."""
    with (
        tempfile.TemporaryDirectory(prefix="dynacomp-bench-") as folder,
        Services(Path(folder) / "data") as services,
    ):
        os.environ |= {
            "DATA_DIR": str(services.data),
            "DATABASE_URL": services.database_url,
            "REDIS_URL": services.redis_url,
            "SECRET_KEY": "only-for-benchmarks",
            "LOG_LEVEL": "ERROR",
        }
        set_up()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        yield


def set_up() -> None:
    """Set Django up, with our kinds of jobs."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    kinds()


def measure(workers: int, jobs: int, kills: int) -> dict[str, Any]:
    """Return the figures."""
    from accounts.services import user_register

    owner = user_register(username="bench", email="bench@example.org", password="correct horse battery")
    crew = Crew(workers)
    try:
        jobs_per_second(owner, 2 * workers)  # warm
        rates = [jobs_per_second(owner, jobs) for _ in range(3)]
        starts = sorted(seconds_to_start(owner, 40))
        recoveries = [seconds_to_recover(crew, owner) for _ in range(kills)]
    finally:
        crew.stop()
    return {
        "workers": workers,
        "cores": psutil.cpu_count(),
        "jobs_per_s": statistics.median(rates),
        "start_p50_ms": statistics.median(starts) * 1000,
        "start_p95_ms": starts[int(len(starts) * 0.95)] * 1000,
        "recovered_median_s": statistics.median(recoveries),
        "recovered_worst_s": max(recoveries),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--jobs", type=int, default=300, help="jobs in one round of throughput; three rounds")
    parser.add_argument("--kills", type=int, default=5, help="workers to kill")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    with platform():
        found = measure(options.workers, options.jobs, options.kills)
    print(json.dumps(found) if options.json else table([found]))


if __name__ == "__main__":
    if role := os.environ.get(ROLE):
        set_up()
        from django.core.management import call_command

        from core.jobs.worker import die_with_parent

        die_with_parent(int(os.environ[PARENT]))
        call_command(role)
    else:
        main()
