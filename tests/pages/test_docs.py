"""The published schema in each of its forms, and the page made from it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

SCHEMA = "/api/v1/schema"


@pytest.mark.parametrize(
    ("accept", "query", "media_type"),
    [
        ("*/*", "", "application/json"),
        ("text/html,application/xml;q=0.9,*/*;q=0.8", "", "application/json"),  # a browser
        ("application/json", "", "application/json"),
        ("application/yaml", "", "application/yaml"),
        ("application/vnd.oai.openapi", "", "application/vnd.oai.openapi"),
        ("application/vnd.oai.openapi+json", "", "application/vnd.oai.openapi+json"),
        ("*/*", "?format=json", "application/json"),
        ("*/*", "?format=yaml", "application/yaml"),
        ("application/yaml", "?format=json", "application/json"),
        ("application/json", "?format=yaml", "application/yaml"),
    ],
)
def test_the_schema_comes_as_it_is_asked_for(db: None, accept: str, query: str, media_type: str) -> None:
    answer = Client().get(SCHEMA + query, HTTP_ACCEPT=accept)
    assert (answer.status_code, answer["Content-Type"].split(";")[0]) == (200, media_type)
    if media_type.endswith("json"):
        assert json.loads(answer.content)["openapi"].startswith("3.1")
    else:
        assert answer.content.startswith(b"openapi: 3.1")


def test_the_schema_is_sound_and_all_of_it_could_be_found_out(db: None, tmp_path: Path) -> None:
    path = tmp_path / "schema.json"
    call_command("spectacular", "--fail-on-warn", "--validate", file=str(path), format="openapi-json")
    schema = json.loads(path.read_text())
    named = set(re.findall(r'"#/components/schemas/(\w+)"', path.read_text()))
    assert named <= schema["components"]["schemas"].keys()


@pytest.mark.parametrize(
    ("accept", "query", "status", "code"),
    [
        ("application/xml", "", 406, "not_acceptable"),
        ("*/*", "?format=xml", 400, "invalid"),
        ("*/*", "?format=", 400, "invalid"),
    ],
)
def test_another_form_is_refused(db: None, accept: str, query: str, status: int, code: str) -> None:
    answer: Any = Client().get(SCHEMA + query, HTTP_ACCEPT=accept)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert answer.json()["code"] == code


@pytest.mark.parametrize(("theme", "shown"), [("", ""), ("dark", ' data-theme="dark"'), ("x", "")])
def test_the_page_follows_the_theme_and_has_nothing_inline(db: None, theme: str, shown: str) -> None:
    client = Client()
    client.cookies["theme"] = theme
    page = client.get("/api/v1/docs")
    html = page.content.decode()
    assert f'<html lang="en"{shown}>' in html
    assert "unsafe" not in page["Content-Security-Policy"]
    assert "<style" not in html
    assert re.findall(r"<script(?! src=)", html) == []
