"""All writes to job rows but those of the worker that runs one (see `runner`)."""

import logging
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import django_rq
from django.db import models, transaction
from django.db.models.functions import Now
from django.utils import timezone

from core import audit, context
from core.choices import JobStatus
from core.errors import Conflict, Unprocessable
from core.jobs.events import JobChanged
from core.jobs.kinds import kinds
from core.models import JOB_MACHINE, Job

log = logging.getLogger(__name__)

RUN = "core.jobs.runner.run"


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
    retry_of: Job | None = None,
    available_at: datetime | None = None,
) -> Job:
    """Make a job; the one door to the queues. The row is there now, the message leaves on commit.

    `params` must be plain JSON. A message that is lost on its way is sent again by the clock.
    """
    found = kinds.get(kind)
    job = Job.objects.create(
        kind=kind,
        queue=found.queue,
        owner=owner,
        params=params,
        title=title[:200] or found.title,
        max_attempts=found.max_attempts,
        timeout_s=found.timeout_s,
        subject_type=subject._meta.db_table if subject else "",
        subject_id=subject.pk if subject else None,
        progress_total=total,
        progress_unit=unit,
        retry_of=retry_of,
        available_at=available_at,
        request_id=context.current().request_id,
    )
    publish_change(job)
    if available_at is None:
        transaction.on_commit(partial(push, job.pk, job.queue, job.fence), robust=True)
    return job


def publish_change(job: Job) -> None:
    """Tell the followers of the job and of its owner."""
    from core.events import publish

    publish(JobChanged.of(job))


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
    return Job.objects.select_for_update().get(pk=job.pk)


@transaction.atomic
def job_cancel(*, job: Job, actor: Any) -> Job:
    """Cancel a waiting job at once; ask the worker of a running one to stop."""
    job = _locked(job)
    JOB_MACHINE.require(job.status, JobStatus.CANCELLED)
    if job.status == JobStatus.RUNNING:
        job.cancel_requested_at = job.cancel_requested_at or timezone.now()
        job.save(update_fields=["cancel_requested_at"])
    else:
        job.status, job.ended_at = JobStatus.CANCELLED, timezone.now()
        job.cancel_requested_at = job.cancel_requested_at or job.ended_at
        job.save(update_fields=["status", "ended_at", "cancel_requested_at"])
    audit.record("job.cancelled", actor=actor, target=job)
    publish_change(job)
    return job


@transaction.atomic
def job_retry(*, job: Job, actor: Any) -> Job:
    """Make a new job with the same parameters; an ended job itself never changes."""
    if job.is_open:
        raise Conflict("The job has not ended yet; there is nothing to retry.", code="job_open")
    if job.kind not in kinds:
        raise Unprocessable(f"There is no kind of job “{job.kind}” any more.", code="unknown_kind")
    again = enqueue(
        job.kind,
        owner=job.owner,
        params=job.params,
        title=job.title,
        total=job.progress_total,
        unit=job.progress_unit,
        retry_of=job,
    )
    Job.objects.filter(pk=again.pk).update(subject_type=job.subject_type, subject_id=job.subject_id)
    audit.record("job.retried", actor=actor, target=again, detail={"retry_of": str(job.pk)})
    return Job.objects.get(pk=again.pk)


@transaction.atomic
def job_requeue(*, job: Job, actor: Any) -> Job:
    """Take a running or paused job from its worker and queue it again: an operator's remedy."""
    job = _locked(job)
    if job.status == JobStatus.QUEUED:
        transaction.on_commit(partial(push, job.pk, job.queue, job.fence), robust=True)
        return job
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
    publish_change(job)
    if available_at is None:
        transaction.on_commit(partial(push, job.pk, job.queue, job.fence), robust=True)


@audit.unaudited("the platform's own repair; logged, and shown on the job")
def jobs_recover() -> int:
    """Queue again, or end, the jobs whose worker's lease has run out; return how many there were."""
    return _recover(Job.objects.filter(lease_until__lt=Now()))


@audit.unaudited("the platform's own repair; logged, and shown on the job")
def job_recover(*, job_id: str, worker: str) -> int:
    """Do at once what the end of the lease would lead to: `worker` has seen the process of its job die."""
    return _recover(Job.objects.filter(pk=job_id, worker=worker))


def _recover(jobs: Any) -> int:
    count = 0
    with transaction.atomic():
        lost = jobs.select_for_update(skip_locked=True).filter(status=JobStatus.RUNNING)
        for job in lost:
            count += 1
            log.warning("job %s lost its worker %s (attempt %d)", job.pk, job.worker, job.attempt)
            if job.cancel_requested_at:
                _end_lost(job, JobStatus.CANCELLED, None)
            elif job.attempt < job.max_attempts:
                back_to_queue(job)
            else:
                _end_lost(job, JobStatus.FAILED, _lost_error(job))
    return count


def _lost_error(job: Job) -> dict[str, Any]:
    return {
        "code": "worker_lost",
        "title": "The worker was lost",
        "status": 500,
        "detail": f"The worker died in each of {job.attempt} attempts; the last one was {job.worker}.",
        "errors": [],
    }


def _end_lost(job: Job, status: JobStatus, error: dict[str, Any] | None) -> None:
    job.status, job.error, job.ended_at, job.lease_until = status, error, timezone.now(), None
    job.fence += 1
    job.save(update_fields=["status", "error", "ended_at", "lease_until", "fence"])
    publish_change(job)


@audit.unaudited("moves messages, changes nothing")
def jobs_push_forgotten() -> int:
    """Send again the messages of due jobs that no queue holds: Redis was away, or a process died after its commit."""
    due = Job.objects.filter(status=JobStatus.QUEUED, available_at__lt=Now()) | Job.objects.filter(
        status=JobStatus.QUEUED, available_at=None, created_at__lt=timezone.now() - timedelta(seconds=5)
    )
    waiting = list(due.order_by("created_at").values_list("pk", "queue", "fence")[:10_000])
    held: set[str] = set()
    for name in {queue for _, queue, _ in waiting}:
        held.update(django_rq.get_queue(name).job_ids)
    return sum(push(pk, queue, fence) for pk, queue, fence in waiting if f"{pk}_{fence}" not in held)
