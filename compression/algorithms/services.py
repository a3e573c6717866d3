"""All writes of algorithms that people make: presets composed, changed, tested, deleted."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from compression import conformance, planning
from compression.algorithms.life import settings_open
from compression.choices import AlgorithmKind, AlgorithmStatus
from compression.completion import TooLongForNow, plain_completion
from compression.conformance import Case
from compression.engine.codecs import Codec
from compression.engine.errors import Stopped
from compression.events import AlgorithmChanged
from compression.models import Algorithm, AlgorithmVersion, HistoryEntry
from compression.services import algorithm_set_status
from core import audit
from core.errors import Conflict, FieldError, Unprocessable
from core.events import publish
from core.jobs import JobContext, enqueue
from core.models import Job

if TYPE_CHECKING:
    from accounts.models import User

KIND = "test_algorithm"
NO_PARAMS: dict[str, Any] = {"type": "object", "properties": {}, "additionalProperties": False}


@audit.unaudited("reads only")
def facts_of(codec: Codec) -> dict[str, Any]:
    """Return what a dynamic algorithm takes over from its codec."""
    return {
        "family": codec.family,
        "colour": codec.colour,
        "streaming": codec.streaming,
        "lossless": codec.lossless,
        "file_extension": codec.extension,
        "media_type": codec.media_type,
        "params_schema": NO_PARAMS,
    }


def preset_create(
    *,
    actor: "User",
    name: str,
    algorithm: str,
    level: int | None = None,
    params: Mapping[str, Any] = {},
    title: str = "",
    description: str = "",
) -> Algorithm:
    """Compose a draft of the codec `algorithm` with its settings fixed; Conflict where the name is taken."""
    codec = _codec(actor, algorithm, level, params)
    try:
        with transaction.atomic():
            row = Algorithm.objects.create(
                name=name,
                title=title or name,
                description=description,
                kind=AlgorithmKind.DYNAMIC,
                status=AlgorithmStatus.DRAFT,
                config=codec.config(),
                **facts_of(codec),
            )
            AlgorithmVersion.objects.create(algorithm=row, version=row.version, config=row.config)
            audit.record("algorithm.created", actor=actor, target=row, detail={"of": algorithm})
            publish(AlgorithmChanged(row.name, row.status))
    except IntegrityError as error:
        detail = f"There is an algorithm “{name}” already. Choose another name."
        errors = [FieldError("name", "name_taken", detail)]
        raise Conflict(detail, code="name_taken", errors=errors) from error
    return row


def _codec(actor: "User", algorithm: str, level: int | None, params: Mapping[str, Any]) -> Codec:
    plan = planning.plan(algorithm, level, params, user=actor)
    if plan.algorithm.is_dynamic:
        detail = f"“{algorithm}” is composed itself. Name the codec that it is made of."
        raise Unprocessable(
            detail, code="not_a_codec", errors=[FieldError("algorithm", "not_a_codec", detail)]
        )
    return plan.codec


@transaction.atomic
def algorithm_change(*, algorithm: Algorithm, actor: "User", changes: Mapping[str, Any]) -> Algorithm:
    """Change what `changes` names: title, description, level, params of a preset, and the status of any.

    Other settings make a new version, and only while it is a draft or tested: what people use does not change under
    them. Unprocessable for what comes with the engine, Conflict for what its state does not allow.
    """
    row = Algorithm.objects.select_for_update().get(pk=algorithm.pk)
    texts = {name: changes[name] for name in ("title", "description") if name in changes}
    config = {name: changes[name] for name in ("level", "params") if name in changes}
    if (texts or config) and not row.is_dynamic:
        field = next(iter({**texts, **config}))
        detail = f"The {field} of a codec comes with the engine; only its status is decided here."
        raise Unprocessable(detail, code="fixed", errors=[FieldError(field, "fixed", detail)])
    if config:
        _compose_anew(row, config)
    if texts or config:
        for name, value in texts.items():
            setattr(row, name, value)
        row.save()
        audit.record(
            "algorithm.changed", actor=actor, target=row, detail={"fields": sorted({*texts, *config})}
        )
        publish(AlgorithmChanged(row.name, row.status))
    if "status" in changes:
        row = algorithm_set_status(algorithm=row, status=AlgorithmStatus(changes["status"]), actor=actor)
    return row


def _compose_anew(row: Algorithm, settings_: Mapping[str, Any]) -> None:
    """Give a preset other settings, and its next version."""
    if not settings_open(row):
        raise Conflict(
            f"“{row.name}” is {row.get_status_display().lower()}: its settings are fixed. Disable it and take it back "
            "to testing first, or make another preset.",
            code="settings_fixed",
        )
    known: dict[str, Any] = dict(row.config or {})
    base, level = known.pop("id"), known.pop("level", None)
    codec = planning.codec_of(
        Algorithm.objects.get(name=base), settings_.get("level", level), settings_.get("params", known)
    )
    if codec.config() != row.config:
        row.config, row.version = codec.config(), row.version + 1
        AlgorithmVersion.objects.create(algorithm=row, version=row.version, config=row.config)


@transaction.atomic
def algorithm_delete(*, algorithm: Algorithm, actor: "User") -> None:
    """Delete a draft that was never used; Conflict, with the way out, for any other."""
    row = Algorithm.objects.select_for_update().get(pk=algorithm.pk)
    if not row.is_dynamic:
        raise Conflict(f"“{row.name}” comes with the engine. Disable it instead.", code="not_deletable")
    if row.status != AlgorithmStatus.DRAFT:
        raise Conflict(
            f"Only drafts can be deleted; “{row.name}” is {row.get_status_display().lower()}. Disable it instead: it "
            "takes no new work then, and what it made stays decodable.",
            code="not_deletable",
        )
    used = row.results.exists() or row.measurements.exists()
    if used or HistoryEntry.objects.filter(algorithm=row.name).exists():
        raise Conflict(
            f"“{row.name}” was used, and what it made must stay decodable. Disable it instead.",
            code="not_deletable",
        )
    audit.record("algorithm.deleted", actor=actor, target=row, detail={"name": row.name})
    row.delete()
    publish(AlgorithmChanged(row.name, "deleted"))


# Testing


@audit.unaudited("the test is audited where its outcome is kept")
def algorithm_test_request(*, algorithm: Algorithm, actor: "User") -> Job:
    """Have a worker take it through the conformance set."""
    return enqueue(
        KIND,
        owner=actor,
        subject=algorithm,
        title=f"Test {algorithm.name}",
        params={"algorithm": algorithm.name},
        total=len(_plans(algorithm)),
        unit="cases",
    )


@audit.unaudited("the test is audited where its outcome is kept")
def algorithm_test_job_run(ctx: JobContext) -> None:
    """Do the work of a `test_algorithm` job."""
    algorithm_test(algorithm=Algorithm.objects.get(name=ctx.params["algorithm"]), actor=ctx.owner, ctx=ctx)


def algorithm_test(*, algorithm: Algorithm, actor: "User", ctx: JobContext | None = None) -> dict[str, Any]:
    """Take the algorithm through the conformance set, keep what came of it and return it.

    Without a job it must be done within the time of calls that are answered at once; TooLongForNow beyond it.
    """
    plans, found = _plans(algorithm), list[Case]()

    def tell(number: int, plan: conformance.Plan) -> None:
        if ctx:
            ctx.check()
            ctx.progress(number, len(plans), unit="cases", message=plan.name)

    try:
        total_s = conformance.TOTAL_S if ctx else settings.INLINE_WALL_S
        found.extend(conformance.run(plans, total_s=total_s, on_case=tell))
    except Stopped as error:
        if ctx is None:
            raise TooLongForNow from error
        found.append(Case("time", 0, passed=False, ratio=None, error=str(error)))
    with ctx.completing() if ctx else plain_completion() as done:
        done.result = _keep(algorithm, actor, found)
    return done.result


def _plans(algorithm: Algorithm) -> list[conformance.Plan]:
    if not algorithm.available:
        raise Conflict(f"The engine of this installation does not know “{algorithm.name}” any more.")
    return conformance.cases(planning.codec_of(algorithm), fixed=algorithm.is_dynamic)


def _keep(algorithm: Algorithm, actor: "User", cases: Sequence[Case]) -> dict[str, Any]:
    """Keep the outcome beside the version that was tested; called within a transaction."""
    passed = all(case.passed for case in cases)
    report = {
        "algorithm": algorithm.name,
        "version": algorithm.version,
        "at": timezone.now().isoformat(),
        "passed": passed,
        "cases": [asdict(case) for case in cases],
    }
    Algorithm.objects.filter(pk=algorithm.pk).update(last_test=report)
    detail = {"passed": sum(case.passed for case in cases), "of": len(cases)}
    audit.record("algorithm.tested", actor=actor, target=algorithm, detail=detail)
    publish(AlgorithmChanged(algorithm.name, algorithm.status))
    return report
