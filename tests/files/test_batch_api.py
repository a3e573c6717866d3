"""Many files in one request: an outcome for each, or all or none."""

import hashlib
import json
from typing import Any

import pytest

from accounts.models import AuditEntry
from core.errors import StorageFull, Unavailable
from files.batch import services as batch
from files.batch.items import admit
from files.models import File, StoredObject, Usage
from files.services import file_open

URL = "/api/v1/files/batch-upload"


def form(files: list[tuple[str, bytes]], **fields: Any) -> tuple[bytes, str]:
    """Return body and content type of a form with these parts `file`, names as they are."""
    lines: list[bytes] = []
    for name, values in fields.items():
        for value in values if isinstance(values, list) else [values]:
            lines += [b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n' % name.encode()]
            lines += [str(value).encode(), b"\r\n"]
    for name, content in files:
        head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        lines += [head.encode(), content, b"\r\n"]
    return b"".join([*lines, b"--x--\r\n"]), "multipart/form-data; boundary=x"


def send(client, files, query="", headers=None, **fields):
    body, kind = form(files, **fields)
    return client.post(URL + query, body, content_type=kind, headers=headers or {})


def shape(answer):
    """Return name, status and code of each outcome."""
    assert answer.status_code == 207, answer.content
    return [
        (one["name"], one["status"], one.get("error", {}).get("code", "")) for one in answer.json()["results"]
    ]


def test_each_file_has_its_outcome_and_its_folder(api, ada, bytes_in):
    files = [("a.txt", b"one"), ("in/deep/b.json", b"{}"), ("in/a.txt", b"one"), ("leer", b"")]
    answer = send(api(ada), files, tags=["x", "y"], folder="box")
    assert shape(answer) == [(name, 201, "") for name, _ in files]
    kept = [one["file"] for one in answer.json()["results"]]
    assert [(file["folder"], file["name"], file["kind"]) for file in kept] == [
        ("box", "a.txt", "text"),
        ("box/in/deep", "b.json", "json"),
        ("box/in", "a.txt", "text"),
        ("box", "leer", "empty"),
    ]
    assert [file["sha256"] for file in kept] == [hashlib.sha256(content).hexdigest() for _, content in files]
    assert all(file["tags"] == ["x", "y"] and file["origin"] == "upload" for file in kept)
    assert kept[0]["download_url"] == f"http://testserver/api/v1/files/download/{kept[0]['id']}"
    assert bytes_in() == sorted({file["sha256"] for file in kept})
    assert AuditEntry.objects.filter(action="file.stored", actor=ada).count() == 4


@pytest.mark.parametrize("as_json", [True, False])
def test_paths_can_be_sent_beside_the_files(api, ada, as_json):
    paths = ["x/1.txt", "x/y/2.txt"]
    given = '["x/1.txt", "x/y/2.txt"]' if as_json else paths
    answer = send(api(ada), [("1.txt", b"1"), ("2.txt", b"2")], paths=given)
    assert shape(answer) == [(path, 201, "") for path in paths]
    assert sorted(file.path for file in File.objects.all()) == paths


@pytest.mark.parametrize("name", ["paths", "tags"])
def test_a_list_nested_without_end_is_refused(api, ada, name):
    answer = send(api(ada), [("1.txt", b"1")], **{name: "[" * 100_000})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"].startswith(name)


def test_too_few_paths_are_refused(api, ada, bytes_in):
    answer = send(api(ada), [("1.txt", b"1"), ("2.txt", b"2")], paths=["x/1.txt"])
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "paths")
    assert bytes_in() == []


def test_a_bad_path_is_refused_and_the_others_are_kept(api, ada, bytes_in):
    paths = ["../../etc/passwd", "good.txt", "/".join(["d" * 200] * 7)]
    answer = send(api(ada), [("1", b"1"), ("2", b"2"), ("3", b"3")], paths=json.dumps(paths))
    assert [status for _, status, _ in shape(answer)] == [400, 201, 400]
    refused = answer.json()["results"][0]["error"]
    assert refused["code"] == "invalid"
    assert ".." in refused["detail"]
    assert [file.name for file in File.objects.all()] == ["good.txt"]
    assert len(bytes_in()) == 1


@pytest.mark.parametrize(
    ("sent", "path"),
    [
        ("./a/./b.txt", "a/b.txt"),
        ("/abs/b.txt", "abs/b.txt"),
        ("a\\\\b.txt", "a/b.txt"),
        ("a//b.txt", "a/b.txt"),
        ("ä/ö &amp; ü.txt", "ä/ö &amp; ü.txt"),
    ],
)
def test_paths_are_made_plain(api, ada, sent, path):
    assert [status for _, status, _ in shape(send(api(ada), [(sent, b"1")]))] == [201]
    assert File.objects.get().path == path


def test_the_same_name_twice_makes_two_files(api, ada):
    assert shape(send(api(ada), [("a", b"1"), ("a", b"2"), ("a", b"1")])) == [("a", 201, "")] * 3
    assert File.objects.count() == 3
    assert StoredObject.objects.count() == 2


def test_what_does_not_fit_into_the_quota_is_refused_and_what_comes_after_may_fit(api, ada, bytes_in):
    ada.quota_bytes = 10
    ada.save()
    files = [("a", b"12345"), ("b", b"x" * 2_000_000), ("c", b"1234"), ("d", b"12")]
    answer = send(api(ada), files)
    assert shape(answer) == [
        ("a", 201, ""),
        ("b", 413, "quota_exceeded"),
        ("c", 201, ""),
        ("d", 413, "quota_exceeded"),
    ]
    assert Usage.objects.get(owner=ada).bytes == 9
    assert len(bytes_in()) == 2


def test_two_batches_at_once_do_not_pass_the_quota(api, ada, monkeypatch):
    """The first look says yes, then somebody else stores: what still fits is kept."""
    ada.quota_bytes = 10
    ada.save()

    def late(owner, items):
        monkeypatch.setattr(batch, "admit", admit)
        assert shape(send(api(ada), [("other", b"123456")])) == [("other", 201, "")]
        return iter(items)

    monkeypatch.setattr(batch, "admit", late)
    outcome = shape(send(api(ada), [("a", b"1234"), ("b", b"5678")]))
    assert sorted(status for _, status, _ in outcome) == [201, 413]
    assert Usage.objects.get(owner=ada).bytes == 10


@pytest.mark.parametrize("error", [StorageFull("Full."), Unavailable("Away.", code="storage_unavailable")])
def test_what_storage_cannot_take_is_said_of_each_file(api, ada, monkeypatch, error):
    def fail(**_):
        raise error

    monkeypatch.setattr(batch, "files_adopt_many", fail)
    assert shape(send(api(ada), [("a", b"1"), ("b", b"2")])) == [
        ("a", error.status, error.code),
        ("b", error.status, error.code),
    ]


def test_many_files_are_kept_in_transactions_of_some_hundreds(
    api, ada, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr(batch, "ADOPTED_AT_ONCE", 40)
    client = api(ada)
    with django_assert_max_num_queries(35):  # token and usage, then eight for each of three transactions
        answer = send(client, [(f"{number}.txt", b"%d" % number) for number in range(100)])
    assert shape(answer) == [(f"{number}.txt", 201, "") for number in range(100)]
    assert [one["file"]["size"] for one in answer.json()["results"]] == [1] * 10 + [2] * 90


# All or none


def test_all_are_stored_where_all_can_be(api, ada):
    assert shape(send(api(ada), [("a", b"1"), ("b/c", b"2")], "?atomic=true")) == [
        ("a", 201, ""),
        ("b/c", 201, ""),
    ]


def test_one_bad_path_refuses_all(api, ada, bytes_in):
    answer = send(api(ada), [("a", b"1"), ("../b", b"2"), ("c", b"3")], "?atomic=true")
    assert (answer.status_code, answer.json()["code"]) == (400, "batch_refused")
    assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [("../b", "invalid")]
    assert answer["Content-Type"] == "application/problem+json"
    assert bytes_in() == []
    assert not File.objects.exists()


def test_beyond_the_quota_none_is_stored(api, ada, bytes_in):
    ada.quota_bytes = 10
    ada.save()
    answer = send(api(ada), [("a", b"12345"), ("b", b"123456")], "?atomic=true")
    assert answer.status_code == 413
    assert bytes_in() == []
    assert not File.objects.exists()


def test_a_flag_is_true_or_false(api, ada):
    answer = send(api(ada), [("a", b"1")], "?atomic=perhaps")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "atomic")


# Refused as a whole


def test_without_a_file_the_field_is_named(api, ada):
    answer = send(api(ada), [], folder="x")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "file")


def test_more_files_than_one_request_may_have(api, ada, settings, bytes_in):
    settings.BATCH_FILES = 3
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 4
    answer = send(api(ada), [("a", b"1")] * 4)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_many_files")
    assert bytes_in() == []


def test_a_request_that_ends_early_keeps_nothing(api, ada, bytes_in):
    body, kind = form([("a", b"1"), ("b", b"2" * 1000)])
    answer = api(ada).post(URL, body[:-300], content_type=kind)
    assert answer.status_code == 400
    assert bytes_in() == []
    assert not File.objects.exists()


def test_who_may(api, ben, vera):
    assert send(api(vera), [("a", b"1")]).json()["code"] == "role_missing"
    assert send(api(), [("a", b"1")]).status_code == 401
    assert shape(send(api(ben), [("a", b"1")])) == [("a", 201, "")]
    assert File.objects.visible_to(vera).count() == 0


def test_a_batch_that_is_repeated_with_its_key_happens_once(api, ada):
    client, key = api(ada), {"Idempotency-Key": "k"}
    first = send(client, [("a", b"1"), ("../b", b"2")], headers=key)
    again = send(client, [("a", b"1"), ("../b", b"2")], headers=key)
    assert first.content == again.content
    assert again["Idempotency-Replayed"] == "true"
    assert File.objects.count() == 1
    other = send(client, [("a", b"other")], headers=key)
    assert other.json()["code"] == "idempotency_key_reused"


def test_what_is_kept_can_be_read(api, ada):
    send(api(ada), [("a", b"content")])
    assert file_open(File.objects.get()).read() == b"content"
