"""Shapes of outcomes, and of what they say of an algorithm."""

from typing import Any

from rest_framework import serializers

from compression.api.algorithm_serializers import LastReportOut
from compression.api.recommending_serializers import ExpectedOut
from compression.api.serializers import AlgorithmOut, CompositionOut, Rounded
from compression.history.viability import Verdict
from compression.models import HistoryEntry
from compression.statistics import Estimate


class OutcomeOut(serializers.ModelSerializer[HistoryEntry]):
    """What came of a codec at work once. A candidate of a comparison is one outcome, of all its repetitions."""

    ratio = Rounded(allow_null=True, read_only=True)
    compress_seconds = Rounded(allow_null=True)
    compress_mb_s = Rounded(allow_null=True, read_only=True)
    decompress_seconds = Rounded(allow_null=True)
    decompress_mb_s = Rounded(allow_null=True, read_only=True)
    kind = serializers.CharField(source="content_kind")
    result = serializers.UUIDField(source="result_id", allow_null=True)
    comparison = serializers.UUIDField(source="comparison_id", allow_null=True)
    job = serializers.UUIDField(source="job_id", allow_null=True)

    class Meta:
        model = HistoryEntry
        fields = [
            "id",
            "created_at",
            "operation",
            "algorithm",
            "algorithm_version",
            "level",
            "params",
            "content_sha256",
            "kind",
            "media_type",
            "original_size",
            "compressed_size",
            "ratio",
            "compress_seconds",
            "compress_mb_s",
            "decompress_seconds",
            "decompress_mb_s",
            "peak_memory_bytes",
            "repetitions",
            "machine",
            "succeeded",
            "error_code",
            "result",
            "comparison",
            "job",
        ]


class EstimateOut(serializers.Serializer[Estimate]):
    """A figure with its 95 % interval (null where so few values have none), and of how many contents it is made."""

    value = Rounded()
    low = Rounded(allow_null=True)
    high = Rounded(allow_null=True)
    n = serializers.IntegerField()


class SpeedsOut(serializers.Serializer[Any]):
    """How fast it was on half and on 95 % of the contents, in MB/s.

    Their intervals suppose nothing about how speeds vary: that of `p50` needs 6 contents, the upper end of `p95` 72.
    """

    p50 = EstimateOut(allow_null=True)
    p95 = EstimateOut(allow_null=True)


class PartOut(serializers.Serializer[Any]):
    """Figures over distinct contents."""

    contents = serializers.IntegerField()
    ratio = EstimateOut(allow_null=True, help_text="Geometric mean.")
    compress_mb_s = SpeedsOut(source="compress")
    decompress_mb_s = SpeedsOut(source="decompress")


class LevelOut(PartOut):
    """Figures of one level."""

    level = serializers.IntegerField()


class KindOut(serializers.Serializer[Any]):
    """Figures on contents of one kind."""

    kind = serializers.CharField()
    contents = serializers.IntegerField()
    ratio = EstimateOut(allow_null=True)
    compress_mb_s = EstimateOut(allow_null=True, help_text="Median.")
    decompress_mb_s = EstimateOut(allow_null=True, help_text="Median.")
    failure_rate = EstimateOut(allow_null=True)


class StatisticsOut(serializers.Serializer[Any]):
    """What was measured of an algorithm on this platform, over everybody's outcomes on its latest 1,000 contents."""

    contents = serializers.IntegerField(source="measured.contents")
    ratio = EstimateOut(source="measured.ratio", allow_null=True, help_text="Geometric mean.")
    compress_mb_s = SpeedsOut(source="measured.compress")
    decompress_mb_s = SpeedsOut(source="measured.decompress")
    runs = serializers.IntegerField(help_text="All outcomes.")
    failures = serializers.IntegerField(help_text="All outcomes that failed, by whoever's fault.")
    failure_rate = EstimateOut(
        source="overall.failure_rate",
        allow_null=True,
        help_text="Share of contents on which it failed by its own fault.",
    )
    by_level = LevelOut(many=True)
    by_kind = KindOut(many=True, source="kinds")


class ViabilityOut(serializers.Serializer[Any]):
    """How well an algorithm serves a kind of content, over distinct contents (by hash) and everybody's outcomes.

    A content counts as compared where another algorithm than `store` was tried on it too.
    """

    kind = serializers.CharField(allow_null=True, help_text="Null: all kinds.")
    contents = serializers.IntegerField(help_text="Distinct contents that it was tried on.")
    compared = serializers.IntegerField(help_text="Those on which others were tried too.")
    verdict = serializers.ChoiceField(
        choices=[item.value for item in Verdict],
        help_text=(
            "good: on most compared contents it is on the Pareto front (the interval lies above one half); poor: on "
            "most it is not, or it fails; undecided: the interval includes one half; too_few: fewer than 5 compared "
            "contents."
        ),
    )
    pareto = EstimateOut(
        allow_null=True,
        help_text="Share of compared contents on which one of its settings is on the front of ratio and both speeds.",
    )
    near_best = EstimateOut(
        allow_null=True, help_text="Share on which its smallest output is within 5 % of the smallest known."
    )
    relative_size = EstimateOut(
        allow_null=True, help_text="Its smallest output by the smallest known; geometric mean, 1 is the best."
    )
    relative_compress = EstimateOut(
        allow_null=True,
        help_text="Its compression speed by that of the others on the same content and machine.",
    )
    relative_decompress = EstimateOut(allow_null=True, help_text="The same for decompression.")
    failure_rate = EstimateOut(
        allow_null=True, help_text="Share of contents on which it failed by its own fault."
    )
    ratio = EstimateOut(allow_null=True, help_text="Geometric mean; from 2 contents on it has an interval.")
    compress_mb_s = EstimateOut(
        allow_null=True,
        help_text="Median; from 6 contents on it has an interval, which supposes nothing of how speeds vary.",
    )
    decompress_mb_s = EstimateOut(allow_null=True, help_text="The same for decompression.")


class ViableOut(serializers.Serializer[Any]):
    """What is predicted for one objective."""

    action = serializers.CharField(help_text="The settings of the algorithm that are expected to serve best.")
    ratio = ExpectedOut()
    regret = ExpectedOut(help_text="By how much worse than the best of all: 0.02 is 2 %.")


class KindPredictionOut(serializers.Serializer[Any]):
    """What the state that serves predicts for the typical content of a kind: the median of each feature."""

    contents = serializers.IntegerField(help_text="Distinct contents whose features are known.")
    why = serializers.CharField(help_text="Why there are no figures; empty where there are.")
    ratio = ViableOut(allow_null=True, help_text="For the objective `ratio`.")
    balanced = ViableOut(allow_null=True, help_text="For the objective `balanced`, on this machine.")


class AlgorithmViabilityOut(ViabilityOut):
    """The viability of an algorithm for a kind of content; without a kind for all, and for each by itself."""

    algorithm = serializers.CharField()
    predicted = KindPredictionOut()
    by_kind = ViabilityOut(many=True)
    made_at = serializers.DateTimeField(
        help_text="When it was summed up; new outcomes of the algorithm renew it."
    )


class VersionOut(CompositionOut):
    """The settings of one version."""

    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class AlgorithmDetailOut(AlgorithmOut):
    """An algorithm with what was measured of it, and all that its last test gave."""

    last_test = LastReportOut(allow_null=True, read_only=True)
    versions = VersionOut(
        many=True, source="past", read_only=True, help_text="Of a dynamic one, the latest first."
    )
    statistics = StatisticsOut(read_only=True)

    class Meta(AlgorithmOut.Meta):
        fields = [*AlgorithmOut.Meta.fields, "versions", "statistics"]
