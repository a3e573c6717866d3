"""Who may see which file."""

import pytest

from accounts.models import AuditEntry
from files.models import File


def calls(pk):
    return [
        ("get", f"/api/v1/files/info/{pk}"),
        ("put", f"/api/v1/files/info/{pk}"),
        ("get", f"/api/v1/files/download/{pk}"),
        ("delete", f"/api/v1/files/delete/{pk}"),
        ("post", f"/api/v1/files/restore/{pk}"),
    ]


def test_an_outsider_finds_nothing_and_changes_nothing(api, ada, ben, stored):
    file = stored(ada)
    client = api(ben)
    for method, url in calls(file.pk):
        answer = getattr(client, method)(url, {"name": "taken.txt"}, format="json")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), (method, url)
    assert client.get("/api/v1/files/list").json()["count"] == 0
    file.refresh_from_db()
    assert (file.name, file.deleted_at) == ("some.txt", None)
    assert not AuditEntry.objects.filter(actor=ben, target_id=file.pk).exists()


def test_a_deleted_file_of_another_cannot_be_restored(api, ada, ben, stored):
    file = stored(ada)
    api(ada).delete(f"/api/v1/files/delete/{file.pk}")
    assert api(ben).post(f"/api/v1/files/restore/{file.pk}").status_code == 404
    assert File.objects.get(pk=file.pk).deleted_at is not None


def test_a_viewer_looks_and_changes_nothing(api, vera, stored):
    file = stored(vera)
    client = api(vera)
    seen = {
        (method, url): getattr(client, method)(url, {}, format="json").status_code
        for method, url in calls(file.pk)
    }
    assert list(seen.values()) == [200, 403, 200, 403, 403]
    assert File.objects.visible_to(vera).get() == file


def test_staff_see_all_and_leave_a_trace(api, ada, otto, stored):
    file = stored(ada)
    assert api(otto).get(f"/api/v1/files/info/{file.pk}").json()["id"] == str(file.pk)
    entry = AuditEntry.objects.get(action="file.opened_by_staff")
    assert (entry.actor, entry.target_id) == (otto, file.pk)


@pytest.mark.parametrize("path", ["info", "download", "delete", "restore"])
def test_what_is_no_id_is_not_found(api, ada, path):
    assert api(ada).get(f"/api/v1/files/{path}/1").status_code == 404
