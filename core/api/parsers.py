"""Bodies: JSON without what no part of the platform can keep."""

import math
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.parsers import JSONParser

from core.errors import Invalid

MAX_DEPTH = 64


class StrictJSONParser(JSONParser):
    """JSON whose strings are storable text (no NUL, no lone surrogate) and that is not nested without end."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the parsed body; 400 for what is not such JSON."""
        try:
            data = super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise Invalid("The JSON is nested too deeply.") from None
        check_json(data)
        return data


def check_json(value: Any, depth: int = 0) -> None:
    """Raise Invalid for parsed JSON with text that cannot be kept, or nested without end."""
    if depth > MAX_DEPTH:
        raise Invalid("The JSON is nested too deeply.")
    if isinstance(value, str):
        check_text(value)
    elif isinstance(value, float) and not math.isfinite(value):
        raise Invalid("Numbers must be finite.")  # 1e999 is one that JSON can write and nobody can keep
    elif isinstance(value, dict):
        for name, inner in value.items():
            check_text(name)
            check_json(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            check_json(inner, depth + 1)


def check_text(value: str) -> None:
    """Raise Invalid for text that neither PostgreSQL nor UTF-8 can hold."""
    if "\x00" in value or not _encodable(value):
        raise Invalid("Text must be Unicode without NUL and without lone surrogates.", code="bad_text")


def _encodable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
