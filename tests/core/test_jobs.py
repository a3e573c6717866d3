"""Jobs: claimed once, terminal for ever, recovered when their worker dies."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import AuditEntry, User
from core.choices import JobStatus
from core.errors import Conflict
from core.jobs import JobContext, LeaseLost, enqueue, runner, services
from core.jobs.kinds import kinds
from core.jobs.reporter import report
from core.jobs.stops import JobCancelled, WorkerStopping
from core.models import JOB_MACHINE, Job


def run(job: Job, **options: Any) -> Job:
    """Run the job in this process and return it as it ended."""
    runner.run(str(job.pk), threaded=False, **options)
    found: Job = Job.objects.get(pk=job.pk)
    return found


def lost(job: Job) -> None:
    """Have the job's lease run out."""
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    services.jobs_recover()


def test_a_job_runs_once_and_keeps_its_result(ada: User) -> None:
    made = enqueue("test.echo", owner=ada, params={"say": "hello"})
    run(made, worker="w1")
    ended = run(made, worker="w2")
    assert (ended.status, ended.result) == (JobStatus.SUCCEEDED, {"said": "hello"})
    assert (ended.attempt, ended.worker, ended.progress_done, ended.progress_total) == (1, "w1", 2, 2)
    assert [line.line for line in ended.log.all()] == ["said it"]
    assert ended.took_s is not None


@pytest.mark.parametrize("before", list(JobStatus))
@pytest.mark.parametrize("after", list(JobStatus))
def test_database_and_table_agree_on_every_transition(ada: User, before: JobStatus, after: JobStatus) -> None:
    """The trigger lets through exactly what the table of transitions allows."""
    made = enqueue("test.echo", owner=ada, params={"say": "x"})
    for step in {"queued": [], "paused": ["paused"]}.get(before, ["running", before]):
        _force(made, step)
    allowed = JOB_MACHINE.allows(before, after)
    try:
        with transaction.atomic():
            _force(made, after)
        passed = True
    except IntegrityError:
        passed = False
    assert passed == allowed


def _force(job: Job, status: str) -> None:
    ended = timezone.now() if status in JOB_MACHINE.terminal else None
    if ended and job.status == status:
        return
    lease = timezone.now() if status == JobStatus.RUNNING else None
    Job.objects.filter(pk=job.pk).update(status=status, lease_until=lease, ended_at=ended)
    job.refresh_from_db()


def test_an_ended_job_never_changes(ada: User) -> None:
    ended = run(enqueue("test.echo", owner=ada, params={"say": "x"}))
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=ended.pk).update(result={"said": "y"})
    with pytest.raises(Conflict):
        services.job_cancel(job=ended, actor=ada)
    assert Job.objects.get(pk=ended.pk).result == {"said": "x"}
    assert not AuditEntry.objects.filter(action="job.cancelled").exists()


@pytest.mark.django_db(transaction=True)
def test_of_fifty_claims_at_once_one_wins(ada: User) -> None:
    made = enqueue("test.nothing", owner=ada, params={})
    ready = threading.Barrier(50)

    def claim(number: int) -> Job | None:
        try:
            connection.ensure_connection()
            ready.wait(40)
            return runner.claim(str(made.pk), worker=f"worker-{number}")
        finally:
            connection.close()

    with ThreadPoolExecutor(50) as pool:
        winners = [job for job in pool.map(claim, range(50)) if job is not None]
    assert len(winners) == 1
    row = Job.objects.get(pk=made.pk)
    assert (row.attempt, row.fence, row.worker) == (1, 1, winners[0].worker)


def test_a_lost_worker_is_replaced_and_can_write_no_more(ada: User) -> None:
    made = enqueue("test.echo", owner=ada, params={"say": "x"})
    first = runner.claim(str(made.pk), worker="dead")
    assert first is not None
    assert services.jobs_recover() == 0
    lost(made)
    run(made, worker="alive")
    stale = JobContext(first)
    with pytest.raises(LeaseLost), stale.completing() as done:
        done.result = {"said": "from the grave"}
    with pytest.raises(LeaseLost):
        stale.log("from the grave")
    report(stale)
    with pytest.raises(LeaseLost):
        stale.check()
    ended = Job.objects.get(pk=made.pk)
    assert (ended.status, ended.attempt, ended.worker) == (JobStatus.SUCCEEDED, 2, "alive")
    assert ended.result == {"said": "x"}


def test_a_job_that_kills_its_workers_fails_in_the_end(ada: User) -> None:
    made = enqueue("test.echo", owner=ada, params={"say": "x"})
    for _ in range(made.max_attempts):
        assert runner.claim(str(made.pk), worker="dead") is not None
        lost(made)
    ended = Job.objects.get(pk=made.pk)
    assert (ended.status, ended.error["code"]) == (JobStatus.FAILED, "worker_lost")  # type: ignore[index]


def test_what_a_lost_worker_was_to_cancel_is_cancelled(ada: User) -> None:
    made = enqueue("test.echo", owner=ada, params={"say": "x"})
    runner.claim(str(made.pk), worker="dead")
    services.job_cancel(job=made, actor=ada)
    lost(made)
    assert Job.objects.get(pk=made.pk).status == JobStatus.CANCELLED


def test_a_retry_is_a_new_job(ada: User) -> None:
    failed = run(enqueue("test.echo", owner=ada, params={}, subject=ada, title="Say nothing"))
    assert (failed.status, failed.error["code"]) == (JobStatus.FAILED, "internal_error")  # type: ignore[index]
    again = services.job_retry(job=failed, actor=ada)
    assert (again.retry_of_id, again.status, again.params) == (failed.pk, JobStatus.QUEUED, failed.params)
    assert (again.subject_id, again.title) == (ada.pk, "Say nothing")
    with pytest.raises(Conflict):
        services.job_retry(job=again, actor=ada)
    assert services.job_retry(job=failed, actor=ada) == again  # a second click makes no second job
    run(again)
    assert services.job_retry(job=failed, actor=ada) != again


def test_a_defect_shows_its_number_and_not_its_inside(ada: User) -> None:
    failed = run(enqueue("test.echo", owner=ada, params={}))
    assert str(failed.pk) in failed.error["detail"]  # type: ignore[index]
    assert "KeyError" not in str(failed.error)


def test_a_refusal_is_the_error_of_its_job_as_far_as_it_can_be_stored(ada: User) -> None:
    failed = run(enqueue("test.refused", owner=ada, params={}))
    assert failed.error is not None
    assert (failed.error["code"], failed.error["status"]) == ("corrupt_stream", 422)
    assert failed.error["detail"] == "The stream\ufffd is ? corrupt."


def test_a_kind_that_is_gone_fails_the_job(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    made = enqueue("test.nothing", owner=ada, params={})
    monkeypatch.delitem(kinds._items, "test.nothing")
    failed = run(made)
    assert (failed.status, failed.error["code"]) == (JobStatus.FAILED, "unknown_kind")  # type: ignore[index]


def test_a_part_that_is_away_gives_the_job_another_attempt_later(ada: User) -> None:
    made = enqueue("test.away", owner=ada, params={})
    waiting = run(made)
    assert (waiting.status, waiting.attempt, waiting.lease_until) == (JobStatus.QUEUED, 1, None)
    assert waiting.available_at is not None
    assert waiting.available_at > timezone.now()
    assert run(made).status == JobStatus.FAILED


def test_the_figures_of_a_body_are_bent_to_what_the_row_can_hold(ada: User) -> None:
    made = enqueue("test.nothing", owner=ada, params={})
    job = runner.claim(str(made.pk), worker="w")
    assert job is not None
    ctx = JobContext(job)
    for done, total in ((-5, 10), (11, 10), (3, -1), (2**70, 2**70), (5.7, 10.2)):
        ctx.progress(done, total, unit="many many bytes and more", message="a\x00b\ud800" + "c" * 500)
        report(ctx)
        row = Job.objects.get(pk=made.pk)
        assert row.progress_total is not None
        assert 0 <= row.progress_done <= row.progress_total
        assert len(row.progress_message) <= 200
        assert row.lease_until is not None


def test_speed_is_measured_and_not_guessed(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("core.jobs.progress.time.monotonic", lambda: now)
    job = Job(owner=ada, kind="test.nothing", status=JobStatus.RUNNING)
    progress = JobContext(job).current
    progress.say(0, 1000, "bytes", None)
    assert progress.take()["progress_rate"] is None
    now += 2
    progress.say(100, None, None, None)
    assert progress.take()["progress_rate"] == 50
    now += 60
    assert progress.take()["progress_rate"] is None  # nothing moved in the window
    now += 1
    progress.say(0, None, None, None)  # another phase
    assert progress.take()["progress_rate"] is None


def test_a_running_job_is_asked_to_stop_and_a_waiting_one_ends(ada: User) -> None:
    waiting, busy = (enqueue("test.nothing", owner=ada, params={}) for _ in range(2))
    job = runner.claim(str(busy.pk), worker="w")
    assert job is not None
    ctx = JobContext(job)
    for each in (waiting, busy):
        services.job_cancel(job=each, actor=ada)
    assert Job.objects.get(pk=waiting.pk).status == JobStatus.CANCELLED
    assert Job.objects.get(pk=busy.pk).status == JobStatus.RUNNING
    report(ctx)
    with pytest.raises(JobCancelled):
        ctx.check()
    ctx.stop(WorkerStopping)  # the first reason counts
    with pytest.raises(JobCancelled):
        ctx.check()
    assert AuditEntry.objects.filter(action="job.cancelled").count() == 2


def test_requeue_takes_a_running_job_from_its_worker(ada: User, otto: User) -> None:
    made = enqueue("test.nothing", owner=ada, params={})
    job = runner.claim(str(made.pk), worker="w")
    assert job is not None
    back = services.job_requeue(job=job, actor=otto)
    assert (back.status, back.fence) == (JobStatus.QUEUED, 2)
    with pytest.raises(LeaseLost), JobContext(job).completing():
        pass
    ended = run(made)
    with pytest.raises(Conflict):
        services.job_requeue(job=ended, actor=otto)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_sent_for_a_job_that_was_rolled_back(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(services, "push", lambda *message: sent.append(message))
    with transaction.atomic():
        enqueue("test.nothing", owner=ada, params={})
        transaction.set_rollback(True)
    assert not Job.objects.exists()
    assert sent == []
    with transaction.atomic():
        made = enqueue("test.nothing", owner=ada, params={})
        assert sent == []
    assert sent == [(made.pk, "cpu", 0)]


def test_only_forgotten_messages_are_sent_again(ada: User) -> None:
    old, young, later = (enqueue("test.nothing", owner=ada, params={}) for _ in range(3))
    past = timezone.now() - timedelta(minutes=1)
    Job.objects.filter(pk__in=[old.pk, later.pk]).update(created_at=past)
    Job.objects.filter(pk=later.pk).update(available_at=timezone.now() + timedelta(minutes=1))
    assert services.jobs_push_forgotten() == 1
    assert services.jobs_push_forgotten() == 0  # its queue holds it now
    Job.objects.filter(pk=later.pk).update(available_at=past)
    assert services.jobs_push_forgotten() == 1
    assert Job.objects.get(pk=young.pk).status == JobStatus.QUEUED


def test_a_database_without_disk_is_no_outage(ada: User, run_jobs: Callable[[], list[Job]]) -> None:
    enqueue("test.full", owner=ada, params={})
    (job,) = run_jobs()
    assert (job.status, job.attempt) == (JobStatus.FAILED, 1)
    assert job.error is not None
    assert (job.error["status"], job.error["code"]) == (507, "storage_full")
