"""Inputs of engine calls: `{"file": id}`, `{"text": …}`, or multipart with the part `file`."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from compression.calls import Input
from core.api.parsers import parse_json
from core.errors import Invalid

_OBJECTS = ("params", "constraints")
_LISTS = ("algorithms", "levels")


def parse(request: Request, shape: type[serializers.Serializer[Any]]) -> tuple[Input, dict[str, Any]]:
    """Return the input and the other checked fields of the body."""
    data = request.data
    if not isinstance(data, dict):
        raise Invalid("The body must be a JSON object.")
    fields = data.dict() if hasattr(data, "dict") else dict(data)
    upload = request.FILES.get("file")
    if upload is not None:
        fields.pop("file", None)
    for name in _OBJECTS:
        if isinstance(fields.get(name), str):
            fields[name] = parse_json(fields[name], name)
    for name in _LISTS:
        if isinstance(fields.get(name), str) and fields[name].lstrip().startswith("["):
            fields[name] = parse_json(fields[name], name)
    serializer = shape(data=fields)
    serializer.is_valid(raise_exception=True)
    call = serializer.validated_data
    given = Input(file_id=call.pop("file", None), upload=upload, text=call.pop("text", None))
    if len(given.given) != 1:
        detail = "Give exactly one input: a stored file's id, a part `file`, or text."
        raise Invalid.field("file", detail, "ambiguous" if given.given else "required")
    return given, call
