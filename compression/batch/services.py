"""All writes of batches but those of the items at work (see `running` and `keeping`)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from compression.batch import archive, selectors
from compression.batch.choices import AGAIN, UNFINISHED, ItemStatus
from compression.batch.events import BatchChanged
from compression.batch.models import Batch, BatchItem
from compression.batch.running import Run
from compression.planning import Plan
from core import audit
from core.choices import JobStatus
from core.errors import AppError, Conflict, NotFound, StorageFull, TooLarge
from core.events import publish
from core.jobs import JobContext, enqueue
from core.jobs import services as jobs
from core.models import Job
from files import services as files
from files.choices import Kind
from files.staging import Staged

if TYPE_CHECKING:
    from accounts.models import User
    from files.models import File

KIND = "compress_batch"
INSERTED_AT_ONCE = 5000


@transaction.atomic
def batch_request(
    *, owner: "User", sources: Sequence["File"], plans: Sequence[Plan], title: str = ""
) -> Batch:
    """Have a worker compress each of the files with each of the plans; the order of items is that of the files."""
    batch = Batch(
        owner=owner,
        title=(title or _title(sources, plans))[:200],
        methods=[
            {"algorithm": plan.algorithm.name, "level": plan.level, "params": plan.params} for plan in plans
        ],
        size=sum(file.size for file in sources) * len(plans),
        count=len(sources) * len(plans),
    )
    batch.job = enqueue(
        KIND,
        owner=owner,
        subject=batch,
        title=batch.title,
        params={"batch": str(batch.pk)},
        total=batch.size,
        unit="bytes",
    )
    batch.save(force_insert=True)
    BatchItem.objects.bulk_create(_items(batch, sources, plans), batch_size=INSERTED_AT_ONCE)
    detail = {"files": len(sources), "methods": len(plans), "job": str(batch.job.pk)}
    audit.record("batch.requested", actor=owner, target=batch, detail=detail)
    return batch


def _title(sources: Sequence["File"], plans: Sequence[Plan]) -> str:
    what = sources[0].name if len(sources) == 1 else f"{len(sources):,} files"
    names = list(dict.fromkeys(plan.algorithm.name for plan in plans))
    how = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return f"Compress {what} with {how}"


def _items(batch: Batch, sources: Sequence["File"], plans: Sequence[Plan]) -> list[BatchItem]:
    return [
        BatchItem(
            batch=batch,
            position=number * len(plans) + method,
            method=method,
            algorithm=plan.algorithm.name,
            level=plan.level,
            file=file,
            file_name=file.name,
            folder=file.folder,
            size=file.size,
        )
        for number, file in enumerate(sources)
        for method, plan in enumerate(plans)
    ]


@transaction.atomic
def batch_retry(*, batch: Batch, actor: "User") -> Job:
    """Take up again what failed or was left out, in a new job; what was done stays. Conflict where there is nothing."""
    row: Batch = Batch.objects.select_for_update(of=("self",)).select_related("job").get(pk=batch.pk)
    if row.job is None:
        raise Conflict("The job of this batch is gone; begin another batch.", code="job_gone")
    job = jobs.job_retry(job=row.job, actor=actor)
    _take_over(row, job)
    audit.record("batch.retried", actor=actor, target=row, detail={"job": str(job.pk)})
    return job


def _take_over(batch: Batch, job: Job) -> None:
    """Make `job` the one that works at the batch, with what it is to do waiting."""
    batch.job = job
    batch.archive_error = None
    batch.save(update_fields=["job", "archive_error"])
    batch.items.filter(status__in=AGAIN).update(status=ItemStatus.PENDING, error=None)
    publish(BatchChanged(batch.pk, batch.owner_id))


@audit.unaudited("results are audited where they are kept")
def batch_run(ctx: JobContext) -> None:
    """Do the work of a `compress_batch` job: what was done before, by whatever attempt, is not done again."""
    batch = _begin(ctx)
    Run(ctx, batch).go()
    with archive.made(batch, ctx.check) as made, ctx.completing() as done:
        _keep_archive(batch, made)
        done.result = selectors.batch_result(batch)
        publish(BatchChanged(batch.pk, batch.owner_id))


def _keep_archive(batch: Batch, made: Staged | AppError | None) -> None:
    """Keep the archive in the place of an earlier one. What the quota has no room for stays in its parts."""
    previous, batch.archive = batch.archive, None
    error = None if isinstance(made, Staged) else made
    if isinstance(made, Staged):
        try:
            batch.archive = files.file_adopt(
                owner=batch.owner,
                staged=made,
                name=archive.name_of(batch),
                media_type="application/zip",
                kind=Kind.ARCHIVE,
            )
        except (TooLarge, StorageFull) as refusal:
            error = refusal
    batch.archive_error = error.as_dict() if error else None
    batch.save(update_fields=["archive", "archive_error"])
    if previous is not None and previous.deleted_at is None:
        files.file_delete(file=previous, actor=batch.owner)


def _begin(ctx: JobContext) -> Batch:
    with ctx.storing():
        found = Batch.objects.select_for_update(of=("self",)).select_related("job", "owner", "archive")
        batch: Batch | None = found.filter(pk=ctx.params["batch"]).first()
        if batch is None:
            raise NotFound("The batch is gone.", code="batch_gone")
        if batch.job_id != ctx.id:
            if batch.job is not None and batch.job.is_open:
                raise Conflict("Another job works at this batch already.", code="batch_under_way")
            _take_over(batch, ctx.job)
        batch.items.filter(status=ItemStatus.RUNNING).update(status=ItemStatus.PENDING)
    return batch


@audit.unaudited("says of items what is true of their job")
@transaction.atomic
def batch_settle(*, job_id: UUID, status: str) -> None:
    """Note that what an ended job has not done will not be done by it."""
    batch = Batch.objects.select_for_update().filter(job_id=job_id).first()
    if batch is None or status not in (JobStatus.CANCELLED, JobStatus.FAILED):
        return
    left = batch.items.filter(status__in=UNFINISHED)
    if left.update(status=ItemStatus.CANCELLED):
        publish(BatchChanged(batch.pk, batch.owner_id))
