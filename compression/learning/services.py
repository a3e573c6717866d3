"""All writes of outcomes; those of states are in `states`, of settings in `tuning`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from compression.engine.learning.outcomes import Outcome as Found
from compression.engine.learning.outcomes import Trial
from compression.learning.choices import Origin, Scope
from compression.learning.models import HeldOut, LearningState, Outcome, OutcomeTrial
from compression.machine import machine_id
from core import audit

Predicted = Mapping[str, dict[str, Any]]
"""By action: `{quantity: [value, low, high]}`."""


@dataclass(frozen=True)
class Facts:
    """What an outcome comes of, beside what was measured; see the columns of `Outcome`."""

    origin: Origin
    source_id: UUID
    source_sha256: str
    offset: int
    owner_id: UUID | None = None
    media_type: str = ""
    state: LearningState | None = None
    objective: str = ""
    chosen: str = ""
    judged: Mapping[str, Any] | None = None
    cpu_seconds: float = 0.0


@dataclass(frozen=True)
class Run:
    """What came of an action on a whole file, or the first `part` of one; see the columns of `OutcomeTrial`."""

    action: str
    config: Mapping[str, Any] | None
    content_bytes: int
    size: int | None = None
    encode_s: float | None = None
    decode_s: float | None = None
    peak_memory_bytes: int | None = None
    error: str = ""
    part: bool = False


@audit.unaudited("a ledger of what was measured; nobody asks for it")
def outcome_record(
    *, found: Found, facts: Facts, predicted: Mapping[str, dict[str, Any]] = {}, runs: Sequence[Run] = ()
) -> Outcome | None:
    """Write down an outcome with its trials, all or nothing; None where this source has written it before."""
    try:
        with transaction.atomic():
            row = _outcome(found, facts)
            rows = [
                *(_measured(row, found, trial, predicted) for trial in found.trials.values()),
                *(_run(row, run, predicted) for run in runs),
            ]
            for position, trial in enumerate(rows):
                trial.position = position
            OutcomeTrial.objects.bulk_create(rows)
            return row
    except IntegrityError:
        if _known(found, facts):
            return None
        raise


def _known(found: Found, facts: Facts) -> bool:
    key = {"origin": facts.origin, "source_id": facts.source_id, "offset": facts.offset}
    return Outcome.objects.filter(**key).exists()


def _outcome(found: Found, facts: Facts) -> Outcome:
    return Outcome.objects.create(
        owner_id=facts.owner_id,
        origin=facts.origin,
        source_id=facts.source_id,
        content_sha256=found.content,
        source_sha256=facts.source_sha256,
        content_kind=found.kind,
        media_type=facts.media_type,
        offset=facts.offset,
        size=found.size,
        features=dict(found.features),
        features_version=found.features_version,
        action_set=found.action_set,
        machine=machine_id(),
        machine_factor=found.machine,
        state=facts.state,
        objective=facts.objective,
        chosen=facts.chosen,
        judged=facts.judged,
        cpu_seconds=facts.cpu_seconds,
    )


def _measured(row: Outcome, found: Found, trial: Trial, predicted: Predicted) -> OutcomeTrial:
    sampled = trial.size is None and not trial.error
    return OutcomeTrial(
        outcome=row,
        action=trial.action,
        scope=Scope.SAMPLE if sampled else Scope.CHUNK,
        content_bytes=found.sample if sampled else found.size,
        sample_size=trial.sample_size,
        sample_cpu_s=trial.sample_cpu_s,
        size=trial.size,
        encode_s=trial.encode_s,
        decode_s=trial.decode_s,
        error=trial.error,
        predicted=predicted.get(trial.action),
    )


def _run(row: Outcome, run: Run, predicted: Predicted) -> OutcomeTrial:
    return OutcomeTrial(
        outcome=row,
        action=run.action,
        config=run.config,
        scope=Scope.PART if run.part else Scope.FILE,
        content_bytes=run.content_bytes,
        size=run.size,
        encode_s=run.encode_s,
        decode_s=run.decode_s,
        peak_memory_bytes=run.peak_memory_bytes,
        error=run.error,
        # What was predicted is about the chunk: of a file that is more than that it says nothing.
        predicted=predicted.get(run.action) if run.content_bytes == row.size else None,
    )


@audit.unaudited("a hash, drawn by chance")
def content_hold_out(*, source_sha256: str) -> None:
    """Hold a content out of all training, for ever."""
    HeldOut.objects.bulk_create([HeldOut(source_sha256=source_sha256)], ignore_conflicts=True)
