"""Streams through the API: raw bytes in, raw bytes out, nothing stored."""

import base64
import gzip
import hashlib
import json
import os
import re
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import AuditEntry, User
from compression import services
from compression.engine import codecs
from compression.models import HistoryEntry, Result
from compression.streaming import slots
from core.errors import Unprocessable
from files.models import File
from files.staging import staging_folder

STREAM = "/api/v1/compression/stream"
TEXT = b"one potato, two potato, three potato, four. " * 4000


@pytest.fixture(autouse=True)
def algorithms(db: None) -> None:
    services.algorithms_sync()


@pytest.fixture
def client(api: Callable[..., APIClient], ada: User) -> APIClient:
    return api(ada)


def send(client: Any, body: bytes, **query: Any) -> Any:
    kind = "application/octet-stream"
    return client.generic("POST", f"{STREAM}?{urlencode(query)}", body, content_type=kind)


def content(response: Any) -> bytes:
    """Return the whole answer, which must be a good one."""
    assert response.status_code == 200, response.content
    return b"".join(response.streaming_content) if response.streaming else response.content


STREAMING = sorted(name for name, codec in codecs.all_codecs().items() if codec.streaming)


@pytest.mark.parametrize("name", STREAMING)
def test_every_algorithm_that_can_stream_goes_there_and_back(client: APIClient, name: str) -> None:
    there = send(client, TEXT, algorithm=name)
    packed = content(there)
    assert there["Content-Type"] == codecs.get(name).media_type
    assert codecs.get(name)().decode(packed) == TEXT
    back = send(client, packed, operation="decompress", algorithm=name)
    assert content(back) == TEXT
    assert back["Content-Type"] == "application/octet-stream"


def test_there_are_algorithms_of_both_sorts() -> None:
    assert len(STREAMING) >= 11
    assert "blosc2" not in STREAMING


def test_level_and_parameters_come_by_name_or_as_json(client: APIClient) -> None:
    by_name = content(send(client, TEXT, algorithm="zstd", level=19, window_log=12, checksum="false"))
    options = json.dumps({"window_log": 12, "checksum": False})
    as_json = content(send(client, TEXT, algorithm="zstd", level=19, params=options))
    expected = codecs.codec_from({"id": "zstd", "level": 19, "window_log": 12, "checksum": False})
    assert by_name == as_json == b"".join(expected.encode_chunks([TEXT]))
    strategy = codecs.codec_from({"id": "gzip", "strategy": "huffman_only"})
    assert content(send(client, TEXT, algorithm="gzip", strategy="huffman_only")) == strategy.encode(TEXT)


def test_a_dictionary_is_given_both_ways(client: APIClient) -> None:
    dictionary = base64.b64encode(TEXT[:2000]).decode()
    packed = content(send(client, TEXT[:500], algorithm="zstd", dictionary=dictionary))
    assert len(packed) < 40
    assert content(send(client, packed, operation="decompress", dictionary=dictionary)) == TEXT[:500]
    refused = send(client, packed, operation="decompress")
    assert refused.status_code == 422


def test_the_format_is_found_from_the_bytes(client: APIClient) -> None:
    response = send(client, gzip.compress(TEXT), operation="decompress")
    assert content(response) == TEXT
    assert response["X-Algorithm"] == "gzip"


@pytest.mark.parametrize("size", [0, 1])
def test_next_to_nothing_goes_through(client: APIClient, size: int) -> None:
    packed = content(send(client, TEXT[:size], algorithm="xz"))
    assert content(send(client, packed, operation="decompress")) == TEXT[:size]


@pytest.mark.parametrize(
    ("query", "status", "code", "field"),
    [
        ({"algorithm": "nope"}, 422, "unknown_algorithm", "algorithm"),
        ({"algorithm": "zstd", "level": 99}, 422, "invalid_params", "level"),
        ({"algorithm": "zstd", "level": "much"}, 400, "invalid", "level"),
        ({"algorithm": "zstd", "colour": 3}, 422, "invalid_params", "params.colour"),
        ({"algorithm": "zstd", "checksum": "maybe"}, 422, "invalid_params", "params.checksum"),
        ({"algorithm": "zstd", "params": "[1]"}, 400, "invalid", "params"),
        ({"algorithm": "zstd", "params": "{"}, 400, "invalid", "params"),
        ({"algorithm": "zstd", "params": "[" * 5000}, 400, "invalid", "params"),
        ({"algorithm": "zstd", "checksum": "[" * 5000}, 422, "invalid_params", "params.checksum"),
        ({"algorithm": "blosc2"}, 422, "not_streaming", "algorithm"),
        ({"algorithm": "blosc2", "operation": "decompress"}, 422, "not_streaming", "algorithm"),
        ({"algorithm": "zstd", "operation": "explode"}, 400, "invalid", "operation"),
        ({}, 400, "invalid", "algorithm"),
        ({"operation": "decompress"}, 422, "unknown_format", None),
    ],
)
def test_what_cannot_be_is_refused_before_the_first_byte(
    client: APIClient, query: dict[str, Any], status: int, code: str, field: str | None
) -> None:
    response = send(client, TEXT, **query)
    problem = response.json()
    assert (response.status_code, problem["code"]) == (status, code), problem
    assert [error["field"] for error in problem["errors"]] == ([field] if field else [])
    assert not HistoryEntry.objects.exists()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (gzip.compress(TEXT)[:-9], "truncated_stream"),
        (gzip.compress(TEXT)[:40] + b"\x00" * 40, "corrupt_stream"),
        (b"\x28\xb5\x2f\xfd" + b"\xff" * 50, "corrupt_stream"),
        (b"", "unknown_format"),
    ],
    ids=["cut short", "damaged", "no frame", "nothing"],
)
def test_a_stream_that_is_corrupt_from_its_start_has_a_status(
    client: APIClient, body: bytes, code: str
) -> None:
    response = send(client, body, operation="decompress")
    assert (response.status_code, response.json()["code"]) == (422, code)
    noted = HistoryEntry.objects.values_list("succeeded", "error_code")
    assert list(noted) == ([] if code == "unknown_format" else [(False, code)])


def test_a_stream_that_turns_out_corrupt_later_is_broken_off(client: APIClient, ada: User) -> None:
    packed = bytearray(gzip.compress(bytes(range(256)) * 40_000, 0))
    packed[-8] ^= 1  # the checksum at the end
    response = send(client, bytes(packed), operation="decompress")
    assert response.status_code == 200
    with pytest.raises(Unprocessable, match="gzip"):
        content(response)
    entry = HistoryEntry.objects.get()
    assert (entry.succeeded, entry.error_code, str(entry.pk)) == (
        False,
        "corrupt_stream",
        response["X-Outcome"],
    )
    assert AuditEntry.objects.get(action="stream.failed", actor=ada).detail["code"] == "corrupt_stream"


def test_a_bomb_is_stopped(client: APIClient, settings: Any) -> None:
    settings.DECODED_LIMIT_BYTES = 3_000_000
    response = send(client, gzip.compress(bytes(50_000_000)), operation="decompress")
    with pytest.raises(Unprocessable) as caught:
        content(response)
    assert caught.value.code == "output_limit_exceeded"
    assert (HistoryEntry.objects.get().original_size or 0) <= 3_000_000


@pytest.fixture
def own_staging(settings: Any, tmp_path: Path) -> None:
    """A folder for staged files in which nobody else leaves any."""
    settings.STAGING_DIR = tmp_path / "staging"


@pytest.mark.usefixtures("own_staging")
def test_an_answer_that_is_held_back_is_the_same(client: APIClient) -> None:
    data = os.urandom(3_000_000)
    there = send(client, data, algorithm="zstd", hold="true")
    packed = content(there)
    assert packed == content(send(client, data, algorithm="zstd"))
    assert content(send(client, packed, operation="decompress", hold="true")) == data
    assert list(staging_folder().iterdir()) == []


@pytest.mark.usefixtures("own_staging")
def test_no_more_is_held_back_than_is_allowed(client: APIClient, settings: Any) -> None:
    settings.STREAM_HELD_BYTES = 2_000_000
    refused = send(client, os.urandom(10_000_000), algorithm="store", hold="true")
    assert (refused.status_code, refused.json()["code"]) == (413, "stream_held_too_large")
    assert HistoryEntry.objects.get().error_code == "stream_held_too_large"
    assert list(staging_folder().iterdir()) == []


@pytest.mark.parametrize(
    "kind",
    ["application/octet-stream", "text/plain", "application/x-www-form-urlencoded", "application/json"],
)
def test_a_browser_streams_under_its_session_with_the_token_of_its_page(
    browser: Callable[..., Client], ada: User, kind: str
) -> None:
    page = browser(ada)
    page.handler.enforce_csrf_checks = True
    match = re.search(r'name="csrf-token" content="(\w+)"', page.get("/").content.decode())
    assert match
    address = f"{STREAM}?algorithm=gzip"
    answer = page.generic("POST", address, TEXT, content_type=kind, headers={"X-CSRFToken": match[1]})
    assert gzip.decompress(content(answer)) == TEXT
    refused = page.generic("POST", address, TEXT, content_type=kind)
    assert refused.status_code == 403
    assert "CSRF" in refused.json()["detail"]


def test_the_outcome_and_the_audit_row_are_there_and_nothing_else(client: APIClient, ada: User) -> None:
    response = send(client, TEXT, algorithm="zstd", level=1)
    packed = content(response)
    entry = HistoryEntry.objects.get(pk=response["X-Outcome"])
    assert (entry.owner, entry.operation, entry.algorithm, entry.level) == (ada, "compress", "zstd", 1)
    assert (entry.original_size, entry.compressed_size) == (len(TEXT), len(packed))
    assert (entry.succeeded, entry.error_code, entry.content_kind) == (True, "", "text")
    assert entry.content_sha256 == hashlib.sha256(TEXT).hexdigest()
    assert entry.compress_seconds is not None
    audit = AuditEntry.objects.get(action="stream.compressed", actor=ada)
    assert (audit.target_id, audit.detail["bytes_in"], audit.detail["bytes_out"]) == (
        entry.pk,
        len(TEXT),
        len(packed),
    )
    assert not File.objects.exists()
    assert not Result.objects.exists()


def test_an_idempotency_key_means_nothing_to_a_stream(client: Any) -> None:
    for _ in range(2):
        response = client.generic(
            "POST",
            f"{STREAM}?algorithm=gzip",
            TEXT,
            content_type="application/octet-stream",
            headers={"Idempotency-Key": "k1"},
        )
        assert gzip.decompress(content(response)) == TEXT
    assert HistoryEntry.objects.count() == 2


def test_places_are_limited(client: APIClient, ada: User, settings: Any) -> None:
    settings.STREAM_SLOTS_PER_ACCOUNT, settings.STREAM_SLOTS = 2, 3
    with ExitStack() as held:
        held.enter_context(slots.taken(ada.pk))
        assert content(send(client, TEXT, algorithm="zstd"))
        held.enter_context(slots.taken(ada.pk))
        full = send(client, TEXT, algorithm="zstd")
        assert (full.status_code, full.json()["code"], full["Retry-After"]) == (429, "too_many_streams", "5")
    with ExitStack() as held:
        for _ in range(3):
            held.enter_context(slots.taken(uuid4()))
        busy = send(client, TEXT, algorithm="zstd")
        assert (busy.status_code, busy.json()["code"], busy["Retry-After"]) == (503, "streams_busy", "5")
    assert content(send(client, TEXT, algorithm="zstd"))
    assert not slots._taken


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_only_post_is_possible(client: APIClient, method: str) -> None:
    response = client.generic(method, STREAM)
    assert (response.status_code, response["Allow"]) == (405, "OPTIONS, POST")


def test_who_may_not(api: Callable[..., APIClient], vera: User) -> None:
    assert send(api(), TEXT, algorithm="zstd").status_code == 401
    refused = send(api(vera), TEXT, algorithm="zstd")
    assert (refused.status_code, refused.json()["code"]) == (403, "role_missing")
    assert not HistoryEntry.objects.exists()


def test_a_form_is_not_a_stream(client: APIClient) -> None:
    response = client.post(f"{STREAM}?algorithm=zstd", {"file": "x"}, format="multipart")
    assert response.status_code == 415


def test_any_accept_and_any_type_of_body_will_do(client: Any) -> None:
    response = client.generic(
        "POST",
        f"{STREAM}?algorithm=gzip",
        TEXT,
        content_type="application/x-www-form-urlencoded",
        headers={"Accept": "application/gzip"},
    )
    assert gzip.decompress(content(response)) == TEXT


def test_a_stream_makes_few_queries(client: APIClient, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(
        7
    ):  # the token and its use, the algorithm; outcome and audit row in a transaction
        content(send(client, TEXT, algorithm="zstd"))
