"""All writes to job rows but those of the worker that runs one (see `runner` and `ending`)."""

import logging
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import django_rq
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from redis.exceptions import RedisError

from core import audit, context
from core.choices import OPEN_JOBS, JobStatus
from core.events import publish
from core.jobs.errors import JobOpen, NothingToRetry, UnknownKind, WorkerLost
from core.jobs.events import JobAdded, JobChanged
from core.jobs.kinds import kinds
from core.jobs.telling import tell_owner
from core.models import JOB_MACHINE, Job

log = logging.getLogger(__name__)

RUN = "core.jobs.runner.run"
# A message younger than this may still be on its way.
FORGOTTEN_AFTER_S = 5
PUSHED_AT_ONCE = 10_000


@audit.unaudited("the service that asks for the job audits its own action")
@transaction.atomic
def enqueue(
    kind: str,
    *,
    owner: Any,
    params: dict[str, Any],
    subject: models.Model | None = None,
    title: str = "",
    total: int | None = None,
    unit: str = "",
    available_at: datetime | None = None,
) -> Job:
    """Make a job; the one door to the queues. The row is there now, the message leaves on commit.

    `params` must be plain JSON. A message that is lost on its way is sent again by the clock.
    """
    return _add(
        kind=kind,
        owner=owner,
        params=params,
        title=title,
        subject_type=subject._meta.db_table if subject else "",
        subject_id=subject.pk if subject else None,
        progress_total=total,
        progress_unit=unit,
        available_at=available_at,
    )


def _add(*, kind: str, title: str, **columns: Any) -> Job:
    found = kinds.get(kind)
    job: Job = Job.objects.create(
        kind=kind,
        queue=found.queue,
        title=title[:200] or found.title,
        max_attempts=found.max_attempts,
        timeout_s=found.timeout_s,
        request_id=context.current().request_id,
        **columns,
    )
    publish(JobAdded(job.pk, job.owner_id))
    publish(JobChanged.of(job))
    _push_on_commit(job)
    return job


def _push_on_commit(job: Job) -> None:
    if job.available_at is None:
        transaction.on_commit(partial(push, job.pk, job.queue, job.fence), robust=True)


@audit.unaudited("moves a message, changes nothing")
def push(job_id: UUID, queue: str, fence: int) -> bool:
    """Put the job's id into its queue; say whether Redis took it. A second message for one job does no harm.

    The message's own id carries the fence: the end of an earlier message must not take a later one with it.
    """
    try:
        django_rq.get_queue(queue).enqueue_call(
            RUN, args=(str(job_id),), job_id=f"{job_id}_{fence}", result_ttl=0, failure_ttl=0, timeout=-1
        )
    except Exception as error:  # the row is committed: the clock sends the message again
        log.warning("job %s not pushed: %s", job_id, error)
        return False
    return True


def _locked(job: Job) -> Job:
    locked: Job = Job.objects.select_for_update().get(pk=job.pk)
    return locked


@transaction.atomic
def job_cancel(*, job: Job, actor: Any) -> Job:
    """Cancel a waiting job at once; ask the worker of a running one to stop."""
    job = _locked(job)
    JOB_MACHINE.require(job.status, JobStatus.CANCELLED)
    now = timezone.now()
    if job.status != JobStatus.RUNNING:
        job.status, job.ended_at = JobStatus.CANCELLED, now
    job.cancel_requested_at = job.cancel_requested_at or now
    job.save(update_fields=["status", "ended_at", "cancel_requested_at"])
    audit.record("job.cancelled", actor=actor, target=job)
    publish(JobChanged.of(job))
    return job


@transaction.atomic
def job_retry(*, job: Job, actor: Any) -> Job:
    """Make a new job with the same parameters; an ended job itself never changes.

    While such a new job is open it is the answer to further wishes: a double click makes one. NothingToRetry where its
    kind says that all is done.
    """
    job = _locked(job)
    if job.is_open:
        raise JobOpen("The job has not ended yet; there is nothing to retry.")
    if job.kind not in kinds:
        raise UnknownKind(f"There is no kind of job “{job.kind}” any more.")
    under_way: Job | None = Job.objects.filter(retry_of=job, status__in=OPEN_JOBS).first()
    if under_way is not None:
        return under_way
    if reason := kinds.get(job.kind).spent(job):
        raise NothingToRetry(reason)
    copied = (
        "kind",
        "title",
        "owner_id",
        "params",
        "subject_type",
        "subject_id",
        "progress_total",
        "progress_unit",
    )
    again = _add(retry_of=job, **{column: getattr(job, column) for column in copied})
    audit.record("job.retried", actor=actor, target=again, detail={"retry_of": str(job.pk)})
    return again


@transaction.atomic
def job_requeue(*, job: Job, actor: Any) -> Job:
    """Take a running or paused job from its worker and queue it again: an operator's remedy."""
    job = _locked(job)
    JOB_MACHINE.require(job.status, JobStatus.QUEUED)
    back_to_queue(job)
    audit.record("job.requeued", actor=actor, target=job)
    return job


@audit.unaudited("the platform's own repair; the caller logs why")
def back_to_queue(job: Job, *, available_at: datetime | None = None) -> None:
    """Queue a locked row again under a new fence, so that a worker that still runs it can write no more."""
    job.status = JobStatus.QUEUED
    job.fence += 1
    job.lease_until, job.available_at = None, available_at
    job.save(update_fields=["status", "fence", "lease_until", "available_at"])
    publish(JobChanged.of(job))
    _push_on_commit(job)


@audit.unaudited("the platform's own repair; logged, and shown on the job")
def jobs_recover() -> int:
    """Queue again, or end, the jobs whose worker's lease has run out; return how many there were."""
    return _recover(Job.objects.filter(lease_until__lt=Now()))


@audit.unaudited("the platform's own repair; logged, and shown on the job")
def job_recover(*, job_id: str, worker: str) -> int:
    """Do at once what the end of the lease would lead to: `worker` has seen the process of its job die."""
    return _recover(Job.objects.filter(pk=job_id, worker=worker))


@transaction.atomic
def _recover(jobs: Any) -> int:
    lost = list(jobs.select_for_update(skip_locked=True).filter(status=JobStatus.RUNNING))
    for job in lost:
        log.warning("job %s lost its worker %s (attempt %d)", job.pk, job.worker, job.attempt)
        if job.cancel_requested_at:
            _end_lost(job, JobStatus.CANCELLED, None)
        elif job.attempt < job.max_attempts:
            back_to_queue(job)
        else:
            _end_lost(job, JobStatus.FAILED, _lost_error(job))
    return len(lost)


def _lost_error(job: Job) -> dict[str, Any]:
    attempts = "its only attempt" if job.attempt == 1 else f"each of {job.attempt} attempts"
    return WorkerLost(f"The worker died in {attempts}; the last one was {job.worker}.").as_dict()


def _end_lost(job: Job, status: JobStatus, error: dict[str, Any] | None) -> None:
    job.status, job.error, job.ended_at, job.lease_until = status, error, timezone.now(), None
    job.fence += 1
    job.save(update_fields=["status", "error", "ended_at", "lease_until", "fence"])
    tell_owner(job)
    publish(JobChanged.of(job))


@audit.unaudited("moves messages, changes nothing")
def jobs_push_forgotten() -> int:
    """Send again the messages of due jobs that no queue holds; return how many were sent.

    Redis was away or lost what it had, a process died after its commit, or the time of a later attempt has come.
    """
    long_ago = timezone.now() - timedelta(seconds=FORGOTTEN_AFTER_S)
    due = Q(available_at__lt=Now()) | Q(available_at=None, created_at__lt=long_ago)
    waiting = list(
        Job.objects.filter(due, status=JobStatus.QUEUED)
        .order_by("created_at")
        .values_list("pk", "queue", "fence")[:PUSHED_AT_ONCE]
    )
    try:
        held = {
            message
            for name in {queue for _, queue, _ in waiting}
            for message in django_rq.get_queue(name).job_ids
        }
    except RedisError as error:
        log.warning("%d jobs wait for Redis: %s", len(waiting), error)
        return 0
    return sum(push(pk, queue, fence) for pk, queue, fence in waiting if f"{pk}_{fence}" not in held)
