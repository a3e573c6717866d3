"""The life of a file through the API: up, seen, down, gone."""

import hashlib
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import AuditEntry
from files.models import File, StoredObject, Usage

CONTENT = b'{"n": 1}\n{"n": 2}\n'
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def upload(client, content=CONTENT, name="rows.jsonl", **fields):
    return client.post(
        "/api/v1/files/upload", {"file": SimpleUploadedFile(name, content), **fields}, format="multipart"
    )


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def test_a_file_goes_up_and_comes_down_the_same(api, ada):
    client = api(ada)
    answer = upload(client, tags=["a", " b "], folder="x/y")
    assert answer.status_code == 201, answer.data
    created = answer.json()
    assert created == {
        "id": created["id"],
        "name": "rows.jsonl",
        "folder": "x/y",
        "size": len(CONTENT),
        "sha256": SHA256,
        "media_type": "application/x-ndjson",
        "kind": "ndjson",
        "tags": ["a", "b"],
        "origin": "upload",
        "created_at": created["created_at"],
        "download_url": f"http://testserver/api/v1/files/download/{created['id']}",
    }
    assert answer["Location"] == f"/api/v1/files/info/{created['id']}"
    assert UUID(created["id"]).version == 7
    assert client.get("/api/v1/files/list").json()["results"] == [created]
    assert client.get(f"/api/v1/files/info/{created['id']}").json() == created
    download = client.get(created["download_url"])
    assert body(download) == CONTENT
    assert download["Content-Disposition"] == 'attachment; filename="rows.jsonl"'
    assert download["Content-Type"] == "application/x-ndjson"
    assert download["ETag"] == f'"{SHA256}"'
    assert list(AuditEntry.objects.filter(action="file.stored").values_list("target_id", "actor_id")) == [
        (UUID(created["id"]), ada.pk)
    ]


def test_a_deleted_file_is_gone_everywhere_and_can_be_had_back(api, ada, bytes_in):
    client = api(ada)
    pk = upload(client).json()["id"]
    assert client.delete(f"/api/v1/files/delete/{pk}").status_code == 204
    for method, path in (
        ("get", f"info/{pk}"),
        ("put", f"info/{pk}"),
        ("get", f"download/{pk}"),
        ("delete", f"delete/{pk}"),
    ):
        assert getattr(client, method)(f"/api/v1/files/{path}", {}, format="json").status_code == 404
    assert client.get("/api/v1/files/list").json()["count"] == 0
    assert Usage.objects.get(owner=ada).bytes == 0
    assert client.post(f"/api/v1/files/restore/{pk}").json()["id"] == pk
    assert body(client.get(f"/api/v1/files/download/{pk}")) == CONTENT
    assert Usage.objects.get(owner=ada).bytes == len(CONTENT)
    assert bytes_in() == [SHA256]


def test_the_same_bytes_again_are_another_entry_over_one_object(api, ada, ben, bytes_in):
    first, second = upload(api(ada)).json(), upload(api(ben), name="other.txt").json()
    assert first["id"] != second["id"]
    assert first["sha256"] == second["sha256"] == SHA256
    assert bytes_in() == [SHA256]
    assert StoredObject.objects.count() == 1
    assert File.objects.count() == 2


@pytest.mark.parametrize(
    ("header", "status", "expected", "content_range"),
    [
        ("bytes=0-3", 206, CONTENT[:4], f"bytes 0-3/{len(CONTENT)}"),
        ("bytes=-4", 206, CONTENT[-4:], f"bytes {len(CONTENT) - 4}-{len(CONTENT) - 1}/{len(CONTENT)}"),
        ("bytes=5-", 206, CONTENT[5:], f"bytes 5-{len(CONTENT) - 1}/{len(CONTENT)}"),
    ],
)
def test_ranges(api, ada, header, status, expected, content_range):
    client = api(ada)
    url = upload(client).json()["download_url"]
    answer = client.get(url, HTTP_RANGE=header)
    assert (answer.status_code, body(answer), answer["Content-Range"]) == (status, expected, content_range)


def test_a_range_beyond_the_end_is_a_problem_that_says_how_long_the_file_is(api, ada):
    client = api(ada)
    answer = client.get(upload(client).json()["download_url"], HTTP_RANGE="bytes=999-")
    assert (answer.status_code, answer.json()["code"]) == (416, "range_not_satisfiable")
    assert answer["Content-Range"] == f"bytes */{len(CONTENT)}"
    assert answer.json()["request_id"] == answer["X-Request-ID"]


def test_a_resumed_download_of_another_file_is_a_problem(api, ada):
    client = api(ada)
    answer = client.get(upload(client).json()["download_url"], HTTP_IF_MATCH='"another"')
    assert (answer.status_code, answer.json()["code"]) == (412, "precondition_failed")


def test_the_size_can_be_asked_for_without_the_bytes(api, ada):
    client = api(ada)
    answer = client.head(upload(client).json()["download_url"])
    assert (answer.status_code, body(answer), answer["Content-Length"]) == (200, b"", str(len(CONTENT)))


def test_a_known_etag_costs_no_bytes(api, ada):
    client = api(ada)
    url = upload(client).json()["download_url"]
    answer = client.get(url, HTTP_IF_NONE_MATCH=f'"{SHA256}"')
    assert (answer.status_code, body(answer)) == (304, b"")


def test_a_page_that_somebody_uploads_cannot_run_as_ours(api, ada):
    client = api(ada)
    for name, content in (("x.html", b"<html><script>1</script>"), ("x.svg", b"<svg onload='1'></svg>")):
        answer = client.get(upload(client, content, name).json()["download_url"])
        assert answer["Content-Disposition"].startswith("attachment;")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_any_accept_header_gets_the_file(api, ada):
    client = api(ada)
    url = upload(client).json()["download_url"]
    assert body(client.get(url, HTTP_ACCEPT="image/png")) == CONTENT


def test_an_empty_file_is_a_file(api, ada):
    client = api(ada)
    created = upload(client, b"", "nothing").json()
    assert (created["size"], created["kind"]) == (0, "empty")
    assert created["sha256"] == hashlib.sha256(b"").hexdigest()
    answer = client.get(created["download_url"])
    assert (answer.status_code, body(answer)) == (200, b"")


def test_name_folder_and_tags_change_and_the_rest_stays(api, ada):
    client = api(ada)
    before = upload(client, tags=["old"]).json()
    url = f"/api/v1/files/info/{before['id']}"
    assert client.put(url, {"name": "new.txt"}, format="json").json() == before | {"name": "new.txt"}
    changed = client.put(url, {"tags": ["x ", "\ty"], "folder": "in/there/"}, format="json").json()
    assert changed == before | {"name": "new.txt", "tags": ["x", "y"], "folder": "in/there"}
    entries = AuditEntry.objects.filter(action="file.changed").order_by("created_at")
    assert [entry.detail for entry in entries] == [{"fields": ["name"]}, {"fields": ["folder", "tags"]}]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "a/b"}, "name"),
        ({"name": ".."}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"tags": ["x"] * 2}, "tags"),
        ({"tags": ["x", " x\u00a0"]}, "tags"),
        ({"tags": [""]}, "tags[0]"),
        ({"tags": ["x", "  "]}, "tags[1]"),
        ({"tags": ["a,b"]}, "tags[0]"),
        ({"tags": [str(n) for n in range(21)]}, "tags"),
        ({"tags": "word"}, "tags"),
        ({"folder": "a/../b"}, "folder"),
    ],
)
def test_a_bad_change_names_its_field_and_changes_nothing(api, ada, stored, change, field):
    file = stored(ada, name="kept.txt")
    answer = api(ada).put(f"/api/v1/files/info/{file.pk}", change, format="json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"].startswith(field.split("[")[0])
    file.refresh_from_db()
    assert (file.name, file.tags, file.folder) == ("kept.txt", [], "")


def test_an_upload_under_a_key_happens_once(api, ada):
    client = api(ada)
    headers = {"HTTP_IDEMPOTENCY_KEY": "once"}
    send = lambda content: client.post(  # noqa: E731
        "/api/v1/files/upload", {"file": SimpleUploadedFile("a", content)}, format="multipart", **headers
    )
    first, again, other = send(b"1"), send(b"1"), send(b"2")
    assert first.json()["id"] == again.json()["id"]
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert File.objects.count() == 1
