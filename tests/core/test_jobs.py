"""Jobs: claimed once, terminal for ever, recovered when their worker dies."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from core.choices import JobStatus
from core.errors import Conflict
from core.jobs import JobContext, LeaseLost, enqueue, job, runner, services
from core.jobs.kinds import kinds
from core.models import JOB_MACHINE, Job

if "test.echo" not in kinds:

    @job("test.echo", title="Echo")
    def echo(ctx: JobContext) -> dict[str, object]:
        ctx.progress(1, 2, unit="steps", message="half")
        ctx.log("said it")
        return {"said": ctx.params["say"]}


def test_a_job_runs_once_and_keeps_its_result(ada: User) -> None:
    made = enqueue("test.echo", owner=ada, params={"say": "hello"})
    runner.run(str(made.pk), worker="w1", threaded=False)
    runner.run(str(made.pk), worker="w2", threaded=False)
    ended = Job.objects.get(pk=made.pk)
    assert ended.status == JobStatus.SUCCEEDED
    assert ended.result == {"said": "hello"}
    assert (ended.attempt, ended.worker, ended.progress_done, ended.progress_total) == (1, "w1", 2, 2)
    assert [line.line for line in ended.log.all()] == ["said it"]
    assert ended.ended_at is not None


@pytest.mark.parametrize("before", list(JobStatus))
@pytest.mark.parametrize("after", list(JobStatus))
def test_database_and_table_agree_on_every_transition(ada: User, before: JobStatus, after: JobStatus) -> None:
    """The trigger lets through exactly what the table of transitions allows."""
    made = enqueue("test.echo", owner=ada, params={"say": "x"})
    for step in {"queued": [], "paused": ["paused"]}.get(before, ["running", before]):
        if step != "queued":
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
    made = enqueue("test.echo", owner=ada, params={"say": "x"})
    runner.run(str(made.pk), threaded=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=made.pk).update(result={"said": "y"})
    with pytest.raises(Conflict):
        services.job_cancel(job=Job.objects.get(pk=made.pk), actor=ada)


def test_a_lost_worker_is_replaced_and_can_write_no_more(ada: User) -> None:
    made = enqueue("test.echo", owner=ada, params={"say": "x"})
    first = runner.claim(str(made.pk), worker="dead")
    assert first is not None
    assert services.jobs_recover() == 0
    Job.objects.filter(pk=made.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert services.jobs_recover() == 1
    runner.run(str(made.pk), worker="alive", threaded=False)
    stale = JobContext(first)
    with pytest.raises(LeaseLost), stale.completing() as done:
        done.result = {"said": "from the grave"}
    ended = Job.objects.get(pk=made.pk)
    assert (ended.status, ended.attempt, ended.worker) == (JobStatus.SUCCEEDED, 2, "alive")
    assert ended.result == {"said": "x"}


def test_a_job_that_kills_its_workers_fails_in_the_end(ada: User) -> None:
    made = enqueue("test.echo", owner=ada, params={"say": "x"})
    for _ in range(made.max_attempts):
        assert runner.claim(str(made.pk), worker="dead") is not None
        Job.objects.filter(pk=made.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
        services.jobs_recover()
    ended = Job.objects.get(pk=made.pk)
    assert ended.status == JobStatus.FAILED
    assert ended.error["code"] == "worker_lost"


def test_a_retry_is_a_new_job(ada: User) -> None:
    made = enqueue("test.echo", owner=ada, params={})
    runner.run(str(made.pk), threaded=False)
    failed = Job.objects.get(pk=made.pk)
    assert (failed.status, failed.error["code"]) == (JobStatus.FAILED, "internal_error")
    again = services.job_retry(job=failed, actor=ada)
    assert (again.retry_of_id, again.status, again.params) == (failed.pk, JobStatus.QUEUED, failed.params)
    with pytest.raises(Conflict):
        services.job_retry(job=again, actor=ada)
