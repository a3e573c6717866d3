"""Shapes of recommendations."""

from collections.abc import Iterator
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from compression import rules
from compression.api.optimising_serializers import ConstraintsIn
from compression.api.serializers import InputIn, ResultDetailOut, Rounded
from compression.engine.isolation.recommend import BUDGET_MOST_S
from compression.engine.learning.actions import ACTIONS
from compression.engine.learning.deciding import BUDGET_S
from compression.engine.learning.recommended import Recommendation as Found
from compression.recommending.models import Recommendation

FIRST_STATE = 1
"""The number of the state that an installation begins with."""
LIMIT = 5


class RecommendedIn(InputIn):
    """What to recommend for, and what counts."""

    objective = rules.OBJECTIVE.serializer_field(required=False, default="ratio")
    constraints = ConstraintsIn(required=False)


class RecommendIn(RecommendedIn):
    """A wish for recommendations."""

    budget_ms = serializers.IntegerField(
        required=False,
        default=round(BUDGET_S * 1000),
        min_value=0,
        max_value=round(BUDGET_MOST_S * 1000),
        help_text="CPU milliseconds for deciding, trials on a sample among it; 0: nothing is tried.",
    )
    limit = serializers.IntegerField(
        required=False,
        default=LIMIT,
        min_value=1,
        max_value=len(ACTIONS) + 1,
        help_text="How many; the search is among them wherever it stands.",
    )


class ExpectedOut(serializers.Serializer[Any]):
    """A figure with the ends between which it will be in nine cases of ten; of memory, the least and most so far."""

    value = Rounded()
    low = Rounded()
    high = Rounded()


class PredictedOut(serializers.Serializer[Any]):
    """What is expected, by CPU time of one core."""

    ratio = ExpectedOut()
    compress_mb_s = ExpectedOut()
    decompress_mb_s = ExpectedOut()
    memory_bytes = ExpectedOut()


class SampledOut(serializers.Serializer[Any]):
    """What a trial on a sample gave."""

    bytes = serializers.IntegerField(help_text="Of the sample.")
    size = serializers.IntegerField(help_text="Compressed.")
    ratio = Rounded()
    cpu_seconds = Rounded(source="cpu_s")


class EntryOut(serializers.Serializer[Any]):
    """One way to compress it: `algorithm`, `level` and `params` are what `compress` takes."""

    rank = serializers.IntegerField()
    algorithm = serializers.CharField()
    level = serializers.IntegerField(allow_null=True)
    params = serializers.DictField()
    predicted = PredictedOut()
    reasons = serializers.ListField(child=serializers.CharField())
    misses = serializers.ListField(
        child=serializers.CharField(), help_text="Constraints that it is not expected to keep to."
    )
    tried = SampledOut(allow_null=True, help_text="Null where it is predicted from content like it alone.")
    search = serializers.BooleanField(
        help_text="Whether a pipeline is searched for: about 1 CPU second a MB."
    )


class ModelOut(serializers.Serializer[Any]):
    """Which state of learning predicted."""

    id = serializers.CharField(help_text="Its hash.")
    version = serializers.IntegerField(help_text="Its number.")


class ContentOut(serializers.Serializer[Any]):
    """What the content is."""

    kind = serializers.CharField()
    size = serializers.IntegerField()
    incompressible = serializers.BooleanField()
    words = serializers.CharField()


class RecommendationOut(serializers.ModelSerializer[Recommendation]):
    """What is recommended, the best first. Its context may have a `limit`."""

    model = serializers.SerializerMethodField()
    content = serializers.SerializerMethodField()
    recommendations = serializers.SerializerMethodField()
    file = serializers.UUIDField(source="file_id")
    cpu_seconds = Rounded(source="report.cpu_s")

    class Meta:
        model = Recommendation
        fields = [
            "id",
            "model",
            "file",
            "objective",
            "constraints",
            "content",
            "recommendations",
            "cpu_seconds",
            "created_at",
        ]

    @extend_schema_field(ModelOut())
    def get_model(self, row: Recommendation) -> dict[str, Any]:
        """Return the state that predicted."""
        return {"id": row.report["state"], "version": row.state.number if row.state else FIRST_STATE}

    @extend_schema_field(ContentOut())
    def get_content(self, row: Recommendation) -> dict[str, Any]:
        """Return what the content is."""
        found = row.found
        return {
            "kind": row.content_kind,
            "size": row.original_size,
            "incompressible": bool(found.incompressible),
            "words": found.incompressible or found.content,
        }

    @extend_schema_field(EntryOut(many=True))
    def get_recommendations(self, row: Recommendation) -> list[dict[str, Any]]:
        """Return the first entries."""
        entries = entries_of(row.found, self.context.get("limit", LIMIT))
        return list(EntryOut(list(entries), many=True).data)


class RecommendedResultOut(ResultDetailOut):
    """A compression that followed a recommendation."""

    recommendation = EntryOut(read_only=True)

    class Meta(ResultDetailOut.Meta):
        fields = [*ResultDetailOut.Meta.fields, "recommendation"]


def entries_of(found: Found, limit: int) -> Iterator[dict[str, Any]]:
    """Yield the first entries for `EntryOut`."""
    for rank, one in found.top(limit):
        yield {**vars(one), "rank": rank, "search": one.search}
