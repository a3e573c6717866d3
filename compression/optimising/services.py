"""All writes of optimisations but those of the search at work (see `running`)."""

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from compression.choices import Operation
from compression.models import Result
from compression.optimising import selectors
from compression.optimising.models import Optimisation, Strategy
from compression.optimising.running import Search, tell
from compression.selectors import input_of_job
from compression.services import result_make
from compression.sources import Source
from core import audit
from core.errors import Conflict, NotFound
from core.jobs import JobContext, enqueue
from core.jobs import services as jobs
from core.models import Job

if TYPE_CHECKING:
    from accounts.models import User
    from files.models import File

KIND = "optimize"
BUDGET_S = 30.0

_COPIED = (
    "owner",
    "file",
    "file_name",
    "content_sha256",
    "content_kind",
    "original_size",
    "objective",
    "budget_s",
    "constraints",
    "strategy",
    "rounds",
    "max_trials",
    "plain",
    "plain_share",
    "seed",
)
"""What a run of the same again takes over."""


@transaction.atomic
def optimisation_request(
    *,
    owner: "User",
    source: "File",
    strategy: Strategy,
    objective: str = "",
    budget_s: float = BUDGET_S,
    constraints: Mapping[str, Any] = {},
    rounds: int | None = None,
    seed: int | None = None,
) -> Optimisation:
    """Have a worker search for the best pipeline for `source`; what is not said follows from the strategy."""
    row = Optimisation(
        owner=owner,
        file=source,
        file_name=source.name,
        content_sha256=source.sha256,
        content_kind=source.kind,
        original_size=source.size,
        objective=objective or strategy.objective,
        budget_s=budget_s,
        constraints=dict(constraints),
        strategy=strategy.name,
        rounds=rounds or strategy.rounds,
        max_trials=strategy.max_trials,
        plain=strategy.plain,
        plain_share=strategy.plain_share,
        seed=secrets.randbelow(2**53) if seed is None else seed,
    )
    row.job = enqueue(
        KIND,
        owner=owner,
        subject=source,
        title=f"Optimise {source.name}",
        params={"optimisation": str(row.pk)},
        total=round(budget_s) or 1,
        unit="seconds",
    )
    row.save(force_insert=True)
    detail = {"strategy": strategy.name, "job": str(row.job.pk)}
    audit.record("optimisation.requested", actor=owner, target=row, detail=detail)
    return row


@transaction.atomic
def optimisation_keep(*, optimisation: Optimisation, actor: "User") -> Optimisation:
    """Have the search end with the best so far; Conflict where it has ended."""
    found = Optimisation.objects.select_for_update(of=("self",)).select_related("job")
    row: Optimisation = found.get(pk=optimisation.pk)
    if not row.is_open or row.ending:
        raise Conflict("The search has ended already.", code="search_ended")
    if row.keep_requested_at is None:
        row.keep_requested_at = timezone.now()
        row.save(update_fields=["keep_requested_at"])
        audit.record("optimisation.kept", actor=actor, target=row)
        tell(row)
    return row


@transaction.atomic
def optimisation_retry(*, optimisation: Optimisation, actor: "User") -> Optimisation:
    """Search again, with the same wishes, in a new job; Conflict where the job is gone or still works."""
    row: Optimisation = Optimisation.objects.select_related("job").get(pk=optimisation.pk)
    if row.job is None:
        raise Conflict("The job of this optimisation is gone; begin another one.", code="job_gone")
    return _of_job(jobs.job_retry(job=row.job, actor=actor))


def _of_job(job: Job) -> Optimisation:
    """The row of a job. A job that does another one's work again gets one of its own."""
    found: Optimisation | None = Optimisation.objects.filter(job=job).first()
    if found is not None:
        return found
    first = Optimisation.objects.filter(pk=job.params["optimisation"]).first()
    if first is None:
        raise NotFound("The optimisation is gone.", code="optimisation_gone")
    made: Optimisation = Optimisation.objects.create(
        job=job, **{name: getattr(first, name) for name in _COPIED}
    )
    return made


@audit.unaudited("the result is audited where it is stored")
def optimisation_run(ctx: JobContext) -> None:
    """Do the work of an `optimize` job: search, unless an attempt before did, then compress with the best."""
    with ctx.storing():
        row = _of_job(ctx.job)
    if row.file_id is None:
        raise NotFound("The file was deleted before the job began.", code="file_deleted")
    source = input_of_job(row.file_id, ctx.owner)
    if not row.ending:
        Search(ctx, row).go(source)
    ctx.check()

    def told(result: Result) -> dict[str, Any]:
        row.result = result
        row.save(update_fields=["result"])
        tell(row)
        return selectors.optimisation_body(row)

    result_make(
        owner=ctx.owner,
        source=Source(source),
        plan=selectors.plan_of(row, ctx.owner),
        operation=Operation.COMPRESS,
        ctx=ctx,
        told=told,
    )


@transaction.atomic
def optimisation_delete(*, optimisation: Optimisation, actor: "User") -> None:
    """Delete an optimisation with its trace; its result and the algorithm that came of it stay."""
    row: Optimisation = Optimisation.objects.select_related("job").get(pk=optimisation.pk)
    if row.is_open:
        raise Conflict("It is under way: cancel it first.", code="job_open")
    audit.record("optimisation.deleted", actor=actor, target=row, detail={"file": row.file_name})
    row.delete()
