"""All writes of the compression app."""

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from accounts.models import User
from compression import names, planning, selectors, work
from compression.algorithms.life import lacks_test
from compression.choices import AlgorithmStatus, Operation
from compression.completion import TooLongForNow, plain_completion
from compression.engine import codecs
from compression.engine import errors as engine
from compression.errors import translate
from compression.events import AlgorithmChanged, ResultStored
from compression.machine import machine_id
from compression.models import ALGORITHM_MACHINE, Algorithm, HistoryEntry, Result
from compression.planning import Plan
from compression.sources import Source
from core import audit
from core.errors import Conflict
from core.events import publish
from core.jobs import JobContext, enqueue
from core.models import Job
from files import selectors as file_selectors
from files.adoption import Adoption, draft, drafts_keep, seal_all
from files.choices import Origin
from files.models import File
from files.staging import Staged

log = logging.getLogger(__name__)

# What is kept of a run on the result and in the ledger alike.
FIGURES = (
    "original_size",
    "compressed_size",
    "compress_seconds",
    "compress_cpu_seconds",
    "decompress_seconds",
    "decompress_cpu_seconds",
    "peak_memory_bytes",
)


# Algorithms


@audit.unaudited("mirrors the engine's registry at every start; operators' changes are audited below")
@transaction.atomic
def algorithms_sync() -> list[str]:
    """Bring the rows of codecs up to date with the engine; return the names of new ones. Status is left alone."""
    new = []
    for name, codec in codecs.all_codecs().items():
        levels = codec.levels()
        facts = {
            "title": codec.title,
            "description": codec.description,
            "family": codec.family,
            "colour": codec.colour,
            "version": codec.version,
            "params_schema": codec.schema(),
            "level_min": levels.minimum if levels else None,
            "level_max": levels.maximum if levels else None,
            "level_default": levels.default if levels else None,
            "streaming": codec.streaming,
            "lossless": codec.lossless,
            "file_extension": codec.extension,
            "media_type": codec.media_type,
            "available": True,
        }
        _, made = Algorithm.objects.update_or_create(name=name, defaults=facts)
        if made:
            new.append(name)
    Algorithm.objects.filter(kind="codec").exclude(name__in=codecs.all_codecs()).update(available=False)
    dynamic = Algorithm.objects.filter(kind="dynamic")
    known = Q(config__id__in=list(codecs.all_codecs()))
    dynamic.filter(known).update(available=True)
    dynamic.exclude(known).update(available=False)
    return new


@transaction.atomic
def algorithm_set_status(*, algorithm: Algorithm, status: AlgorithmStatus, actor: User) -> Algorithm:
    """Take an algorithm a step further in its life; a disabled one refuses new work at once."""
    row = Algorithm.objects.select_for_update().get(pk=algorithm.pk)
    before = row.status
    ALGORITHM_MACHINE.require(before, status)
    if lacks_test(row, status):
        raise Conflict(
            f"“{row.name}” has not passed the conformance test in version {row.version}. Test it first.",
            code="not_tested",
        )
    row.status = status
    row.save(update_fields=["status", "updated_at"])
    audit.record(
        "algorithm.status_changed", actor=actor, target=row, detail={"before": before, "after": status}
    )
    publish(AlgorithmChanged(row.name, row.status))
    return row


# Compressing and decompressing


@audit.unaudited("the job's result is audited where it is stored")
def result_request(
    *, owner: User, source: File, plan: Plan, operation: Operation, recommendation: str = ""
) -> Job:
    """Have a worker do it; the result says so where it follows a recommendation."""
    return enqueue(
        operation.value,
        owner=owner,
        subject=source,
        title=f"{operation.label} {source.name} with {plan.algorithm.name}",
        params={
            "file": str(source.pk),
            "algorithm": plan.algorithm.name,
            "level": plan.level,
            "params": plan.params,
            **({"recommendation": recommendation} if recommendation else {}),
        },
        total=source.size,
        unit="bytes",
    )


@audit.unaudited("the result is audited where it is stored")
def job_run(ctx: JobContext) -> None:
    """Do the work of a `compress` or `decompress` job."""
    source = selectors.input_of_job(ctx.params["file"], ctx.owner)
    operation = Operation(ctx.job.kind)
    plan = planning.plan(
        ctx.params["algorithm"],
        ctx.params["level"],
        ctx.params["params"],
        user=ctx.owner,
        to_decode=operation == Operation.DECOMPRESS,
    )
    ctx.progress(0, source.size, unit="bytes")
    told = partial(selectors.result_body, recommendation=ctx.params.get("recommendation", ""))
    result_make(owner=ctx.owner, source=Source(source), plan=plan, operation=operation, ctx=ctx, told=told)


@audit.unaudited("audits in _store")
def result_make(
    *,
    owner: User,
    source: Source,
    plan: Plan,
    operation: Operation,
    ctx: JobContext | None = None,
    told: Callable[[Result], dict[str, Any]] = selectors.result_body,
) -> Result:
    """Run the codec, verify, and keep the result with its outcome, all or nothing; under a job, with its end.

    A source that is still a draft becomes a file in the same transaction, in which `told` gives what the job says.

    Without a job the tight limits of calls that are answered at once hold, and TooLongForNow is raised beyond them.
    Raises AppError for what the input or the limits do not allow; such a failure leaves its outcome in the ledger.
    """
    decoding = operation == Operation.DECOMPRESS
    known = selectors.known_original(source.file.sha256, plan.codec.id) if decoding else None
    room = file_selectors.free_bytes(owner) - sum(one.file.size for one in source.drafts)
    bound = planning.limits(room=room, original_size=known.size if known else None)
    hooks = work.Hooks(on_progress=ctx.progress, should_stop=ctx.stopping) if ctx else work.Hooks()
    bound = bound if ctx else planning.inline_limits(bound)
    threads = settings.CODEC_THREADS if ctx else 1
    try:
        with work.done(operation, source, plan, bound, hooks, threads=threads) as (staged, measured):
            if known and known.sha256 != measured.checksum:
                raise engine.VerificationFailed("The decompressed bytes are not those that were compressed")
            seal_all([one.staged for one in source.drafts])
            with ctx.completing() if ctx else plain_completion() as done:
                if known:
                    measured = replace(measured, verified=True)
                result = _store(owner, source, plan, operation, staged, measured, ctx.job if ctx else None)
                if ctx:
                    done.result = told(result)
            return result
    except engine.Stopped:
        if ctx:
            ctx.check()
        raise
    except engine.EngineError as error:
        if ctx is None and isinstance(error, engine.LimitExceeded) and error.kind in ("output", "time"):
            raise TooLongForNow from error
        _note_failure(owner, source.file, plan, operation, error, ctx.job if ctx else None)
        raise translate(error) from error


def _store(
    owner: User,
    source: Source,
    plan: Plan,
    operation: Operation,
    staged: Staged,
    measured: work.Measured,
    job: Job | None,
) -> Result:
    """Keep output, result and outcome, and the source where it is new; called within a transaction."""
    rename = names.compressed_name if operation == Operation.COMPRESS else names.original_name
    name = rename(source.file.name, plan.algorithm.file_extension)
    made = draft(owner, Adoption(staged, name), Origin.RESULT)
    *_, output = drafts_keep(owner, [*source.drafts, made])
    original = source.file if operation == Operation.COMPRESS else output
    figures = {name: getattr(measured, name) for name in FIGURES}
    result = Result.objects.create(
        owner=owner,
        operation=operation,
        algorithm=plan.algorithm,
        **plan.settings(operation),
        file=source.file,
        output=output,
        file_name=source.file.name,
        content_kind=original.kind,
        job=job,
        **figures,
        checksum=measured.checksum,
        verified=measured.verified,
    )
    _note(
        owner,
        plan,
        operation,
        job,
        succeeded=True,
        result_id=result.pk,
        content_sha256=measured.checksum,
        content_kind=original.kind,
        media_type=original.media_type,
        **figures,
    )
    audit.record(
        f"file.{operation.value}ed", actor=owner, target=result, detail={"algorithm": plan.algorithm.name}
    )
    publish(ResultStored(result.pk, owner.pk, operation.value, plan.algorithm.name))
    return result


def _note_failure(
    owner: User,
    source: File,
    plan: Plan,
    operation: Operation,
    error: engine.EngineError,
    job: Job | None,
) -> None:
    compressing = operation == Operation.COMPRESS
    log.info("%s with %s failed: %s", operation, plan.algorithm.name, error.code)
    _note(
        owner,
        plan,
        operation,
        job,
        succeeded=False,
        error_code=error.code,
        content_sha256=source.sha256,
        content_kind=source.kind,
        media_type=source.media_type,
        original_size=source.size if compressing else None,
        compressed_size=None if compressing else source.size,
    )


def _note(owner: User, plan: Plan, operation: Operation, job: Job | None, **facts: Any) -> None:
    """Append an outcome to the ledger."""
    HistoryEntry.objects.create(
        owner=owner,
        operation=operation,
        algorithm=plan.algorithm.name,
        algorithm_version=plan.algorithm.version,
        **plan.settings(operation),
        machine=machine_id(),
        job_id=job.pk if job else None,
        **facts,
    )
