"""What came of the items of a group, kept in one transaction of few statements."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import F, Q

from compression.batch.choices import ItemStatus
from compression.batch.events import BatchChanged
from compression.batch.models import Batch, BatchItem
from compression.batch.work import Outcome
from compression.choices import Operation
from compression.events import ResultStored
from compression.machine import machine_id
from compression.models import HistoryEntry, Result
from compression.services import FIGURES
from core import audit
from core.errors import AppError, NotFound, StorageFull, TooLarge
from core.events import publish
from core.jobs import JobContext
from files.adoption import files_adopt_many

if TYPE_CHECKING:
    from files.models import File


def begin(batch: Batch, items: Sequence[BatchItem]) -> None:
    """Note that the items are being worked at."""
    found = BatchItem.objects.filter(pk__in=[item.pk for item in items], status=ItemStatus.PENDING)
    found.update(status=ItemStatus.RUNNING, attempt=F("attempt") + 1)
    publish(BatchChanged(batch.pk, batch.owner_id))


def keep(ctx: JobContext, batch: Batch, outcomes: Sequence[Outcome]) -> None:
    """Keep outputs, results, outcomes and items, all or none, while the job is ours.

    What the quota or the disk has no room for becomes the error of its item; smaller ones may still fit.
    """
    good = [outcome for outcome in outcomes if outcome.adoption]
    try:
        with ctx.storing():
            _keep_good(ctx, batch, good)
            _keep_bad(ctx, batch, [outcome for outcome in outcomes if not outcome.adoption])
            publish(BatchChanged(batch.pk, batch.owner_id))
    except TooLarge as error:
        if len(outcomes) > 1:
            for outcome in outcomes:
                keep(ctx, batch, [outcome])
        else:
            keep(ctx, batch, _all_failed(outcomes, error))
    except StorageFull as error:
        if not good:
            raise
        keep(ctx, batch, _all_failed(outcomes, error))


def _all_failed(outcomes: Sequence[Outcome], error: AppError) -> list[Outcome]:
    return [replace(one, adoption=None, error=one.error or error) for one in outcomes]


def _keep_good(ctx: JobContext, batch: Batch, good: Sequence[Outcome]) -> None:
    if not good:
        return
    adoptions = [outcome.adoption for outcome in good if outcome.adoption]
    files = files_adopt_many(owner=batch.owner, adoptions=adoptions)
    pairs = list(zip(good, files, strict=True))
    results = Result.objects.bulk_create([_result(ctx, batch, outcome, file) for outcome, file in pairs])
    HistoryEntry.objects.bulk_create(
        [_entry(ctx, batch, outcome, result) for outcome, result in zip(good, results, strict=True)]
    )
    _succeed({outcome.item.pk: result.pk for outcome, result in zip(good, results, strict=True)})
    details = [(result, {"algorithm": result.method, "batch": str(batch.pk)}) for result in results]
    audit.record_many("file.compressed", actor=batch.owner, targets=details)
    last = results[-1]  # one hint will do: whoever shows results looks again
    publish(ResultStored(last.pk, batch.owner_id, last.operation, last.method))


def _succeed(results: Mapping[Any, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE compression_batch_items SET status = %s, result_id = done.result"
            " FROM unnest(%s::uuid[], %s::uuid[]) AS done(item, result) WHERE id = done.item",
            [ItemStatus.SUCCEEDED, list(results), list(results.values())],
        )


def _keep_bad(ctx: JobContext, batch: Batch, bad: Sequence[Outcome]) -> None:
    for outcome in bad:
        assert outcome.error is not None
        BatchItem.objects.filter(pk=outcome.item.pk).update(
            status=ItemStatus.FAILED, error=outcome.error.as_dict()
        )
    codec = [outcome for outcome in bad if outcome.code]
    HistoryEntry.objects.bulk_create([_entry(ctx, batch, outcome, None) for outcome in codec])


def _figures(outcome: Outcome) -> dict[str, Any]:
    return {name: getattr(outcome.measured, name) for name in FIGURES}


def _result(ctx: JobContext, batch: Batch, outcome: Outcome, output: "File") -> Result:
    assert outcome.measured is not None
    return Result(
        owner=batch.owner,
        operation=Operation.COMPRESS,
        algorithm=outcome.plan.algorithm,
        level=outcome.plan.level,
        params=outcome.plan.params,
        file=outcome.item.source,
        output=output,
        file_name=outcome.item.file_name,
        content_kind=outcome.item.source.kind,
        job=ctx.job,
        checksum=outcome.measured.checksum,
        verified=outcome.measured.verified,
        **_figures(outcome),
    )


def _entry(ctx: JobContext, batch: Batch, outcome: Outcome, result: Result | None) -> HistoryEntry:
    """What the ledger keeps of a run of the codec, good or bad."""
    file, plan = outcome.item.source, outcome.plan
    return HistoryEntry(
        owner=batch.owner,
        operation=Operation.COMPRESS,
        algorithm=plan.algorithm.name,
        algorithm_version=plan.algorithm.version,
        level=plan.level,
        params=plan.params,
        machine=machine_id(),
        job_id=ctx.id,
        content_sha256=file.sha256,
        content_kind=file.kind,
        media_type=file.media_type,
        succeeded=result is not None,
        error_code=outcome.code,
        result_id=result.pk if result else None,
        **(_figures(outcome) if outcome.measured else {"original_size": file.size}),
    )


def refuse_impossible(ctx: JobContext, batch: Batch, refusals: Mapping[int, AppError]) -> int:
    """Give their error to waiting items whose file is gone, or whose method was refused; return how many there were."""
    waiting = batch.items.filter(status=ItemStatus.PENDING)
    gone = NotFound("The file was deleted before its turn came.", code="file_deleted")
    no_file = Q(file=None) | Q(file__deleted_at__isnull=False)
    with ctx.storing():
        count = _refuse(waiting.filter(no_file), gone)
        count += sum(_refuse(waiting.filter(method=method), error) for method, error in refusals.items())
        if count:
            publish(BatchChanged(batch.pk, batch.owner_id))
    return count


def _refuse(items: Any, error: AppError) -> int:
    ids = list(items.values_list("pk", flat=True))
    refused: int = BatchItem.objects.filter(pk__in=ids).update(
        status=ItemStatus.FAILED, error=error.as_dict()
    )
    return refused
