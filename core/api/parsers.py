"""Bodies: JSON without what no part of the platform can keep."""

import json
import math
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.parsers import BaseParser, JSONParser

from core.errors import Invalid, TooLarge

MAX_DEPTH = 64


class StrictJSONParser(JSONParser):
    """JSON of a bounded size, whose text can be stored and whose numbers are finite, not nested without end."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the parsed body; 400 for what is not such JSON, 413 for too much of it."""
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise TooLarge(f"A JSON body may have {limit} bytes. Upload large content as a file.")
        return parse_json(body)


class NoParser(BaseParser):
    """Leaves the body unread, of whatever type it is: the view takes it as it comes."""

    media_type = "*/*"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return no fields."""
        return {}


def parse_json(text: bytes | str) -> Any:
    """Return parsed JSON; raise Invalid for what is no JSON, or none that can be kept."""
    try:
        data = json.loads(text.decode() if isinstance(text, bytes) else text, parse_constant=_refuse)
    except UnicodeDecodeError:
        raise Invalid("The body is not UTF-8.", code="parse_error") from None
    except RecursionError:
        raise Invalid("The JSON is nested too deeply.", code="parse_error") from None
    except ValueError as error:
        raise Invalid(f"The JSON is malformed: {error}", code="parse_error") from None
    check_json(data)
    return data


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not a JSON value")


def check_json(value: Any, depth: int = 0) -> None:
    """Raise Invalid for parsed JSON with text or numbers that cannot be kept, or nested without end."""
    if depth > MAX_DEPTH:
        raise Invalid("The JSON is nested too deeply.")
    if isinstance(value, str):
        check_text(value)
    elif isinstance(value, float) and not math.isfinite(value):
        raise Invalid("A number is too large.", code="bad_number")
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
