"""The parameters of an algorithm in words, from the JSON Schema that the API publishes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from compression.models import Algorithm
from core.formatting import DASH, count

# Of a text of bytes no more is shown: a dictionary is no reading.
LONGEST = 24


@dataclass(frozen=True)
class Parameter:
    """One parameter: what it may be, what it is where it is left out, and what a preset has fixed it to."""

    name: str
    title: str
    meaning: str
    values: str
    default: str
    fixed: str
    differs: bool


def of(codec: Algorithm, fixed: Mapping[str, Any] | None = None) -> list[Parameter]:
    """Return the parameters of a codec, with the values that a preset has given them."""
    known = codec.params_schema.get("properties", {})
    names = sorted(known, key=lambda name: name != "level")  # the main one first
    return [_parameter(name, known[name], fixed) for name in names]


def _parameter(name: str, declared: Mapping[str, Any], fixed: Mapping[str, Any] | None) -> Parameter:
    default = declared.get("default")
    own = (fixed or {}).get(name, default)
    return Parameter(
        name=name,
        title=declared.get("title", name),
        meaning=declared.get("description", ""),
        values=_values(declared),
        default=_word(default, declared),
        fixed=_word(own, declared) if fixed is not None else "",
        differs=fixed is not None and own != default,
    )


def _values(declared: Mapping[str, Any]) -> str:
    kind = declared.get("type")
    kinds = kind if isinstance(kind, list) else [kind]
    if "enum" in declared:
        return ", ".join(map(str, declared["enum"]))
    if "contentEncoding" in declared:
        return f"bytes, at most {count(declared['maxLength'] // 4 * 3)}; in the API as base64"
    if "boolean" in kinds:
        return "yes or no"
    if "integer" in kinds:
        numbers = f"{_number(declared['minimum'])} to {_number(declared['maximum'])}"
        return f"{numbers}, or left to the codec" if "null" in kinds else numbers
    return DASH


def _word(value: Any, declared: Mapping[str, Any]) -> str:
    if value is None:
        return "left to the codec"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if "contentEncoding" in declared:
        return f"{count(len(value) // 4 * 3)} bytes" if len(value) > LONGEST else value or "none"
    return _number(value) if isinstance(value, int) else str(value)


def _number(value: int) -> str:
    return str(value).replace("-", "−")
