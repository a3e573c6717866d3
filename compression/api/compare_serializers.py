"""Shapes of comparisons."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from compression import rules
from compression.api.serializers import InputIn, Rounded
from compression.choices import Ending
from compression.compare import figures
from compression.compare.figures import Row
from compression.compare.link import Offer, Sent, ranking
from compression.compare.models import Comparison
from compression.statistics import Estimate
from core.api.fields import BoundedListField
from core.api.strict import Strict

BUDGET_MAX_S = 3600
WISHES_MAX = 1000
LEVELS_MAX = 100


class WishIn(Strict):
    """An algorithm that takes part, with settings of its own."""

    algorithm = rules.ALGORITHM_NAME.serializer_field()
    level = serializers.IntegerField(required=False, allow_null=True, min_value=-(2**15), max_value=2**15)
    params = serializers.DictField(required=False)


NAME_OR_WISH = {"anyOf": [{"type": "string"}, {"$ref": "#/components/schemas/WishInRequest"}]}


@extend_schema_field(
    {
        "anyOf": [
            {"const": "all"},
            {"type": "array", "minItems": 1, "maxItems": WISHES_MAX, "items": NAME_OR_WISH},
        ]
    }
)
class AlgorithmsField(serializers.Field[Any, Any, Any, Any]):
    """`"all"`, or a list of names and of objects with settings."""

    default_error_messages = {
        "invalid": "Give “all”, or a list of names and of objects with algorithm, level, params."
    }

    def to_internal_value(self, data: Any) -> list[dict[str, Any]] | None:
        """Return the checked wishes, or None for all."""
        if data == "all":
            return None
        if not isinstance(data, list) or not data:
            self.fail("invalid")
        wishes = [{"algorithm": item} if isinstance(item, str) else item for item in data]
        found: list[dict[str, Any]] = BoundedListField(child=WishIn(), max_length=WISHES_MAX).run_validation(
            wishes
        )
        return found

    def to_representation(self, value: Any) -> Any:
        """Not used: this is a shape of requests."""
        return value


@extend_schema_field(
    {
        "anyOf": [
            {"enum": ["default", "all"]},
            {"type": "array", "minItems": 1, "maxItems": LEVELS_MAX, "items": {"type": "integer"}},
        ]
    }
)
class LevelsField(serializers.Field[Any, Any, Any, Any]):
    """`"default"`, `"all"`, or a list of levels."""

    default_error_messages = {"invalid": "Give “default”, “all”, or a list of whole numbers."}

    def to_internal_value(self, data: Any) -> Any:
        """Return the word or the list."""
        if data in ("default", "all"):
            return data
        whole = isinstance(data, list) and all(type(item) is int for item in data)
        if not whole or not 1 <= len(data) <= LEVELS_MAX:
            self.fail("invalid")
        return data

    def to_representation(self, value: Any) -> Any:
        """Not used: this is a shape of requests."""
        return value


class CompareIn(InputIn):
    """A comparison to make."""

    algorithms = AlgorithmsField(required=False, default=None, help_text="All, where it is left out.")
    levels = LevelsField(
        required=False,
        default="default",
        help_text="Levels of the algorithms that name none; those without such a level are left out.",
    )
    repetitions = rules.REPETITIONS.serializer_field(
        required=False,
        allow_null=True,
        default=None,
        help_text="Runs of each candidate; without it, until the intervals of its speeds are tight.",
    )
    budget_s = serializers.FloatField(
        required=False,
        allow_null=True,
        default=None,
        min_value=0.1,
        max_value=BUDGET_MAX_S,
        help_text="Wall seconds after which no new run begins; every candidate is run once in any case.",
    )
    seed = rules.SEED.serializer_field(
        required=False, allow_null=True, default=None, help_text="The order of the runs follows from it."
    )


class IntervalOut(serializers.Serializer[Estimate]):
    """The 95 % interval of a figure."""

    low = Rounded(allow_null=True)
    high = Rounded(allow_null=True)


class FailureOut(serializers.Serializer[Any]):
    """Why a candidate has no figures."""

    code = serializers.CharField(source="error_code")
    detail = serializers.CharField(source="error")


class CandidateOut(serializers.Serializer[Row]):
    """A candidate. Speeds are by wall time, `*_cpu_*` by CPU time; the sizes are the same in each run, and verified."""

    algorithm = serializers.CharField(source="measurement.algorithm.name")
    version = serializers.IntegerField(source="measurement.algorithm_version")
    level = serializers.IntegerField(source="measurement.level", allow_null=True)
    params = serializers.DictField(source="measurement.params")
    compressed_size = serializers.IntegerField(source="measurement.compressed_size", allow_null=True)
    ratio = Rounded(allow_null=True)
    compress_seconds = Rounded(source="compress_s", allow_null=True)
    compress_mb_s = Rounded(source="compress.value", default=None, allow_null=True)
    compress_mb_s_interval = IntervalOut(source="compress", allow_null=True)
    compress_cpu_mb_s = Rounded(source="compress_cpu.value", default=None, allow_null=True)
    compress_cpu_mb_s_interval = IntervalOut(source="compress_cpu", allow_null=True)
    decompress_seconds = Rounded(source="decompress_s", allow_null=True)
    decompress_mb_s = Rounded(source="decompress.value", default=None, allow_null=True)
    decompress_mb_s_interval = IntervalOut(source="decompress", allow_null=True)
    decompress_cpu_mb_s = Rounded(source="decompress_cpu.value", default=None, allow_null=True)
    decompress_cpu_mb_s_interval = IntervalOut(source="decompress_cpu", allow_null=True)
    peak_memory_bytes = serializers.IntegerField(source="measurement.peak_memory_bytes", allow_null=True)
    repetitions = serializers.IntegerField()
    tight = serializers.BooleanField(help_text="The intervals are within 5 % of the speeds.")
    pareto = serializers.BooleanField(
        help_text="No other one is as good in ratio and both speeds and better in one of them."
    )
    error = serializers.SerializerMethodField()

    def get_error(self, row: Row) -> dict[str, str] | None:
        """Why it failed, if it did."""
        found: Any = FailureOut(row.measurement).data
        return found if row.failed else None


class BreakEvenOut(serializers.Serializer[Any]):
    """At this bandwidth two winners take the same time."""

    bandwidth_mbit_s = Rounded()
    slower_link = serializers.CharField(help_text="Who wins on slower links.")
    faster_link = serializers.CharField(help_text="Who wins on faster links.")


class BreakEvensOut(serializers.Serializer[Any]):
    """Where the winner changes, the slowest link first; “as it is” stands for no compression."""

    sent_once = BreakEvenOut(many=True)
    sent_many = BreakEvenOut(many=True)


class RankedOut(serializers.Serializer[Any]):
    """A candidate on one link."""

    rank = serializers.IntegerField()
    candidate = serializers.CharField()
    algorithm = serializers.CharField(allow_null=True, help_text="Null for the input as it is.")
    level = serializers.IntegerField(allow_null=True)
    seconds = Rounded()


class LinkOut(serializers.Serializer[Any]):
    """The candidates on one link, the soonest first: compress + transfer + decompress."""

    bandwidth_mbit_s = Rounded()
    sent = serializers.ChoiceField(choices=[item.value for item in Sent])
    ranking = RankedOut(many=True)


class EnvironmentOut(serializers.Serializer[Any]):
    """Where it was measured; the loads are processes that wanted to run, over the last minute."""

    machine = serializers.CharField()
    cores = serializers.IntegerField()
    load_before = Rounded()
    load_after = Rounded()


class ComparisonRowOut(serializers.ModelSerializer[Comparison]):
    """A comparison in a list."""

    file = serializers.UUIDField(source="file_id", allow_null=True)
    job = serializers.UUIDField(source="job_id", allow_null=True)
    candidates = serializers.IntegerField()
    smallest_size = serializers.IntegerField(allow_null=True)
    checksum = serializers.CharField(source="content_sha256")

    class Meta:
        model = Comparison
        fields = [
            "id",
            "file",
            "file_name",
            "content_kind",
            "original_size",
            "checksum",
            "candidates",
            "smallest_size",
            "job",
            "created_at",
        ]


class ComparisonOut(serializers.ModelSerializer[Comparison]):
    """A comparison with all its candidates. With a bandwidth in the address, `link` ranks them for it."""

    file = serializers.UUIDField(source="file_id", allow_null=True)
    job = serializers.UUIDField(source="job_id", allow_null=True)
    checksum = serializers.CharField(source="content_sha256")
    seconds = Rounded()
    ended_by = serializers.ChoiceField(source="ending", choices=Ending.choices)
    environment = EnvironmentOut()
    results = CandidateOut(many=True)
    break_even = BreakEvensOut()
    link = LinkOut(allow_null=True)

    class Meta:
        model = Comparison
        fields = [
            "id",
            "file",
            "file_name",
            "content_kind",
            "original_size",
            "checksum",
            "seed",
            "repetitions",
            "budget_s",
            "seconds",
            "ended_by",
            "environment",
            "results",
            "break_even",
            "link",
            "job",
            "created_at",
        ]

    def to_representation(self, instance: Comparison) -> dict[str, Any]:
        """Work the figures out once and show them."""
        found = figures.rows(instance)
        shown: Any = instance
        shown.results = found
        shown.break_even = {f"sent_{sent}": _break_evens(instance, found, sent) for sent in Sent}
        shown.link = self._link(instance, found)
        body: dict[str, Any] = super().to_representation(shown)
        return body

    def _link(self, comparison: Comparison, found: list[Row]) -> dict[str, Any] | None:
        mbit_s, sent = self.context.get("bandwidth_mbit_s"), self.context.get("sent", Sent.ONCE)
        if mbit_s is None:
            return None
        ordered = ranking(figures.offers(comparison, found), mbit_s, sent)
        by_key = {row.key: row for row in found}
        ranks = [_ranked(rank, offer, by_key, mbit_s, sent) for rank, offer in enumerate(ordered, 1)]
        return {"bandwidth_mbit_s": mbit_s, "sent": sent.value, "ranking": ranks}


def _break_evens(comparison: Comparison, found: list[Row], sent: Sent) -> list[dict[str, Any]]:
    names = figures.names(found)
    return [
        {
            "bandwidth_mbit_s": item.mbit_s,
            "slower_link": names[item.slower.key],
            "faster_link": names[item.faster.key],
        }
        for item in figures.winners(comparison, found, sent)
    ]


def _ranked(rank: int, offer: Offer, rows: dict[str, Row], mbit_s: float, sent: Sent) -> dict[str, Any]:
    row = rows.get(offer.key)
    return {
        "rank": rank,
        "candidate": row.name if row else figures.AS_IT_IS,
        "algorithm": row.measurement.algorithm.name if row else None,
        "level": row.measurement.level if row else None,
        "seconds": offer.seconds(mbit_s, sent),
    }
