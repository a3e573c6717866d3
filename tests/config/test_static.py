"""Static files as `make run` has them: under names that hold their hash, compressed, and kept for ever."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.http import HttpResponse
from django.test import RequestFactory
from whitenoise.middleware import WhiteNoiseMiddleware


@pytest.fixture
def collected(settings: Any, tmp_path: Path) -> None:
    """Collect our own bundle."""
    settings.STATIC_ROOT = tmp_path
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.WHITENOISE_USE_FINDERS = False
    manifest = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": manifest}
    call_command("collectstatic", interactive=False, verbosity=0)


@pytest.mark.parametrize("name", ["app.js", "app.css"])
@pytest.mark.parametrize("encoding", ["br", "gzip", ""])
def test_a_file_is_named_by_its_content_compressed_and_kept(
    collected: None, rf: RequestFactory, name: str, encoding: str
) -> None:
    url = staticfiles_storage.url(f"dynacomp/{name}")
    stem, _, suffix = name.partition(".")
    assert url.startswith(f"/static/dynacomp/{stem}.")
    assert url.endswith(f".{suffix}")
    assert url != f"/static/dynacomp/{name}"
    served = WhiteNoiseMiddleware(lambda _: HttpResponse(status=404))
    answer = served(rf.get(url, HTTP_ACCEPT_ENCODING=encoding))
    assert answer.status_code == 200
    assert answer.get("Content-Encoding", "") == encoding
    assert answer["Cache-Control"] == "max-age=315360000, public, immutable"
    assert served(rf.get(f"/static/dynacomp/{name}")).status_code == 404  # what has no hash would go stale
