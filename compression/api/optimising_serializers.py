"""Shapes of optimisations."""

import base64
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from compression import rules
from compression.api.serializers import Rounded
from compression.optimising.choices import Ended, TrialKind
from compression.optimising.models import Optimisation, Strategy, Trial
from core.api.strict import Strict
from core.choices import JobStatus

BUDGET_LEAST_S, BUDGET_MOST_S, BUDGET_USUAL_S = 0.5, 3600.0, 30.0


class ConstraintsIn(Strict):
    """What the result has to keep to, on one core; 0 is no bound."""

    min_compress_mb_s = serializers.FloatField(required=False, min_value=0, max_value=1e6)
    min_decompress_mb_s = serializers.FloatField(required=False, min_value=0, max_value=1e6)
    max_memory_bytes = serializers.IntegerField(required=False, min_value=0, max_value=2**50)


class OptimiseIn(Strict):
    """A search for the best way to compress a stored file."""

    file = serializers.UUIDField()
    objective = rules.OBJECTIVE.serializer_field(required=False, help_text="That of the strategy without it.")
    time_budget_s = serializers.FloatField(
        required=False,
        default=BUDGET_USUAL_S,
        min_value=BUDGET_LEAST_S,
        max_value=BUDGET_MOST_S,
        help_text="Wall seconds for the search; compressing the file with what was found comes after it.",
    )
    constraints = ConstraintsIn(required=False)
    strategy = rules.ALGORITHM_NAME.serializer_field(
        required=False, help_text="How to go about it; the usual one without it."
    )
    seed = rules.SEED.serializer_field(required=False)


class IterateIn(OptimiseIn):
    """As an optimisation, with the number of searches."""

    iterations = rules.ROUNDS.serializer_field(
        required=False, help_text="Searches, one after the other; as many as the strategy says without it."
    )


class StrategyOut(serializers.ModelSerializer[Strategy]):
    """How to go about an optimisation."""

    iterations = serializers.IntegerField(source="rounds")

    class Meta:
        model = Strategy
        fields = ["name", "title", "description", "objective", "iterations", "max_trials", "enabled"]


class TrialOut(serializers.ModelSerializer[Trial]):
    """One thing that was tried: `trial` is a part on a sample, `plain` and `pipeline` are tried on the content."""

    kind = serializers.ChoiceField(choices=TrialKind.choices)
    ratio = Rounded(allow_null=True)
    compress_mb_s = Rounded(allow_null=True, help_text="By CPU time.")
    best_ratio = Rounded(allow_null=True, help_text="Of the best so far, on the content.")

    class Meta:
        model = Trial
        fields = [
            "number",
            "elapsed_s",
            "iteration",
            "kind",
            "subject",
            "candidate",
            "content",
            "size",
            "ratio",
            "compress_mb_s",
            "best_ratio",
        ]


class CandidateFiguresOut(serializers.Serializer[Any]):
    """A candidate with its figures on the first `content` bytes of the file, by CPU time."""

    algorithm = serializers.CharField()
    params = serializers.DictField(help_text="What `compress` takes to do the same to another file.")
    candidate = serializers.CharField(help_text="In words: its transforms, and what they end in.")
    content = serializers.IntegerField()
    compressed_size = serializers.IntegerField(source="size")
    ratio = Rounded(allow_null=True)
    compress_mb_s = Rounded(allow_null=True)
    decompress_mb_s = Rounded(allow_null=True)
    iteration = serializers.IntegerField(help_text="The search that found it; 0 for a plain codec.")
    elapsed_s = Rounded()
    reasons = serializers.ListField(child=serializers.CharField())


class OptimisationOut(serializers.ModelSerializer[Optimisation]):
    """An optimisation. `best` and `baseline` are those so far while it is under way."""

    file = serializers.UUIDField(source="file_id", allow_null=True)
    job = serializers.UUIDField(source="job_id", allow_null=True)
    status = serializers.SerializerMethodField(help_text="That of its job.")
    time_budget_s = serializers.FloatField(source="budget_s")
    iterations = serializers.IntegerField(source="rounds")
    ended_by = serializers.ChoiceField(source="ending", choices=Ended.choices, allow_blank=True)
    seconds = Rounded()
    best = serializers.SerializerMethodField()
    baseline = serializers.SerializerMethodField(help_text="The best plain codec.")
    output = serializers.UUIDField(source="result.output_id", default=None, allow_null=True)
    result = serializers.UUIDField(source="result_id", allow_null=True)
    algorithm_created = serializers.CharField(source="algorithm_created.name", default=None, allow_null=True)

    class Meta:
        model = Optimisation
        fields = [
            "id",
            "file",
            "file_name",
            "original_size",
            "objective",
            "time_budget_s",
            "constraints",
            "strategy",
            "iterations",
            "seed",
            "status",
            "ended_by",
            "seconds",
            "trials",
            "best",
            "baseline",
            "output",
            "result",
            "algorithm_created",
            "job",
            "created_at",
        ]

    def get_status(self, row: Optimisation) -> str:
        """Return the status of its job."""
        return row.job.status if row.job else JobStatus.CANCELLED

    @extend_schema_field(CandidateFiguresOut(allow_null=True))
    def get_best(self, row: Optimisation) -> dict[str, Any] | None:
        """Return the best so far, with the pipeline."""
        if row.best is None:
            return None
        packed = base64.b64encode(bytes(row.pipeline or b"")).decode()
        return _figures(row.best, "dcz", {"objective": row.objective, "pipeline": packed})

    @extend_schema_field(CandidateFiguresOut(allow_null=True))
    def get_baseline(self, row: Optimisation) -> dict[str, Any] | None:
        """Return the best plain codec so far."""
        return _figures(row.baseline, row.baseline["candidate"].split()[0], {}) if row.baseline else None


def _figures(found: dict[str, Any], algorithm: str, params: dict[str, Any]) -> dict[str, Any]:
    content, size = found["content"], found["size"]
    shown = {
        **found,
        "algorithm": algorithm,
        "params": params,
        "ratio": content / size if size else None,
        "compress_mb_s": _speed(content, found["encode_s"]),
        "decompress_mb_s": _speed(content, found["decode_s"]),
        "reasons": found.get("reasons", []),
    }
    body: dict[str, Any] = CandidateFiguresOut(shown).data
    return body


def _speed(content: int, seconds: float | None) -> float | None:
    return content / 1e6 / seconds if seconds else None


class OptimisationDetailOut(OptimisationOut):
    """An optimisation with its trace, of whose trials only the first hundreds are here. Its context has the trace."""

    trace = serializers.SerializerMethodField()

    class Meta(OptimisationOut.Meta):
        fields = [*OptimisationOut.Meta.fields, "trace"]

    @extend_schema_field(TrialOut(many=True))
    def get_trace(self, row: Optimisation) -> list[dict[str, Any]]:
        """Return what was tried, in order."""
        return list(TrialOut(self.context["trace"], many=True).data)
