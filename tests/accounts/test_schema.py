"""The published schema of the accounts is true, and its examples work when pasted."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from rest_framework.test import APIClient

from accounts import rules
from tests.accounts.asking import AUTH


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """Return the schema as the server publishes it."""
    from drf_spectacular.generators import SchemaGenerator

    made: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return made


def operation(schema: dict[str, Any], method: str, path: str) -> dict[str, Any]:
    found: dict[str, Any] = schema["paths"][f"{AUTH}/{path}"][method]
    return found


def check(schema: dict[str, Any], response: Any, method: str, path: str) -> Any:
    """Check that the answer is one that the schema promises; return its body."""
    promised = operation(schema, method, path)["responses"][str(response.status_code)]
    shape = promised["content"]["application/json"]["schema"]
    Draft202012Validator({**shape, "components": schema["components"]}).validate(response.json())
    return response.json()


def example(schema: dict[str, Any], method: str, path: str) -> Any:
    examples = operation(schema, method, path)["requestBody"]["content"]["application/json"]["examples"]
    return next(iter(examples.values()))["value"]


def test_every_example_works_when_pasted_in_the_order_of_a_first_visit(db: None, schema: Any) -> None:
    client = APIClient()

    def paste(method: str, path: str, body: Any = None) -> Any:
        given = example(schema, method, path) if body is None and method != "get" else body
        return check(schema, getattr(client, method)(f"{AUTH}/{path}", given, format="json"), method, path)

    paste("post", "register")
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {paste('post', 'login')['token']}")
    paste("get", "profile")
    paste("put", "profile")
    paste("put", "preferences")
    paste("get", "preferences")
    paste("post", "tokens")
    assert paste("get", "tokens")["count"] == 3
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {paste('put', 'password')['token']}")
    assert client.post(f"{AUTH}/logout").status_code == 204


def test_a_problem_is_as_published(db: None, schema: Any) -> None:
    shape = schema["components"]["schemas"]["Problem"]
    Draft202012Validator(shape).validate(APIClient().get(f"{AUTH}/profile").json())


def test_the_rules_are_published(schema: Any) -> None:
    fields = schema["components"]["schemas"]["RegisterInRequest"]["properties"]
    assert {**fields["username"]} == rules.USERNAME.json_schema()
    assert fields["password"]["minLength"] == rules.PASSWORD.min
    name = schema["components"]["schemas"]["ProfileInRequest"]["properties"]["display_name"]
    Draft202012Validator(name).validate("")
    assert not Draft202012Validator(name).is_valid("   ")


def test_it_says_where_no_token_is_needed(schema: Any) -> None:
    assert operation(schema, "post", "login")["security"] == []
    assert operation(schema, "post", "register")["security"] == []
    assert operation(schema, "get", "profile")["security"] == [{"token": []}]


def test_filters_of_lists_are_published(schema: Any) -> None:
    names = {parameter["name"] for parameter in operation(schema, "get", "tokens")["parameters"]}
    assert {"state", "scope", "name", "created_after", "ordering", "search", "page", "page_size"} <= names


def test_the_page_of_the_schema_asks_nobody_else_about_it(db: None) -> None:
    script = APIClient().get("/api/v1/docs?script=").content.decode()
    assert '"validatorUrl": null' in script
