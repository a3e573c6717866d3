"""The page of streams: by role, its settings in the address, the lines that do the same."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from compression import services
from compression.choices import Operation
from compression.streaming.asked import Asked
from core.access.roles import Scope
from tests.compression.presets import activate, made


@pytest.fixture(autouse=True)
def algorithms(db: None) -> None:
    services.algorithms_sync()


@pytest.fixture
def page(browser: Callable[..., Client], ada: User) -> Client:
    return browser(ada)


def lines(page: Client, **query: Any) -> dict[str, str]:
    """Return the snippets of the page with these settings."""
    return dict(page.get("/stream", query).context["snippets"])


def asked_of(curl: str) -> dict[str, list[str]]:
    """Return the query of the address in a line of curl."""
    (address,) = re.findall(r"'(http[^']*stream\?[^']*)'", curl)
    return parse_qs(urlsplit(address).query)


def test_who_may_open_it(browser: Callable[..., Client], ada: User, vera: User, otto: User) -> None:
    assert browser(ada).get("/stream").status_code == 200
    assert browser(otto).get("/stream").status_code == 200
    assert browser(vera).get("/stream").status_code == 403
    assert 'href="/stream"' not in browser(vera).get("/").content.decode()
    assert browser().get("/stream")["Location"] == "/sign-in?next=/stream"


def test_it_offers_what_can_stream_and_says_how_without_scripts(page: Client) -> None:
    shown = page.get("/stream").content.decode()
    assert 'value="zstd" selected' in shown
    assert 'value="blosc2"' not in shown
    assert 'data-extension=".zst"' in shown
    assert "Without scripts" in shown
    assert 'data-url="/api/v1/compression/stream"' in shown
    assert "17.2" in shown  # GB that may wait for a browser


def test_the_address_holds_the_settings_and_the_lines_follow(page: Client) -> None:
    query = {
        "algorithm": "zstd",
        "level": "-5",
        "params-of": "zstd",
        "params-long": "on",
        "name": "a 'b'.txt",
    }
    found = lines(page, operation="compress", **query)
    assert asked_of(found["curl"]) == {
        "operation": ["compress"],
        "algorithm": ["zstd"],
        "level": ["-5"],
        "long": ["true"],
        "checksum": ["false"],  # boxes that were sent empty
        "content_size": ["false"],
    }
    assert found["Command line"].startswith("dynacomp compress -a zstd --level=-5 -p ")
    assert found["Command line"].endswith(""" -o 'a '"'"'b'"'"'.txt.zst' 'a '"'"'b'"'"'.txt'""")
    shown = page.get("/stream", {"operation": "compress", **query}).content.decode()
    assert 'value="-5"' in shown
    assert re.search(r'name="params-long"[^>]* checked', shown)


def test_decompressing_finds_the_format_where_none_is_named(page: Client) -> None:
    found = lines(page, operation="decompress", name="b.tgz")
    assert asked_of(found["curl"]) == {"operation": ["decompress"]}
    assert "-o b.tar " in found["curl"]
    assert found["Command line"] == "dynacomp decompress -o b.tar b.tgz"
    named = lines(page, operation="decompress", algorithm="xz", name="b.xz")
    assert asked_of(named["curl"]) == {"operation": ["decompress"], "algorithm": ["xz"]}
    turned = lines(page, operation="decompress", algorithm="zstd", **{"params-of": "zstd"})
    assert asked_of(turned["curl"]) == {"operation": ["decompress"]}


@pytest.mark.parametrize(
    "query",
    [
        {"operation": "explode"},
        {"algorithm": "nope"},
        {"algorithm": "blosc2"},
        {"level": "99"},
        {"level": "much"},
        {
            "params-of": "zstd",
            "params-window_log": "99",
            "params-checksum": "on",
            "params-content_size": "on",
        },
        {"name": "../../\u202e"},
    ],
)
def test_what_cannot_be_meant_is_left_out(page: Client, query: dict[str, str]) -> None:
    found = lines(page, **query)
    expected = {"operation": ["compress"], "algorithm": ["zstd"], "level": ["3"]}
    assert asked_of(found["curl"]) == expected


def test_a_preset_has_no_settings_to_choose(page: Client, api: Callable[..., APIClient], otto: User) -> None:
    staff = api(otto, Scope.ADMIN)
    made(staff)
    activate(staff)
    found = lines(page, algorithm="logs-small", name="a")
    assert asked_of(found["curl"]) == {"operation": ["compress"], "algorithm": ["logs-small"]}
    assert "dynacomp compress -a zstd -l 19 " in found["Command line"]


@pytest.mark.parametrize(
    ("operation", "algorithm", "name", "target"),
    [
        ("compress", "xz", "a.txt", "a.txt.xz"),
        ("compress", "gzip", "", "FILE.gz"),
        ("decompress", "", "", "FILE.decompressed"),
        ("decompress", "", "x.tar.zst", "x.tar"),
        ("decompress", "", "x.bin", "x.bin.decompressed"),
        ("decompress", "gzip", "x.gz", "x"),
    ],
)
def test_what_comes_out_has_the_name_that_results_have(
    page: Client, operation: str, algorithm: str, name: str, target: str
) -> None:
    asked: Asked = page.get(
        "/stream", {"operation": operation, "algorithm": algorithm, "name": name}
    ).context["asked"]
    assert (asked.operation, asked.target) == (Operation(operation), target)


def test_it_costs_few_queries(page: Client, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(6):  # session, account, jobs, two of algorithms
        page.get("/stream?algorithm=xz")
