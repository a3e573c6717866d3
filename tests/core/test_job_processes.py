"""Jobs in real worker processes: death, stop, deadline, cancel, lost messages."""

import signal
from typing import Any

import django_rq
import psutil
import pytest
from django.db import connection

from accounts.models import User
from core.choices import JobStatus
from core.jobs import enqueue, services
from core.models import Job
from tests.core.crew import Crew, until

pytestmark = [pytest.mark.xdist_group("crew"), pytest.mark.slow]

# Far less than what would be waited for without what is promised.
PATIENCE_S = 40


def fresh(job: Job) -> Job:
    found: Job = Job.objects.get(pk=job.pk)
    return found


def running(job: Job) -> Job | None:
    found = fresh(job)
    return found if found.status == JobStatus.RUNNING and found.progress_done else None


def ended(job: Job) -> Job | None:
    found = fresh(job)
    return found if not found.is_open else None


def worker_of(crew: Crew, job: Job) -> Any:
    """Return the worker process that runs the job; its name holds its process id."""
    pid = int(fresh(job).worker.rsplit("-", 2)[1])
    return next(process for process in crew.workers if process.pid == pid)


def test_a_job_runs_in_a_worker(crew: Crew, ada: User) -> None:
    made = enqueue("test.echo", owner=ada, params={"say": "hello"})
    done = until(lambda: ended(made))
    assert (done.status, done.result, done.attempt) == (JobStatus.SUCCEEDED, {"said": "hello"}, 1)
    assert not django_rq.get_connection("cpu").keys("rq:job:*")


def test_the_death_of_a_worker_costs_an_attempt_and_no_result(crew: Crew, ada: User) -> None:
    made = enqueue("test.steps", owner=ada, params={"seconds": 2})
    until(lambda: running(made))
    worker = worker_of(crew, made)
    horses = psutil.Process(worker.pid).children()
    worker.kill()
    worker.wait()
    again = until(lambda: found if (found := running(made)) and found.attempt == 2 else None)
    assert not any(horse.is_running() and horse.status() != psutil.STATUS_ZOMBIE for horse in horses)
    assert again.fence > 1
    done = until(lambda: ended(made))
    assert (done.status, done.attempt) == (JobStatus.SUCCEEDED, 2)
    assert [line.split(" in ")[0] for line in done.log.values_list("line", flat=True)] == [
        "attempt 1",
        "attempt 2",
    ]


def test_a_worker_that_is_told_to_stop_gives_its_job_back(crew: Crew, ada: User) -> None:
    made = enqueue("test.steps", owner=ada, params={"seconds": 2})
    until(lambda: running(made))
    worker = worker_of(crew, made)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(PATIENCE_S) == 0
    done = until(lambda: ended(made))
    assert (done.status, done.attempt) == (JobStatus.SUCCEEDED, 1)  # the attempt was not its fault
    assert done.log.count() == 2


def test_a_deaf_job_does_not_keep_its_worker_from_stopping(crew: Crew, ada: User) -> None:
    made = enqueue("test.deaf", owner=ada, params={"seconds": 2 * PATIENCE_S, "again": 0})
    Job.objects.filter(pk=made.pk).update(timeout_s=3 * PATIENCE_S)
    until(lambda: fresh(made).status == JobStatus.RUNNING)
    worker = worker_of(crew, made)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(PATIENCE_S) == 0
    done = until(lambda: ended(made))
    assert (done.status, done.attempt, done.fence) == (JobStatus.SUCCEEDED, 1, 3)


def test_a_job_whose_process_dies_is_tried_again_at_once(crew: Crew, ada: User) -> None:
    made = enqueue("test.suicide", owner=ada, params={})
    done = until(lambda: ended(made))
    assert (done.status, done.attempt) == (JobStatus.SUCCEEDED, 2)


def test_the_deadline_ends_a_job_that_listens(crew: Crew, ada: User) -> None:
    made = enqueue("test.brief", owner=ada, params={})
    done = until(lambda: ended(made))
    assert (done.status, done.attempt) == (JobStatus.FAILED, 1)
    assert done.error is not None
    assert (done.error["code"], done.error["status"]) == ("job_timeout", 422)


def test_the_deadline_ends_a_job_that_does_not(crew: Crew, ada: User) -> None:
    made = enqueue("test.deaf", owner=ada, params={"seconds": 2 * PATIENCE_S})
    done = until(lambda: ended(made))
    assert (done.status, done.attempt) == (JobStatus.FAILED, 1)
    assert done.error is not None
    assert done.error["code"] == "job_timeout"


def test_a_running_job_is_cancelled_long_before_its_end(crew: Crew, ada: User) -> None:
    made = enqueue("test.steps", owner=ada, params={"seconds": 2 * PATIENCE_S})
    until(lambda: running(made))
    services.job_cancel(job=made, actor=ada)
    done = until(lambda: ended(made))
    assert (done.status, done.error, done.result) == (JobStatus.CANCELLED, None, None)


def test_a_body_that_exits_fails_its_job(crew: Crew, ada: User) -> None:
    made = enqueue("test.exit", owner=ada, params={})
    done = until(lambda: ended(made))
    assert done.status == JobStatus.FAILED
    assert done.error is not None
    assert done.error["code"] == "internal_error"


def test_progress_is_written_while_the_job_runs(crew: Crew, ada: User) -> None:
    made = enqueue("test.steps", owner=ada, params={"seconds": 2.5})
    seen = until(lambda: found if (found := fresh(made)).progress_rate else None)
    assert seen.progress_total == 50
    assert seen.progress_rate is not None
    assert 0 < seen.progress_rate < 25  # twenty steps a second at best, as measured
    assert seen.eta_s is not None
    assert seen.eta_s > 0
    done = until(lambda: ended(made))
    assert (done.progress_done, done.eta_s) == (50, None)


def test_messages_that_redis_forgot_are_sent_again(crew: Crew, ada: User) -> None:
    busy = [enqueue("test.steps", owner=ada, params={"seconds": 1}) for _ in crew.workers]
    until(lambda: all(running(job) for job in busy))
    made = enqueue("test.nothing", owner=ada, params={})
    assert django_rq.get_queue("cpu").job_ids
    django_rq.get_connection("cpu").flushdb()
    done = until(lambda: ended(made))
    assert (done.status, done.attempt) == (JobStatus.SUCCEEDED, 1)


def test_twenty_messages_for_one_job_run_it_once(crew: Crew, ada: User) -> None:
    made = enqueue("test.echo", owner=ada, params={"say": "once"})
    for number in range(20):
        services.push(made.pk, "cpu", number)
    until(lambda: ended(made))
    until(lambda: not django_rq.get_queue("cpu").job_ids)
    done = fresh(made)
    assert (done.status, done.attempt, done.log.count()) == (JobStatus.SUCCEEDED, 1, 1)


def test_a_part_that_is_away_is_asked_again_later(crew: Crew, ada: User) -> None:
    made = enqueue("test.away", owner=ada, params={})
    waiting = until(lambda: found if (found := fresh(made)).available_at else None)
    assert waiting.status == JobStatus.QUEUED
    done = until(lambda: ended(made))
    assert (done.status, done.attempt) == (JobStatus.FAILED, 2)
    assert done.error is not None
    assert done.error["code"] == "unavailable"


def test_a_job_outlives_the_loss_of_every_connection(crew: Crew, ada: User) -> None:
    """What a restart of PostgreSQL and Redis does to those who use them."""
    made = enqueue("test.steps", owner=ada, params={"seconds": 2})
    until(lambda: running(made))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    redis: Any = django_rq.get_connection("cpu")
    own = redis.connection_pool.connection_kwargs["db"]
    for client in redis.client_list():
        if client["db"] == str(own) and client["id"] != str(redis.client_id()):
            redis.client_kill_filter(_id=client["id"])
    done = until(lambda: ended(made))
    assert (done.status, done.attempt, done.progress_done) == (JobStatus.SUCCEEDED, 1, 40)
    after = enqueue("test.echo", owner=ada, params={"say": "still here"})
    assert until(lambda: ended(after)).status == JobStatus.SUCCEEDED
