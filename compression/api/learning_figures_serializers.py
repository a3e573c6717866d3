"""Shapes of the figures of learning in the API."""

from typing import Any

from rest_framework import serializers

from compression.api.learning_serializers import RateOut
from compression.learning.models import Outcome, OutcomeTrial


class ServingOut(serializers.Serializer[Any]):
    """The state that serves, and why: by how much it was better than the one before."""

    id = serializers.UUIDField()
    number = serializers.IntegerField()
    name = serializers.CharField()
    status = serializers.CharField()
    reason = serializers.CharField()
    outcomes = serializers.IntegerField()
    served_at = serializers.DateTimeField()
    based_on = serializers.IntegerField(allow_null=True)
    advantage = RateOut(allow_null=True)
    evaluated_on = serializers.IntegerField()


class CollectingOut(serializers.Serializer[Any]):
    """How much there is to learn from, and what is switched off."""

    outcomes = serializers.IntegerField()
    audits = serializers.IntegerField()
    held_out = serializers.IntegerField()
    held_out_needed = serializers.IntegerField()
    held_out_at_most = serializers.IntegerField()
    new_contents = serializers.IntegerField()
    training_after = serializers.IntegerField()
    switched_off = serializers.ListField(child=serializers.CharField())


class RatesOut(serializers.Serializer[Any]):
    """By how much regret falls each time that outcomes double: on what is held out, over audits, and the control."""

    state = serializers.IntegerField(allow_null=True)
    evaluated_on = serializers.IntegerField()
    hold_out = RateOut(allow_null=True)
    control = RateOut(allow_null=True)
    prequential = RateOut(allow_null=True)
    audits = serializers.IntegerField()


class HoldOutPointOut(serializers.Serializer[Any]):
    """A state on the contents held out: its mean regret as a share of the least cost, with its interval of 95 %."""

    state = serializers.IntegerField()
    outcomes = serializers.IntegerField()
    regret = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class AuditPointOut(serializers.Serializer[Any]):
    """The mean regret of the audits up to a moment."""

    audits = serializers.IntegerField()
    at = serializers.DateTimeField()
    mean_of = serializers.IntegerField()
    regret = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class RegretCurvesOut(serializers.Serializer[Any]):
    """Regret against outcomes."""

    hold_out = HoldOutPointOut(many=True)
    prequential = AuditPointOut(many=True)


class ShareOut(serializers.Serializer[Any]):
    """A share with its interval of 95 %."""

    share = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class SharesOut(serializers.Serializer[Any]):
    """Of what was predicted, by quantity, the share that came within its interval of 90 %."""

    ratio = ShareOut(required=False)
    compress_mb_s = ShareOut(required=False)
    decompress_mb_s = ShareOut(required=False)


class ActionSharesOut(SharesOut):
    """The same for one action."""

    action = serializers.CharField()
    contents = serializers.IntegerField()


class CoverageOut(serializers.Serializer[Any]):
    """Whether intervals hold, over audited contents that the state that serves had predicted."""

    contents = serializers.IntegerField()
    quantities = SharesOut()
    actions = ActionSharesOut(many=True)


class RatioPredictionOut(serializers.Serializer[Any]):
    """The ratio that was predicted for a run with its interval of 90 %, and the one that came."""

    outcome = serializers.UUIDField()
    kind = serializers.CharField()
    action = serializers.CharField()
    predicted = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()
    ratio = serializers.FloatField()
    inside = serializers.BooleanField()


class ActionWinsOut(serializers.Serializer[Any]):
    """On how many contents an action was the best of all."""

    action = serializers.CharField()
    contents = serializers.IntegerField()


class KindWinsOut(serializers.Serializer[Any]):
    """On how many contents of a kind each action was the best."""

    kind = serializers.CharField()
    contents = serializers.IntegerField()
    best = serializers.DictField(child=serializers.IntegerField())


class WinsOut(serializers.Serializer[Any]):
    """Which actions win where, over the newest audits."""

    objective = serializers.CharField()
    contents = serializers.IntegerField()
    actions = ActionWinsOut(many=True)
    kinds = KindWinsOut(many=True)


class DriftGroupOut(serializers.Serializer[Any]):
    """Some runs in a row: measured by predicted ratio, a geometric mean with its interval of 95 %."""

    at = serializers.DateTimeField()
    runs = serializers.IntegerField()
    inside = serializers.IntegerField()
    actual_by_predicted = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class DriftOut(serializers.Serializer[Any]):
    """Whether the state that serves predicts as well as it did."""

    state = serializers.IntegerField()
    runs = serializers.IntegerField()
    runs_needed = serializers.IntegerField()
    outside = ShareOut(allow_null=True)
    error_now = serializers.FloatField(allow_null=True)
    error_before = serializers.FloatField(allow_null=True)
    worse = serializers.BooleanField()
    over_time = DriftGroupOut(many=True)


class FiguresOut(serializers.Serializer[Any]):
    """What was learned: everything that the dashboard shows."""

    serving = ServingOut(allow_null=True)
    collecting = CollectingOut()
    improvement = RatesOut()
    weights = serializers.DictField(
        child=serializers.FloatField(), help_text="How much the regret of each objective counts."
    )
    regret = RegretCurvesOut()
    coverage = CoverageOut()
    predictions = RatioPredictionOut(many=True)
    wins = WinsOut()
    drift = DriftOut(allow_null=True)


class LearningTrialOut(serializers.ModelSerializer[OutcomeTrial]):
    """One action of an outcome; `predicted` has `[value, low, high]` for each quantity, with intervals of 90 %."""

    config = serializers.JSONField(allow_null=True)
    predicted = serializers.JSONField(allow_null=True)

    class Meta:
        model = OutcomeTrial
        fields = [
            "action",
            "config",
            "scope",
            "content_bytes",
            "sample_size",
            "sample_cpu_s",
            "size",
            "encode_s",
            "decode_s",
            "peak_memory_bytes",
            "error",
            "predicted",
        ]


class LearningOutcomeShort(serializers.ModelSerializer[Outcome]):
    """An outcome; `judged` is what the state that served would have chosen, with its regret, where all was measured."""

    state = serializers.IntegerField(
        source="state.number", default=None, help_text="Number of the state that served."
    )
    state_outcomes = serializers.IntegerField(
        source="state.outcomes", default=None, help_text="Outcomes that it had learned from."
    )
    judged = serializers.JSONField(allow_null=True)

    class Meta:
        model = Outcome
        fields = [
            "id",
            "created_at",
            "origin",
            "content_sha256",
            "source_sha256",
            "content_kind",
            "media_type",
            "offset",
            "size",
            "features_version",
            "action_set",
            "machine",
            "machine_factor",
            "state",
            "state_outcomes",
            "objective",
            "chosen",
            "judged",
            "cpu_seconds",
        ]


class LearningOutcomeOut(LearningOutcomeShort):
    """An outcome with its trials."""

    features = serializers.DictField(child=serializers.FloatField())
    trials = LearningTrialOut(many=True)

    class Meta(LearningOutcomeShort.Meta):
        fields = [*LearningOutcomeShort.Meta.fields, "features", "trials"]
