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


def test_only_its_owner_and_administrators_delete_a_file(api, browser, ada, otto, mia, stored):
    file, other = stored(ada), stored(ada)
    refused = api(otto).delete(f"/api/v1/files/delete/{file.pk}")
    assert (refused.status_code, refused.json()["code"]) == (403, "role_missing")
    bulk = {"action": "delete", "files": [str(file.pk)]}
    assert [row["status"] for row in api(otto).post("/api/v1/files/bulk", bulk).json()["results"]] == [404]
    assert api(otto).post("/api/v1/files/bulk", {"action": "delete", "search": {}}).json()["count"] == 0
    assert f"/files/{file.pk}/delete" not in browser(otto).get(f"/files/{file.pk}").content.decode()
    assert File.objects.visible_to(ada).count() == 2
    assert api(mia).delete(f"/api/v1/files/delete/{file.pk}").status_code == 204
    assert api(mia).post("/api/v1/files/bulk", bulk | {"files": [str(other.pk)]}).json()["count"] == 1
    deletions = AuditEntry.objects.filter(action="file.deleted").values_list("actor", "target_id")
    assert set(deletions) == {(mia.pk, file.pk), (mia.pk, other.pk)}


@pytest.mark.parametrize("path", ["info", "download", "delete", "restore"])
def test_what_is_no_id_is_not_found(api, ada, path):
    assert api(ada).get(f"/api/v1/files/{path}/1").status_code == 404
