"""Files and large bodies go to the views that take them, and nowhere else."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, get_resolver

from config.serving.rules import UPLOAD_PREFIXES, Rules
from files.uploads import StreamedUploads


def post(client: Client, url: str, **fields: Any) -> Any:
    """Send a form with a token that anybody can make up."""
    client.cookies["csrftoken"] = "a" * 32
    return client.post(url, fields, headers={"accept": "text/html"})


@pytest.mark.usefixtures("db")
def test_a_form_of_anybody_brings_no_file() -> None:
    answer = post(Client(enforce_csrf_checks=True), "/sign-in", file=SimpleUploadedFile("a", b"content"))
    assert answer.status_code == 400
    assert "No file is taken here." in answer.content.decode()


@pytest.mark.usefixtures("db")
def test_nor_more_than_fields_may_have(settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = post(Client(enforce_csrf_checks=True), "/sign-in", username="a" * 1000)
    assert answer.status_code == 413


def addresses(resolver: Any, start: str = "/") -> Iterator[tuple[str, Any]]:
    """Return every address with its view."""
    for pattern in resolver.url_patterns:
        address = start + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield address, pattern.callback
        elif not address.startswith("/admin/"):
            yield from addresses(pattern, address)


def takes_files(view: Any) -> bool:
    """Say whether a view streams uploads: pages that do are the ones that see to their own CSRF check."""
    shape = getattr(view, "view_class", getattr(view, "cls", None))
    return issubclass(shape, StreamedUploads) if shape else getattr(view, "csrf_exempt", False)


def test_a_body_of_unknown_length_may_be_large_where_files_are_taken() -> None:
    takers = [address for address, view in addresses(get_resolver()) if takes_files(view)]
    assert "/api/v1/files/upload" in takers
    assert "/algorithms/import" in takers
    assert [address for address in takers if not address.startswith(UPLOAD_PREFIXES)] == []
    rules = Rules(spooled_body_bytes=100, spooled_plain_bytes=10)
    assert [rules.spooled_bytes(path) for path in ("/api/v1/files/upload", "/sign-in")] == [100, 10]
