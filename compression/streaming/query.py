"""What the address of a stream asks for: operation, algorithm, level, and each parameter by its name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from rest_framework import serializers

from compression import planning, rules
from compression.choices import Operation
from compression.models import Algorithm
from compression.planning import Plan
from core.api.parsers import check_json, parse_json
from core.errors import FieldError, Invalid, Unprocessable

if TYPE_CHECKING:
    from accounts.models import User


class StreamIn(serializers.Serializer[Any]):
    """What every stream may say; the other names are parameters of its algorithm."""

    operation = serializers.ChoiceField(choices=Operation.choices, default=Operation.COMPRESS)
    algorithm = rules.ALGORITHM_NAME.serializer_field(
        required=False, help_text="May be left out for decompress: the format is then found from the bytes."
    )
    level = serializers.IntegerField(
        required=False, min_value=-(2**15), max_value=2**15, help_text="Within the algorithm's levels."
    )
    params = serializers.CharField(
        required=False, help_text="A JSON object of the algorithm's parameters, beside those given by name."
    )
    verify = serializers.BooleanField(
        default=False,
        help_text="Decode again what is compressed, beside it; a difference ends the connection.",
    )
    hold = serializers.BooleanField(
        default=False,
        help_text="Begin the answer when all of the body has come, for clients that do not read while they send, such "
        "as browsers. What comes out before waits in a temporary file of a bounded size.",
    )


@dataclass(frozen=True)
class StreamQuery:
    """A checked query; `texts` are the parameters that were given by name, not yet read by their types."""

    operation: Operation
    algorithm: str | None = None
    level: int | None = None
    verify: bool = False
    hold: bool = False
    params: Mapping[str, Any] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)

    @property
    def decoding(self) -> bool:
        """Whether the original is what comes out."""
        return self.operation == Operation.DECOMPRESS

    def plan(self, name: str, user: "User") -> Plan:
        """Return the plan with an algorithm; Unprocessable where a parameter cannot be or it cannot stream."""
        return self._with(planning.find_algorithm(name, user=user, to_decode=self.decoding))

    def plan_detected(self, head: bytes) -> Plan:
        """Return the plan to decode what begins with `head`."""
        return self._with(planning.plan_detected(head, {}).algorithm)

    def _with(self, algorithm: Algorithm) -> Plan:
        params = {**self.params, **self._read(algorithm)}
        codec = planning.codec_of(algorithm, None if self.decoding else self.level, params)
        if not codec.streaming:
            detail = f"“{algorithm}” needs all of its input at once: use /compression/{self.operation}."
            raise Unprocessable(
                detail, code="not_streaming", errors=[FieldError("algorithm", "not_streaming", detail)]
            )
        return Plan(algorithm, codec)

    def _read(self, algorithm: Algorithm) -> dict[str, Any]:
        """The parameters given by name, as JSON values of their types; wrong ones are left to the codec to refuse."""
        declared = algorithm.params_schema.get("properties", {})
        return {name: _value(text, declared.get(name, {})) for name, text in self.texts.items()}


def parse(query: QueryDict) -> StreamQuery:
    """Return what the address asks for; Invalid where that is not well formed."""
    given = {name: str(value) for name, value in query.items()}
    form = StreamIn(data=given)
    form.is_valid(raise_exception=True)
    asked = dict(form.validated_data)
    texts = {name: value for name, value in given.items() if name not in form.fields}
    check_json(texts)
    asked["params"] = _object(asked["params"]) if "params" in asked else {}
    asked["operation"] = Operation(asked["operation"])
    if asked["operation"] == Operation.COMPRESS and "algorithm" not in asked:
        raise Invalid.field("algorithm", "Name the algorithm to compress with.", "required")
    return StreamQuery(**asked, texts=texts)


def _object(text: str) -> dict[str, Any]:
    found = parse_json(text, "params")
    if not isinstance(found, dict):
        raise Invalid.field("params", "Must be a JSON object.")
    return found


def _value(text: str, declared: Mapping[str, Any]) -> Any:
    """Return the JSON value that stands for `text` where a value as declared is expected."""
    if declared.get("type") == "string":
        return text
    try:
        return parse_json(text)
    except Invalid:
        return text
