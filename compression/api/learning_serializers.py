"""Shapes of learning in the API."""

from typing import Any

from rest_framework import serializers

from compression import rules
from compression.learning.models import LearningState
from core.api.strict import Strict


class LearnIn(Strict):
    """A wish to learn."""

    seed = rules.SEED.serializer_field(
        required=False, default=0, help_text="The same outcomes and seed give the same state."
    )


class StateOut(serializers.ModelSerializer[LearningState]):
    """A state: what it was made of, how it was judged, and what became of it."""

    based_on = serializers.IntegerField(
        source="parent.number", default=None, help_text="Number of the state that served when it was made."
    )
    lineage = serializers.JSONField(help_text="Outcomes used and refused, versions, seed.")
    figures = serializers.JSONField(
        help_text="On contents that it has not seen: `advantage` over the serving state and `improvement` rate, in "
        "logarithms of cost, `regret` before and after, as a share of the least cost, and `coverage` of intervals."
    )

    class Meta:
        model = LearningState
        fields = [
            "id",
            "number",
            "name",
            "status",
            "reason",
            "based_on",
            "outcomes",
            "action_set",
            "features_version",
            "lineage",
            "figures",
            "created_at",
            "served_at",
            "retired_at",
        ]


class RateOut(serializers.Serializer[Any]):
    """A rate with its interval of 95 %."""

    rate = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class ImprovementOut(RateOut):
    """The improvement rate: by how much regret, as a logarithm, falls each time that the number of outcomes doubles."""

    evaluated_on = serializers.IntegerField()


class RegretOut(serializers.Serializer[Any]):
    """Mean regret on what is held out, as a share of the least cost: of the state that served and of the new one."""

    before = serializers.FloatField()
    after = serializers.FloatField()


class ShortStateOut(serializers.Serializer[Any]):
    """Which state it is."""

    id = serializers.UUIDField()
    number = serializers.IntegerField()
    name = serializers.CharField()
    status = serializers.CharField()


class LearnedOut(serializers.Serializer[Any]):
    """What came of a training."""

    state = ShortStateOut()
    promoted = serializers.BooleanField()
    reason = serializers.CharField()
    outcomes = serializers.IntegerField()
    refused = serializers.DictField(child=serializers.IntegerField())
    evaluated_on = serializers.IntegerField()
    improvement = ImprovementOut(allow_null=True)
    control = RateOut(allow_null=True)
    over_control = RateOut(
        allow_null=True, help_text="By how much it is better than the same on shuffled figures."
    )
    advantage = RateOut(allow_null=True)
    regret = RegretOut(allow_null=True)
