"""Shapes of analytics, as they are asked for and published."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers

from compression.api.serializers import Rounded
from compression.choices import Operation
from compression.history.export import TYPES
from core.api.fields import BoundedListField
from core.api.strict import Strict
from files.choices import Kind
from metrics.analytics.rows import PERIODS, UNKNOWN
from metrics.api.history_asking import MomentField
from metrics.choices import USUAL_PERIOD

GROUPS = ("algorithm", "kind", "operation", "user", *PERIODS)


class AnalyticsIn(Strict):
    """What is asked for."""

    to = MomentField(
        required=False, help_text=f"Before when; now, where it is left out. {MomentField.__doc__}"
    )
    kind = serializers.ChoiceField(
        [*Kind.values, UNKNOWN], required=False, help_text="Of this kind of content alone."
    )
    algorithm = serializers.CharField(required=False, max_length=64, help_text="By this algorithm alone.")
    operation = serializers.ChoiceField(Operation.choices, required=False, help_text="This way alone.")
    group_by = BoundedListField(
        child=serializers.CharField(max_length=100),
        max_length=20,
        required=False,
        help_text=f"A row for each combination of these, by commas or each by itself: {', '.join(GROUPS)}; "
        "one of the periods at most, which are of UTC.",
    )
    format = serializers.ChoiceField(["json", *(kind for kind in TYPES if kind != "json")], default="json")

    def get_fields(self) -> dict[str, Any]:
        """Add the one whose name is a word of Python."""
        first = MomentField(required=False, help_text="From when; 30 days before `to`, where it is left out.")
        return {"from": first} | dict(super().get_fields())

    def validate_group_by(self, given: list[str]) -> list[str]:
        """Take lists apart and refuse what nothing is grouped by."""
        asked = list(
            dict.fromkeys(part.strip() for item in given for part in item.split(",") if part.strip())
        )
        for name in asked:
            if name not in GROUPS:
                detail = f"There is no grouping by “{name[:50]}”. Known: {', '.join(GROUPS)}."
                raise serializers.ValidationError(detail, "unknown_group")
        if sum(name in PERIODS for name in asked) > 1:
            raise serializers.ValidationError("One period at most.", "several_periods")
        return asked

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """Fill in the window and see that it has a length."""
        given.setdefault("to", timezone.now())
        given.setdefault("from", given["to"] - USUAL_PERIOD)
        if given["from"] >= given["to"]:
            raise serializers.ValidationError({"from": ["It is before `to`."]})
        return given


class PercentilesOut(serializers.Serializer[Any]):
    """What half and what 95 % of the values are at most; null where nothing was measured."""

    p50 = Rounded(allow_null=True)
    p95 = Rounded(allow_null=True)


class NumbersOut(serializers.Serializer[Any]):
    """What came of outcomes. All but `count` and `failures` is of those that succeeded."""

    count = serializers.IntegerField(help_text="All outcomes, failures too.")
    failures = serializers.IntegerField(help_text="By whoever's fault.")
    failure_rate = Rounded(allow_null=True)
    bytes_in = serializers.IntegerField(help_text="Original bytes.")
    bytes_out = serializers.IntegerField(help_text="Compressed bytes of the same.")
    ratio = Rounded(allow_null=True, help_text="Original bytes per compressed byte, of all together.")
    seconds_total = serializers.FloatField(help_text="Wall time of the codecs.")
    compress_mb_s = PercentilesOut(help_text="MB (10^6 bytes) of original data a second.")
    decompress_mb_s = PercentilesOut(
        help_text="The same; a compression that was verified was decompressed too."
    )
    seconds = PercentilesOut(help_text="Wall time of the codec for one of them.")


class AnalyticsRowOut(NumbersOut):
    """The outcomes of one combination; null is what they are not grouped by."""

    t = serializers.DateTimeField(
        allow_null=True, help_text="When the hour, day, week (on Monday) or month begins."
    )
    algorithm = serializers.CharField(allow_null=True)
    kind = serializers.CharField(allow_null=True, help_text="Kind of content; `unknown` where nobody looked.")
    operation = serializers.ChoiceField(Operation.choices, allow_null=True)
    user = serializers.CharField(allow_null=True, help_text="Null too where the account is no more.")

    def get_fields(self) -> dict[str, Any]:
        """What it is comes first."""
        fields = dict(super().get_fields())
        own = ("t", "algorithm", "kind", "operation", "user")
        return {name: fields.pop(name) for name in own} | fields


class AnalyticsOut(serializers.Serializer[Any]):
    """Exact at the moment of the call: what is in the ledger is in the numbers."""

    to = serializers.DateTimeField()
    group_by = serializers.ListField(child=serializers.ChoiceField(GROUPS))
    percentiles = serializers.ChoiceField(
        ["exact", "within 1 %"], help_text="Those of more than 100,000 outcomes are read from histograms."
    )
    total = NumbersOut()
    rows = AnalyticsRowOut(many=True)

    def get_fields(self) -> dict[str, Any]:
        """Add the one whose name is a word of Python."""
        return {"from": serializers.DateTimeField()} | dict(super().get_fields())
