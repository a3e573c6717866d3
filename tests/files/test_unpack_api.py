"""Archives become files: at once where they are small, whatever is in them."""

import json
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import AuditEntry
from core.models import Job
from files.models import File, StoredObject
from files.services import file_open
from tests.files import archives
from tests.files.archives import FILES, tarred, zipped, zst
from tests.files.test_batch_api import shape

URL = "/api/v1/files/batch-upload"

pytestmark = pytest.mark.xdist_group("unpack")


def send(client, archive: bytes, query="", part="archive", name="x.zip", headers=None, **fields):
    form = {part: SimpleUploadedFile(name, archive), **fields}
    return client.post(URL + query, form, format="multipart", headers=headers or {})


@pytest.mark.parametrize(
    "archive",
    [
        zipped(FILES),
        zipped(FILES, zipfile.ZIP_STORED),
        tarred(FILES),
        tarred(FILES, "w:gz"),
        tarred(FILES, "w:xz"),
        tarred(FILES, "w:bz2"),
        zst(tarred(FILES)),
    ],
    ids=["zip", "stored zip", "tar", "tar.gz", "tar.xz", "tar.bz2", "tar.zst"],
)
def test_every_member_is_a_file_in_its_folder(api, ada, archive, bytes_in):
    answer = send(api(ada), archive, folder="box", tags=["t"])
    assert shape(answer) == [(name, 201, "") for name, _ in FILES]
    kept = {file.path: file for file in File.objects.all()}
    assert {path: file_open(file).read() for path, file in kept.items()} == {
        f"box/{name}": content for name, content in FILES
    }
    assert {file.tags[0] for file in kept.values()} == {"t"}
    assert answer.json()["results"][1]["file"]["kind"] == "json"
    assert bytes_in() == sorted({file.sha256 for file in kept.values()}), "the archive is not kept"
    assert AuditEntry.objects.filter(action="file.stored", actor=ada).count() == 4


def test_a_part_file_is_unpacked_where_that_is_asked_for(api, ada):
    client = api(ada)
    assert len(shape(send(client, zipped(FILES), part="file"))) == 1
    assert shape(send(client, zipped(FILES), "?unpack=true", part="file"))[0] == ("a.txt", 201, "")
    assert File.objects.count() == 5


def test_a_stored_archive_is_unpacked_by_its_id(api, ada, stored, ben):
    file = stored(ada, zipped(FILES), name="x.zip")
    body = {"file": str(file.pk), "folder": "f", "tags": ["t"]}
    assert len(shape(api(ada).post(URL, body, format="json"))) == 4
    assert File.objects.filter(folder="f/in/deep", tags=["t"]).count() == 1
    assert api(ben).post(URL, body, format="json").status_code == 404


def test_an_archive_in_an_archive_is_a_file(api, ada):
    inner = zipped(FILES)
    send(api(ada), zipped([("inner.zip", inner), ("b", b"2")]))
    assert file_open(File.objects.get(name="inner.zip")).read() == inner
    assert File.objects.count() == 2


def test_an_empty_archive_has_no_files(api, ada):
    answer = send(api(ada), zipped([]))
    assert (answer.status_code, answer.json()) == (207, {"results": []})


def test_folders_are_no_files_and_doubles_are_refused(api, ada):
    with pytest.warns(UserWarning, match="Duplicate name"):
        archive = zipped([("d/", b""), ("d/x", b"1"), ("d/x", b"2")])
    answer = send(api(ada), archive)
    assert shape(answer) == [("d/x", 201, ""), ("d/x", 422, "member_duplicate")]


def test_links_devices_and_paths_that_lead_elsewhere_are_refused(api, ada, bytes_in):
    outcome = shape(send(api(ada), archives.with_special_members()))
    assert outcome == [
        ("soft", 422, "member_link"),
        ("hard", 422, "member_link"),
        ("dev", 422, "member_device"),
        ("pipe", 422, "member_device"),
        ("../up", 422, "member_escapes"),
        ("/abs", 422, "member_absolute"),
        ("good.txt", 201, ""),
    ]
    assert [file.path for file in File.objects.all()] == ["good.txt"]
    assert len(bytes_in()) == 1


def test_a_damaged_member_is_refused_and_the_others_are_kept(api, ada):
    outcome = shape(send(api(ada), archives.damaged(b"content " * 100)))
    assert outcome == [("bad.bin", 422, "corrupt_stream"), ("good.txt", 201, "")]


def test_what_came_before_the_end_of_a_broken_archive_is_kept(api, ada):
    outcome = shape(send(api(ada), archives.truncated(), name="x.tgz"))
    assert outcome == [
        ("1", 201, ""),
        ("2", 201, ""),
        ("3", 422, "truncated_stream"),
        ("x.tgz", 422, "truncated_stream"),
    ]
    assert {file.name for file in File.objects.all()} == {"1", "2"}


def test_a_member_that_is_encrypted_is_refused(api, ada):
    assert shape(send(api(ada), archives.encrypted())) == [("secret.txt", 422, "member_encrypted")]


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"no archive " * 50, "no_archive"), (b"", "no_archive"), (zst(b"text"), "no_archive")],
)
def test_what_is_no_archive_is_refused(api, ada, content, code, bytes_in):
    answer = send(api(ada), content)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert bytes_in() == []


def test_more_members_than_an_archive_may_have(api, ada, settings, bytes_in):
    settings.ARCHIVE_MEMBERS = 3
    answer = send(api(ada), zipped(FILES))
    assert (answer.status_code, answer.json()["code"]) == (422, "members_limit_exceeded")
    assert "4 members; 3 are the most" in answer.json()["detail"]
    assert bytes_in() == []


def test_a_bomb_is_refused(api, ada, settings, bytes_in):
    settings.DECODED_RATIO_LIMIT = 100
    bomb = zipped([("small", b"1"), ("zeros", bytes(300_000_000))])
    assert len(bomb) < 400_000
    answer = send(api(ada), bomb, headers={"Prefer": "respond-async"})
    assert answer.status_code == 202
    assert not File.objects.exists()


def test_members_that_the_quota_has_no_room_for_are_refused(api, ada):
    ada.quota_bytes = 1000
    ada.save()
    files = [("1", b"x" * 600), ("2", b"y" * 600), ("3", b"z" * 300)]
    outcome = shape(send(api(ada), zipped(files)))
    assert outcome == [("1", 201, ""), ("2", 413, "quota_exceeded"), ("3", 201, "")]


# All or none


def test_all_members_or_none(api, ada, bytes_in):
    assert len(shape(send(api(ada), zipped(FILES), "?atomic=true"))) == 4
    File.objects.all().delete()
    StoredObject.objects.all().delete()
    before = bytes_in()
    answer = send(api(ada), archives.with_special_members(), "?atomic=true")
    assert (answer.status_code, answer.json()["code"]) == (422, "batch_refused")
    assert {error["field"] for error in answer.json()["errors"]} >= {"soft", "../up"}
    for archive in (archives.damaged(b"c" * 100), archives.truncated()):
        answer = send(api(ada), archive, "?atomic=true")
        assert answer.status_code == 422
    assert not File.objects.exists()
    assert bytes_in() == before


def test_beyond_the_quota_no_member_is_kept(api, ada):
    ada.quota_bytes = 1000
    ada.save()
    answer = send(api(ada), zipped([("1", b"x" * 600), ("2", b"y" * 600)]), "?atomic=true")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (413, "quota_exceeded")
    assert not File.objects.exists()


# What is asked


def test_an_archive_and_files_are_too_much(api, ada):
    form = {"archive": SimpleUploadedFile("x.zip", zipped(FILES)), "file": SimpleUploadedFile("a", b"1")}
    assert api(ada).post(URL, form, format="multipart").json()["errors"][0]["field"] == "archive"
    two = {"archive": [SimpleUploadedFile("x.zip", zipped(FILES)) for _ in range(2)]}
    assert api(ada).post(URL, two, format="multipart").json()["errors"][0]["field"] == "archive"
    several = {"file": [SimpleUploadedFile("a", b"1"), SimpleUploadedFile("b", b"1")]}
    answer = api(ada).post(URL + "?unpack=true", several, format="multipart")
    assert answer.json()["errors"][0]["field"] == "file"


def test_an_archive_beyond_the_quota_is_refused(api, ada, bytes_in):
    ada.quota_bytes = 10
    ada.save()
    answer = send(api(ada), zipped(FILES))
    assert (answer.status_code, answer.json()["code"]) == (413, "quota_exceeded")
    assert bytes_in() == []


def test_a_key_makes_it_happen_once(api, ada):
    client = api(ada)
    first = send(client, zipped(FILES), headers={"Idempotency-Key": "k"})
    again = send(client, zipped(FILES), headers={"Idempotency-Key": "k"})
    assert json.loads(first.content) == json.loads(again.content)
    assert File.objects.count() == 4
    assert not Job.objects.exists()


def test_a_viewer_may_not(api, vera):
    assert send(api(vera), zipped(FILES)).status_code == 403
