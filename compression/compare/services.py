"""All writes of comparisons."""

import os
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.db import transaction

from compression.choices import Ending, Operation
from compression.compare import selectors
from compression.compare.bench import Bench
from compression.compare.candidates import Wish, resolve
from compression.compare.measuring import Measuring, Rules, Track
from compression.compare.models import Comparison, Measurement
from compression.completion import TooLongForNow, plain_completion
from compression.engine import errors as engine
from compression.errors import translate
from compression.events import ComparisonDeleted, ComparisonStored
from compression.machine import machine_id
from compression.models import HistoryEntry
from compression.planning import Plan
from compression.selectors import input_of_job
from compression.statistics import typical
from core import audit
from core.events import publish
from core.jobs import JobContext, enqueue
from core.models import Job

if TYPE_CHECKING:
    from accounts.models import User
    from files.models import File

KIND = "compare"


@audit.unaudited("the comparison is audited where it is stored")
def comparison_request(*, owner: "User", source: "File", plans: Sequence[Plan], rules: Rules) -> Job:
    """Have a worker measure it."""
    count = f"{len(plans)} candidate{'' if len(plans) == 1 else 's'}"
    return enqueue(
        KIND,
        owner=owner,
        subject=source,
        title=f"Compare {count} on {source.name}",
        params={
            "file": str(source.pk),
            "candidates": [
                {"algorithm": plan.algorithm.name, "level": plan.level, "params": plan.params}
                for plan in plans
            ],
            "rules": asdict(rules),
        },
        total=len(plans),
        unit="candidates",
    )


@audit.unaudited("the comparison is audited where it is stored")
def comparison_job_run(ctx: JobContext) -> None:
    """Do the work of a `compare` job."""
    source = input_of_job(ctx.params["file"], ctx.owner)
    plans = resolve(ctx.owner, [Wish(**wish) for wish in ctx.params["candidates"]])
    comparison_make(owner=ctx.owner, source=source, plans=plans, rules=Rules(**ctx.params["rules"]), ctx=ctx)


@audit.unaudited("audits in _store")
def comparison_make(
    *, owner: "User", source: "File", plans: Sequence[Plan], rules: Rules, ctx: JobContext | None = None
) -> Comparison:
    """Measure the candidates on `source` and keep what came of it; under a job, with its end.

    Without a job it must be done within the limits of calls that are answered at once, and TooLongForNow is raised
    beyond them. A candidate that fails is kept with its error; AppError is raised for what is no candidate's fault.
    """
    bench = Bench(source, plans, ctx)
    load_before = os.getloadavg()[0]
    try:
        measuring, ending = bench.measure(rules)
    except engine.Stopped:
        if ctx is None:
            raise TooLongForNow from None
        ctx.check()
        raise
    except engine.EngineError as error:
        raise translate(error) from error
    environment = {
        "machine": machine_id(),
        "cores": os.cpu_count(),
        "load_before": load_before,
        "load_after": os.getloadavg()[0],
    }
    with ctx.completing() if ctx else plain_completion() as done:
        made = _store(owner, source, plans, rules, measuring, ending, environment, ctx.job if ctx else None)
        done.result = selectors.comparison_body(made)
    return made


def _store(
    owner: "User",
    source: "File",
    plans: Sequence[Plan],
    rules: Rules,
    measuring: Measuring,
    ending: Ending,
    environment: dict[str, Any],
    job: Job | None,
) -> Comparison:
    """Keep the comparison, its measurements and their outcomes; called within a transaction."""
    made = Comparison.objects.create(
        owner=owner,
        file=source,
        file_name=source.name,
        content_sha256=source.sha256,
        content_kind=source.kind,
        original_size=source.size,
        **asdict(rules),
        seconds=measuring.seconds,
        ending=ending,
        environment=environment,
        job=job,
    )
    pairs = list(zip(plans, measuring.tracks, strict=True))
    Measurement.objects.bulk_create(
        _measurement(made, position, plan, track) for position, (plan, track) in enumerate(pairs)
    )
    HistoryEntry.objects.bulk_create(
        _outcome(made, source, plan, track, environment["machine"]) for plan, track in pairs
    )
    audit.record("file.compared", actor=owner, target=made, detail={"candidates": len(plans)})
    names = tuple(sorted({plan.algorithm.name for plan in plans}))
    publish(ComparisonStored(made.pk, owner.pk, names))
    return made


def _measurement(made: Comparison, position: int, plan: Plan, track: Track) -> Measurement:
    """The row of one candidate."""
    return Measurement(
        comparison=made,
        position=position,
        algorithm=plan.algorithm,
        algorithm_version=plan.algorithm.version,
        level=plan.level,
        params=plan.params,
        compressed_size=track.samples[0].size if track.samples else None,
        compress_seconds=[sample.compress_s for sample in track.samples],
        compress_cpu_seconds=[sample.compress_cpu_s for sample in track.samples],
        decompress_seconds=[sample.decompress_s for sample in track.samples],
        decompress_cpu_seconds=[sample.decompress_cpu_s for sample in track.samples],
        peak_memory_bytes=max((sample.peak_memory for sample in track.samples), default=None),
        error_code=track.error.code if track.error else "",
        error=translate(track.error).detail if track.error else "",
    )


def _outcome(made: Comparison, source: "File", plan: Plan, track: Track, machine: str) -> HistoryEntry:
    """The row of the ledger for one candidate: a typical run, or its failure."""
    measured: dict[str, Any] = {}
    if track.error is None:
        names = ("compress", "compress_cpu", "decompress", "decompress_cpu")
        measured = {f"{name}_seconds": typical(track.of(f"{name}_s")).value for name in names}
        measured["compressed_size"] = track.samples[0].size
        measured["peak_memory_bytes"] = max(sample.peak_memory for sample in track.samples)
    return HistoryEntry(
        owner=made.owner,
        operation=Operation.COMPRESS,
        algorithm=plan.algorithm.name,
        algorithm_version=plan.algorithm.version,
        level=plan.level,
        params=plan.params,
        content_sha256=source.sha256,
        content_kind=source.kind,
        media_type=source.media_type,
        original_size=source.size,
        machine=machine,
        succeeded=track.error is None,
        error_code=track.error.code if track.error else "",
        repetitions=max(1, len(track.samples)),
        comparison_id=made.pk,
        job_id=made.job_id,
        **measured,
    )


@transaction.atomic
def comparison_delete(*, comparison: Comparison, actor: "User") -> None:
    """Delete a comparison with its measurements; what it taught stays in the ledger of outcomes."""
    audit.record("comparison.deleted", actor=actor, target=comparison, detail={"file": comparison.file_name})
    publish(ComparisonDeleted(comparison.pk, comparison.owner_id))
    comparison.delete()
