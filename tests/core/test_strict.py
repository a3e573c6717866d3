"""No shape of a request overlooks a field that it does not know, and the published schema says so."""

from typing import Any

import pytest
from rest_framework.serializers import BaseSerializer, ListField

from accounts.models import User
from core.api.fields import TOLD, BoundedListField
from core.api.strict import Strict

# An address of each shape, and a body that would do but for the field too many.
CALLS: dict[str, dict[str, Any]] = {
    "auth/tokens": {"name": "script"},
    "compression/compress": {"text": "abc", "algorithm": "zstd"},
    "compression/decompress": {"file": "00000000-0000-4000-8000-000000000000"},
    "compression/compare": {"text": "abc"},
    "compression/batch": {"algorithms": [{"algorithm": "zstd"}], "files": []},
    "files/search": {"query": "abc"},
    "files/batch-upload": {"file": "00000000-0000-4000-8000-000000000000"},
}


def unknown(response: Any) -> list[str]:
    """Return the fields that a refusal calls unknown; it says nothing else."""
    body = response.json()
    assert response.status_code == 400, body
    assert {error["code"] for error in body["errors"]} == {"unknown_field"}
    return [error["field"] for error in body["errors"]]


@pytest.mark.parametrize("path", CALLS)
def test_a_field_too_many_is_named(ada: User, api: Any, path: str) -> None:
    response = api(ada).post(f"/api/v1/{path}", {**CALLS[path], "levle": 9}, format="json")
    assert unknown(response) == ["levle"]


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("compression/compress", {"text": "abc", "algorithm": "zstd"}),
        ("files/upload", {"name": "a.txt"}),
        ("files/batch-upload", {"folder": "a"}),
    ],
)
def test_a_part_too_many_is_named(ada: User, api: Any, path: str, fields: dict[str, str]) -> None:
    response = api(ada).post(f"/api/v1/{path}", {**fields, "levle": "9"}, format="multipart")
    assert unknown(response) == ["levle"]


def test_so_is_one_within_a_list(ada: User, api: Any) -> None:
    body = {"text": "abc", "algorithms": [{"algorithm": "zstd", "levle": 9}]}
    response = api(ada).post("/api/v1/compression/compare", body, format="json")
    assert unknown(response) == ["algorithms.0.levle"]


@pytest.mark.parametrize("nested", [False, True])
def test_of_many_only_a_few_are_told(ada: User, api: Any, *, nested: bool) -> None:
    fields = {f"f{number:05}": 0 for number in range(5000)}
    body = {"algorithms": [{"algorithm": "zstd", **fields}]} if nested else fields
    answer = api(ada).post("/api/v1/compression/compare", {"text": "abc", **body}, format="json")
    path = "algorithms.0" if nested else ""
    last = {"field": path, "code": "invalid", "detail": "4980 more fields are not known."}
    errors = answer.json()["errors"]
    assert (len(errors), errors[-1]) == (21, last)
    assert errors[0]["field"].endswith("f00000")


def test_a_list_too_long_is_refused_before_its_items(ada: User, api: Any) -> None:
    body = {"action": "delete", "files": ["no id"] * 10_001}
    answer = api(ada).post("/api/v1/files/bulk", body, format="json").json()
    assert [(error["field"], error["code"]) for error in answer["errors"]] == [("files", "max_length")]


def test_of_wrong_items_the_first_few_are_told(ada: User, api: Any) -> None:
    body = {"action": "delete", "files": ["no id"] * 10_000}
    answer = api(ada).post("/api/v1/files/bulk", body, format="json").json()
    assert [error["field"] for error in answer["errors"]] == [f"files.{number}" for number in range(TOLD)]


def all_of(shape: type[Any]) -> list[type[Any]]:
    return [shape, *(inner for below in shape.__subclasses__() for inner in all_of(below))]


def test_every_shape_of_a_request_is_strict() -> None:
    ours = ("accounts.", "compression.", "files.", "core.")
    shapes = [shape for shape in all_of(BaseSerializer) if shape.__module__.startswith(ours)]
    lax = [
        shape.__name__ for shape in shapes if shape.__name__.endswith("In") and not issubclass(shape, Strict)
    ]
    assert lax == ["StreamIn"]  # whose other names are parameters of the algorithm


def test_the_schema_says_so(db: None) -> None:
    from drf_spectacular.generators import SchemaGenerator

    shapes = SchemaGenerator().get_schema(request=None, public=True)["components"]["schemas"]
    assert shapes["CompressInRequest"]["additionalProperties"] is False


def fields_of(field: Any) -> list[Any]:
    inner = [*getattr(field, "fields", {}).values(), *filter(None, [getattr(field, "child", None)])]
    return [field, *(below for one in inner for below in fields_of(one))]


def test_every_list_of_a_request_is_bounded() -> None:
    fields = [(shape.__name__, field) for shape in all_of(Strict) for field in fields_of(shape())]
    lists = [(name, field) for name, field in fields if isinstance(field, ListField)]
    assert len(lists) > 10
    assert [
        (name, field.field_name) for name, field in lists if not isinstance(field, BoundedListField)
    ] == []
