"""The published schema: what drf-spectacular finds, and the parts that every endpoint shares."""

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import force_instance

from core.api.strict import Strict

PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457).",
    "required": ["type", "title", "status", "detail", "code", "errors", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "detail"],
                "properties": {
                    "field": {
                        "type": "string",
                        "description": "Where in the request: names and, in lists, places from 0, joined by dots, "
                        "such as `tags.0` or `algorithms.1.params.level`; empty for the request as a whole.",
                    },
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
        "request_id": {"type": "string"},
    },
}
PROBLEM_ANSWER = {
    "description": "A problem document.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
BEARER = {"type": "http", "scheme": "bearer"}


class Schema(AutoSchema):
    """Names the operations after their addresses: `files_upload`, `jobs_cancel`."""

    global_params: list[Any] = []

    def get_operation_id(self) -> str:
        """Return the URL name, with the method where an address knows several."""
        match = self.path.replace("/api/v1/", "").replace("{", "").replace("}", "")
        name = match.replace("/", "_").replace("-", "_")
        return f"{self.method.lower()}_{name}"

    def get_auth(self) -> list[dict[str, Any]]:
        """Leave it to `get_operation`, which can also say that nothing is asked."""
        return []

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        """Return the operation with what it asks of the caller: a token, or nothing where a view looks at none."""
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is not None:
            operation["security"] = [{"token": []}] if self.view.authentication_classes else []
        return operation

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> dict[str, Any]:
        """Say of a shape that refuses fields it does not know that it does."""
        shape: dict[str, Any] = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        strict = force_instance(serializer)  # type: ignore[no-untyped-call]
        if isinstance(strict, Strict) and not strict.ignored:
            shape["additionalProperties"] = False
        return shape

    def get_tags(self) -> list[str]:
        """Group by the first part of the address."""
        return [self.path.replace("/api/v1/", "").split("/")[0]]


class TextFieldSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """A text is published with the length and the pattern of its rule."""

    target_class = "core.rules.TextField"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        """Return the rule's JSON Schema."""
        schema: dict[str, Any] = self.target.rule.json_schema()
        return schema


def add_common_parts(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:  # noqa: FBT001
    """Add the problem document to every operation, and the token scheme."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    components["securitySchemes"] = {"token": BEARER}
    result["security"] = [{"token": []}]
    for methods in result["paths"].values():
        for operation in methods.values():
            for status, answer in operation["responses"].items():
                if status >= "4":
                    answer.setdefault("content", PROBLEM_ANSWER["content"])
            operation["responses"].setdefault("default", PROBLEM_ANSWER)
            if operation["operationId"].startswith("post_") and operation["security"]:
                operation.setdefault("parameters", []).append(IDEMPOTENCY)
    return result


IDEMPOTENCY = {
    "in": "header",
    "name": "Idempotency-Key",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "description": "The same key and body give the same answer once; the same key with another body is a 422.",
}
