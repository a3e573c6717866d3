"""The pages of files."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import AuditEntry
from files import panels
from files.models import File, StoredObject


def text(response) -> str:
    assert response.status_code == 200, response.content
    return response.content.decode()


def test_an_empty_list_says_how_to_begin(browser, ada):
    page = text(browser(ada).get("/files"))
    assert "No files yet" in page
    assert 'data-url="/api/v1/files/upload"' in page


def test_the_list_shows_files_and_what_they_take(browser, ada, ben, stored):
    stored(ada, b"1" * 1200, "mine.txt", tags=["spring"])
    stored(ben, name="his.txt")
    page = text(browser(ada).get("/files"))
    assert "mine.txt" in page
    assert "spring" in page
    assert "Your files take 1.20\u00a0kB of" in page
    assert "his.txt" not in page


def test_a_form_without_scripts_uploads_several_files(browser, ada):
    client = browser(ada)
    sent = [SimpleUploadedFile("one.txt", b"1"), SimpleUploadedFile("two.txt", b"2")]
    page = text(client.post("/files/upload", {"file": sent}, follow=True))
    assert "one.txt is stored." in page
    assert sorted(File.objects.values_list("name", flat=True)) == ["one.txt", "two.txt"]


def test_a_form_from_elsewhere_is_refused_and_leaves_nothing(ada, browser, bytes_in):
    client = Client(enforce_csrf_checks=True)
    client.cookies = browser(ada).cookies
    answer = client.post("/files/upload", {"file": SimpleUploadedFile("one.txt", b"1")})
    assert answer.status_code == 403
    assert not File.objects.exists()
    assert bytes_in() == []


def test_a_refused_upload_says_why(browser, ada, settings):
    settings.UPLOAD_LIMIT_BYTES = 3
    client = browser(ada)
    page = text(client.post("/files/upload", {"file": SimpleUploadedFile("x", b"1234")}, follow=True))
    assert "One upload may have 3\u00a0bytes at most." in page


def test_a_file_has_a_page(browser, ada, stored):
    file = stored(ada, b'{"a": 1}', "a.json", folder="f", tags=["t"])
    page = text(browser(ada).get(f"/files/{file.pk}"))
    for part in ("a.json", file.sha256, "application/json", f"/files/{file.pk}/download", "curl"):
        assert part in page


def test_other_apps_add_panels(browser, ada, stored, monkeypatch):
    monkeypatch.setattr(panels.panels, "_items", {})
    panels.add("t", "What became of it", "components/logo.html", lambda f, u: {}, order=1)
    panels.add("n", "Not for this file", "components/logo.html", lambda f, u: None, order=2)
    page = text(browser(ada).get(f"/files/{stored(ada).pk}"))
    assert "What became of it" in page
    assert "Not for this file" not in page


def test_delete_and_undo(browser, ada, stored):
    client, file = browser(ada), stored(ada)
    page = text(client.post(f"/files/{file.pk}/delete", {"next": "/files?kind=text"}, follow=True))
    assert "some.txt is deleted." in page
    assert f"/files/{file.pk}/restore" in page
    assert client.get(f"/files/{file.pk}").status_code == 404
    page = text(client.post(f"/files/{file.pk}/restore", {"next": "https://evil.example"}, follow=True))
    assert "some.txt is back." in page
    assert client.get(f"/files/{file.pk}").status_code == 200
    assert client.post(f"/files/{file.pk}/restore", follow=True).status_code == 404


def test_name_and_tags_change(browser, ada, stored):
    client, file = browser(ada), stored(ada)
    url = f"/files/{file.pk}/edit"
    text(client.post(url, {"name": "new.txt", "folder": "a/b", "tags": "x, y,x"}, follow=True))
    file.refresh_from_db()
    assert (file.name, file.folder, file.tags) == ("new.txt", "a/b", ["x", "y"])
    answer = client.post(url, {"name": "a/b", "folder": "", "tags": ""})
    assert answer.status_code == 400
    assert 'value="a/b"' in answer.content.decode()
    file.refresh_from_db()
    assert file.name == "new.txt"


def test_the_bytes_come_through_the_page_too(browser, ada, stored):
    answer = browser(ada).get(f"/files/{stored(ada).pk}/download", HTTP_RANGE="bytes=5-")
    assert (answer.status_code, b"".join(answer.streaming_content)) == (206, b"bytes\n")


def test_an_outsider_finds_no_page(browser, ada, ben, stored):
    file, client = stored(ada), browser(ben)
    for path in ("", "/download"):
        assert client.get(f"/files/{file.pk}{path}").status_code == 404
    for path in ("/edit", "/delete", "/restore"):
        assert client.post(f"/files/{file.pk}{path}", {"name": "x"}).status_code == 404
    file.refresh_from_db()
    assert (file.name, file.deleted_at) == ("some.txt", None)


def test_a_viewer_sees_no_way_to_change(browser, vera, stored):
    file, client = stored(vera), browser(vera)
    for page in (text(client.get("/files")), text(client.get(f"/files/{file.pk}"))):
        assert "some.txt" in page
        assert "drop-zone" not in page
        assert f"/files/{file.pk}/delete" not in page
    assert client.post(f"/files/{file.pk}/delete").status_code == 403
    assert client.post("/files/upload", {"file": SimpleUploadedFile("x", b"1")}).status_code == 403


# The back office


def test_the_desk_shows_files_and_objects_without_a_query_for_each(
    browser, ada, mia, stored, django_assert_max_num_queries
):
    client = browser(mia)
    for number in range(10):
        stored(ada, bytes([number % 5]), f"{number}.bin")
    client.get("/admin/files/file/")
    with django_assert_max_num_queries(12):
        page = text(client.get("/admin/files/file/"))
    assert "9.bin" in page
    with django_assert_max_num_queries(12):
        page = text(client.get("/admin/files/storedobject/"))
    assert StoredObject.objects.latest("created_at").sha256 in page
    assert text(client.get(f"/admin/files/file/{File.objects.latest('created_at').pk}/change/"))


def test_the_desk_checks_bytes_and_deletes(browser, ada, mia, otto, stored):
    file = stored(ada)
    act = {"_selected_action": [str(file.pk)]}
    page = text(browser(otto).post("/admin/files/file/", {"action": "check_bytes", **act}, follow=True))
    assert "Sound: 1" in page
    browser(otto).post("/admin/files/file/", {"action": "delete_files", **act}, follow=True)
    assert File.objects.get().deleted_at is None
    page = text(browser(mia).post("/admin/files/file/", {"action": "delete_files", **act}, follow=True))
    assert "Deleted: 1" in page
    assert AuditEntry.objects.get(action="file.deleted").actor == mia
