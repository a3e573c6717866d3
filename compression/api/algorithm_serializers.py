"""Shapes of algorithms that staff make, and of their tests."""

from typing import Any

from rest_framework import serializers

from compression import rules
from compression.api.serializers import LastTestOut, Rounded
from core.api.strict import Strict


def _level() -> serializers.IntegerField:
    return serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=-(2**15),
        max_value=2**15,
        help_text="Within the codec's levels.",
    )


class PresetIn(Strict):
    """A codec with its settings fixed, under a name of its own."""

    name = rules.PRESET_NAME.serializer_field()
    algorithm = rules.ALGORITHM_NAME.serializer_field(help_text="The codec that it is made of.")
    level = _level()
    params = serializers.DictField(required=False, help_text="By the codec's JSON Schema.")
    title = rules.ALGORITHM_TITLE.serializer_field(required=False)
    description = rules.ALGORITHM_DESCRIPTION.serializer_field(required=False)


class AlgorithmChangeIn(Strict):
    """What changes; what is left out stays. Of a codec only the status can change."""

    status = rules.ALGORITHM_STATUS.serializer_field(required=False)
    title = rules.ALGORITHM_TITLE.serializer_field(required=False)
    description = rules.ALGORITHM_DESCRIPTION.serializer_field(required=False)
    level = _level()
    params = serializers.DictField(required=False)
    shared = serializers.BooleanField(
        required=False,
        help_text="Of one that somebody made: whether it is everybody's, or its owner's alone.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Something must change."""
        if not attrs:
            raise serializers.ValidationError("Name what is to change.", code="required")
        return attrs


class CaseOut(serializers.Serializer[Any]):
    """What came of one case."""

    name = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes of the input.")
    passed = serializers.BooleanField()
    ratio = Rounded(allow_null=True)
    error = serializers.CharField(allow_blank=True)


class TestOut(serializers.Serializer[Any]):
    """What came of the conformance set: round trips with edge cases, and damage that must be noticed."""

    algorithm = serializers.CharField()
    version = serializers.IntegerField()
    at = serializers.DateTimeField()
    passed = serializers.BooleanField()
    cases = CaseOut(many=True)


class LastReportOut(LastTestOut):
    """What the last conformance test gave, case by case."""

    cases = CaseOut(many=True)
