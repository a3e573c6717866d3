"""What is refused, with a problem that says why, and that nothing is left of it."""

import errno
import io
import os
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.models import AuditEntry
from core.errors import StorageFull
from files import staging
from files.models import File, StoredObject, Usage
from files.staging import Staged
from tests.problems import assert_problem

URL = "/api/v1/files/upload"


def part(content=b"content", name="a.txt"):
    return SimpleUploadedFile(name, content)


@pytest.fixture
def nothing_kept(db, bytes_in):
    yield
    assert bytes_in() == []
    assert not File.objects.exists()
    assert not StoredObject.objects.exists()
    assert not AuditEntry.objects.filter(action="file.stored").exists()
    assert sum(Usage.objects.values_list("bytes", flat=True)) == 0


pytestmark = pytest.mark.usefixtures("nothing_kept")


def test_a_viewer_cannot_upload(api, vera):
    assert_problem(api(vera).post(URL, {"file": part()}, format="multipart"), 403, "role_missing")


def test_nobody_cannot_upload(api):
    assert_problem(api().post(URL, {"file": part()}, format="multipart"), 401, "not_signed_in")


def test_a_form_without_the_file_names_the_field(api, ada):
    answer = assert_problem(api(ada).post(URL, {"name": "x"}, format="multipart"), 400, "invalid")
    assert answer["errors"] == [
        {"field": "file", "code": "required", "detail": "No file was submitted."},
    ]


def test_text_in_place_of_the_file_names_the_field(api, ada):
    answer = assert_problem(api(ada).post(URL, {"file": "text"}, format="multipart"), 400, "invalid")
    assert answer["errors"][0]["field"] == "file"


def test_a_file_under_another_name_names_the_part(api, ada):
    answer = assert_problem(api(ada).post(URL, {"data": part()}, format="multipart"), 400, "invalid")
    assert answer["errors"] == [
        {
            "field": "data",
            "code": "unknown_part",
            "detail": "No file is taken here; send it as part “file”.",
        }
    ]


def test_two_files_are_one_too_many(api, ada):
    answer = assert_problem(
        api(ada).post(URL, {"file": [part(), part()]}, format="multipart"), 400, "invalid"
    )
    assert answer["errors"][0]["code"] == "too_many_files"


def test_json_is_not_a_form(api, ada):
    assert_problem(api(ada).post(URL, {"file": "x"}, format="json"), 415, "unsupported_media_type")


def test_a_form_without_boundary_is_malformed(api, ada):
    answer = api(ada).post(URL, b"abc", content_type="multipart/form-data")
    assert_problem(answer, 400, "invalid")


def test_a_form_that_ends_within_the_file_is_refused(api, ada):
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nhalf of the fi'
    answer = api(ada).post(URL, body, content_type="multipart/form-data; boundary=x")
    assert assert_problem(answer, 400, "invalid")["errors"][0]["code"] == "incomplete_upload"


def test_nul_in_a_field_is_refused(api, ada):
    assert_problem(
        api(ada).post(URL, {"file": part(), "folder": "a\x00b"}, format="multipart"), 400, "bad_text"
    )


def test_a_folder_that_leads_elsewhere_is_refused(api, ada):
    answer = api(ada).post(URL, {"file": part(), "folder": "../../etc"}, format="multipart")
    assert assert_problem(answer, 400, "invalid")["errors"][0]["field"] == "folder"


class Unread(io.RawIOBase):
    """A body of which nothing may be read."""

    def read(self, size=-1):
        raise AssertionError("the body was read")


def announced(client: APIClient, length: int):
    """Begin an upload of `length` bytes whose body must not be read."""
    environ: Any = {"CONTENT_LENGTH": str(length), "wsgi.input": Unread()}
    return client.generic("POST", URL, content_type="multipart/form-data; boundary=x", **environ)


def test_a_body_beyond_the_limit_is_refused_before_it_is_read(api, ada, settings):
    settings.UPLOAD_LIMIT_BYTES = 1000
    answer = assert_problem(announced(api(ada), 5_000_000), 413, "upload_too_large")
    assert "1.00 kB" in answer["detail"].replace("\u00a0", " ")
    assert [(error["field"], error["code"]) for error in answer["errors"]] == [("file", "upload_too_large")]


def test_a_body_beyond_the_quota_is_refused_before_it_is_read(api, ada):
    ada.quota_bytes = 1000
    ada.save()
    answer = assert_problem(announced(api(ada), 5_000_000), 413, "quota_exceeded")
    assert [error["field"] for error in answer["errors"]] == ["file"]


def test_a_body_beyond_the_room_on_disk_is_refused_before_it_is_read(api, ada, settings):
    ada.quota_bytes = settings.UPLOAD_LIMIT_BYTES = 2**49
    ada.save()
    assert_problem(announced(api(ada), 2**48), 507, "storage_full")


def test_a_file_that_grows_beyond_the_limit_is_refused(api, ada, settings):
    settings.UPLOAD_LIMIT_BYTES = 1000
    answer = api(ada).post(URL, {"file": part(b"x" * 1001)}, format="multipart")
    assert assert_problem(answer, 413, "upload_too_large")["errors"][0]["field"] == "file"


def test_a_file_beyond_the_quota_is_refused(api, ada):
    ada.quota_bytes = 6
    ada.save()
    assert_problem(api(ada).post(URL, {"file": part()}, format="multipart"), 413, "quota_exceeded")


def test_less_room_than_the_reserve_is_a_full_storage(api, ada, settings):
    settings.DISK_RESERVE_BYTES = 2**60
    assert_problem(api(ada).post(URL, {"file": part()}, format="multipart"), 507, "storage_full")


@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
def test_a_disk_that_is_full_at_any_step_keeps_nothing(api, ada, monkeypatch, call):
    original = getattr(os, call)

    def full(target, *args, **kwargs):
        if call == "replace" or b"/staging/" in os.fsencode(os.readlink(f"/proc/self/fd/{target}")):
            raise OSError(errno.ENOSPC, "No space left on device")
        return original(target, *args, **kwargs)

    monkeypatch.setattr(os, call, full)
    assert_problem(api(ada).post(URL, {"file": part()}, format="multipart"), 507, "storage_full")


def test_a_full_disk_in_the_middle_of_a_large_file_is_noticed(monkeypatch, settings):
    monkeypatch.setattr(staging, "ROOM_CHECK_BYTES", 1000)
    staged = Staged.create()
    staged.write(b"x" * 900)
    settings.DISK_RESERVE_BYTES = 2**60
    with pytest.raises(StorageFull):
        staged.write(b"x" * 200)
    staged.close()
