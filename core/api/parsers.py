"""Bodies: JSON without what no part of the platform can keep."""

import json
import math
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.parsers import BaseParser, JSONParser

from core.errors import FieldError, Invalid, TooLarge
from core.text import storable

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


def parse_json(text: bytes | str, field: str = "") -> Any:
    """Return parsed JSON; raise Invalid, naming the field that holds it, for no JSON or none that can be kept."""
    try:
        data = json.loads(text.decode() if isinstance(text, bytes) else text, parse_constant=_refuse)
    except UnicodeDecodeError:
        raise _unreadable("The body is not UTF-8.", field) from None
    except RecursionError:
        raise _unreadable("The JSON is nested too deeply.", field) from None
    except ValueError as error:
        raise _unreadable(f"The JSON is malformed: {error}", field) from None
    check_json(data, field)
    return data


def _unreadable(detail: str, field: str) -> Invalid:
    return Invalid.field(field, detail) if field else Invalid(detail, code="parse_error")


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not a JSON value")


class _Fault(Exception):
    """What cannot be kept; `path` leads to it from the inside out."""

    def __init__(self, detail: str, code: str, *path: str) -> None:
        self.detail, self.code, self.path = detail, code, list(path)


def check_json(value: Any, field: str = "") -> None:
    """Raise Invalid, naming the field below `field`, for text or numbers that cannot be kept, or nested without end."""
    try:
        _check(value, 0)
    except _Fault as fault:
        path = ".".join([*([field] if field else []), *reversed(fault.path)])
        errors = [FieldError(path, fault.code, fault.detail)]
        raise Invalid(fault.detail, code=fault.code, errors=errors) from None


def _check(value: Any, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise _Fault("The JSON is nested too deeply.", "invalid")
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, float) and not math.isfinite(value):
        raise _Fault("A number is too large.", "bad_number")
    elif isinstance(value, dict):
        for name, inner in value.items():
            _check_text(name, storable(name))
            _check_inner(inner, depth, name)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _check_inner(inner, depth, index)


def _check_inner(value: Any, depth: int, place: str | int) -> None:
    try:
        _check(value, depth + 1)
    except _Fault as fault:
        fault.path.append(str(place))
        raise


def _check_text(value: str, *path: str) -> None:
    if "\x00" in value or not _encodable(value):
        raise _Fault("Text must be Unicode without NUL and without lone surrogates.", "bad_text", *path)


def _encodable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
