"""`POST /files/bulk`: what is shown first is what happens then, each file has its outcome, deletions can be undone."""

from dataclasses import replace
from typing import Any

import pytest

from accounts.models import AuditEntry
from core.access.roles import Scope
from files.actions import actions
from files.models import File, Usage

URL = "/api/v1/files/bulk"


@pytest.fixture
def call(api):
    clients: dict[Any, Any] = {}

    def send(user, **body):
        client = clients.get(user.pk) or clients.setdefault(user.pk, api(user))
        return client.post(URL, body, format="json")

    return send


@pytest.fixture
def four(ada, stored):
    return [stored(ada, bytes([n]) * (n + 1), f"file {n}.bin", tags=["old"]) for n in range(4)]


def ids(files) -> list[str]:
    return [str(file.pk) for file in files]


def without_mode(body):
    return {name: value for name, value in body.items() if name not in {"dry_run", "undo"}}


@pytest.mark.parametrize(
    ("action", "options"), [("tag", {"tags": ["new", "old"]}), ("untag", {"tags": ["old"]}), ("delete", {})]
)
def test_a_dry_run_says_what_then_happens(call, ada, ben, stored, four, action, options):
    asked = {
        "action": action,
        "options": options,
        "files": ids([*four[:2], stored(ben)]),
    }
    before = list(File.objects.order_by("pk").values())
    told = call(ada, **asked, dry_run=True)
    assert told.status_code == 200, told.content
    assert list(File.objects.order_by("pk").values()) == before
    assert not AuditEntry.objects.filter(action__in=["file.changed", "file.deleted"]).exists()
    done = call(ada, **asked)
    assert done.status_code == 207
    assert without_mode(told.json()) == without_mode(done.json())
    body = done.json()
    assert (body["count"], body["refused"], body["total_size"]) == (2, 1, 3)
    assert [row["status"] for row in body["results"]] == [*[204 if action == "delete" else 200] * 2, 404]
    assert body["results"][2]["error"]["code"] == "not_found"


def test_only_what_was_shown_is_done_where_that_is_asked(call, ada, stored, four):
    asked = {"action": "delete", "search": {"query": "file"}}
    shown = call(ada, **asked, dry_run=True).json()["digest"]
    late = stored(ada, name="file late.bin")
    refused = call(ada, **asked, shown=shown)
    assert (refused.status_code, refused.json()["code"]) == (409, "selection_changed")
    assert File.objects.visible_to(ada).count() == 5
    late.delete()
    assert call(ada, **asked, shown=shown).json()["count"] == 4
    assert File.objects.visible_to(ada).count() == 0


def test_tags_go_on_and_off_and_are_searched_by(call, found, ada, four):
    call(ada, action="tag", options={"tags": [" spring", "old "]}, files=ids(four[:2]))
    assert [file.tags for file in File.objects.order_by("pk")] == [["old", "spring"]] * 2 + [["old"]] * 2
    assert sorted(found(ada, "spring")) == ["file 0.bin", "file 1.bin"]
    call(ada, action="untag", options={"tags": ["old"]}, search={"query": "spring"})
    assert [file.tags for file in File.objects.order_by("pk")] == [["spring"]] * 2 + [["old"]] * 2
    changes = AuditEntry.objects.filter(action="file.changed")
    assert changes.count() == 4
    assert {entry.actor_id for entry in changes} == {ada.pk}


def test_what_would_have_too_many_tags_is_left_out(call, ada, four):
    File.objects.filter(pk=four[0].pk).update(tags=[str(n) for n in range(20)])
    body = call(ada, action="tag", options={"tags": ["x"]}, files=ids(four[:2])).json()
    assert [row["status"] for row in body["results"]] == [409, 200]
    assert body["results"][0]["error"]["code"] == "too_many_tags"
    assert File.objects.get(pk=four[0].pk).tags == [str(n) for n in range(20)]
    assert File.objects.get(pk=four[1].pk).tags == ["old", "x"]


def test_a_deletion_is_undone_by_what_it_answers(call, ada, four):
    body = call(ada, action="delete", search={"query": "file"}).json()
    assert body["count"] == 4
    assert File.objects.visible_to(ada).count() == 0
    assert Usage.objects.get(owner=ada).files == 0
    back = call(ada, **body["undo"])
    assert (back.status_code, back.json()["count"]) == (207, 4)
    assert File.objects.visible_to(ada).count() == 4
    assert Usage.objects.get(owner=ada).files == 4
    assert AuditEntry.objects.filter(action="file.restored", actor=ada).count() == 4
    assert call(ada, **body["undo"]).json()["count"] == 0


def test_restoring_by_ids(call, ada, ben, four):
    call(ada, action="delete", files=ids(four))
    assert [row["status"] for row in call(ben, action="restore", files=ids(four)).json()["results"]] == [
        404
    ] * 4
    assert call(ada, action="restore", files=ids(four[:1])).json()["count"] == 1
    assert File.objects.visible_to(ada).get() == four[0]


def test_restoring_beyond_the_quota_restores_nothing(call, ada, four, settings):
    call(ada, action="delete", files=ids(four))
    settings.DEFAULT_QUOTA_BYTES = 1
    type(ada).objects.filter(pk=ada.pk).update(quota_bytes=1)
    answer = call(ada, action="restore", files=ids(four))
    assert (answer.status_code, answer.json()["code"]) == (413, "quota_exceeded")
    assert File.objects.visible_to(ada).count() == 0


def test_all_files_are_meant_by_an_empty_search(call, ada, ben, stored, four):
    stored(ben)
    assert call(ada, action="delete", search={}, dry_run=True).json()["count"] == 4


def test_too_many_files_are_refused_before_anything_is_done(call, ada, four, monkeypatch):
    monkeypatch.setitem(actions._items, "delete", replace(actions.get("delete"), most=3))
    answer = call(ada, action="delete", search={})
    assert (answer.status_code, answer.json()["code"]) == (422, "too_many_files")
    assert File.objects.visible_to(ada).count() == 4


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"action": "tag", "search": {}}, 400, "options.tags"),
        ({"action": "tag", "search": {}, "options": {"tags": ["a,b"]}}, 400, "options.tags"),
        ({"action": "tag", "search": {}, "options": {"tags": ["a", " "]}}, 400, "options.tags"),
        ({"action": "tag", "search": {}, "options": {"tags": ["a", " a"]}}, 400, "options.tags"),
        ({"action": "tag", "search": {}, "options": {"tags": ["a"], "colour": 1}}, 400, "options.colour"),
        ({"action": "delete", "search": {}, "options": {"tags": []}}, 400, "options.tags"),
        ({"action": "delete"}, 400, "files"),
        ({"action": "delete", "search": {}, "files": []}, 400, "files"),
        ({"action": "delete", "files": ["1"]}, 400, "files"),
        ({"action": "delete", "search": {"colour": "red"}}, 400, "search.colour"),
        ({"action": "delete", "deleted_at": "2026-01-01T00:00:00Z"}, 400, "deleted_at"),
        ({"action": "paint", "search": {}}, 422, "action"),
        ({"search": {}}, 400, "action"),
        ({"action": "delete", "search": {}, "force": True}, 400, "force"),
    ],
)
def test_a_bad_body_names_its_field(call, ada, four, body, status, field):
    answer = call(ada, **body)
    assert answer.status_code == status, answer.content
    assert answer.json()["errors"][0]["field"].startswith(field)
    assert File.objects.visible_to(ada).count() == 4


def test_a_viewer_and_a_reading_token_change_nothing(call, api, ada, vera, stored, four):
    mine = stored(vera)
    assert call(vera, action="delete", files=ids([mine])).status_code == 403
    assert (
        api(ada, Scope.READ).post(URL, {"action": "delete", "search": {}}, format="json").status_code == 403
    )
    assert File.objects.filter(deleted_at=None).count() == 5


def test_staff_leave_their_name(call, mia, four):
    assert call(mia, action="delete", files=ids(four[:1])).json()["count"] == 1
    assert AuditEntry.objects.get(action="file.deleted").actor == mia


def test_it_costs_the_same_however_many_files_there_are(
    call, ada, stored, four, django_assert_num_queries, django_assert_max_num_queries
):
    call(ada, action="tag", options={"tags": ["warm"]}, search={})
    call(ada, action="delete", search={}, dry_run=True)  # the token is made, and its last use noted
    for count in (1, 20):
        for number in range(count):
            stored(ada, bytes([number, count]))
        with django_assert_num_queries(6):  # token, savepoint, files, change, audit, end of savepoint
            call(ada, action="tag", options={"tags": [f"t{count}"]}, search={})
        with django_assert_max_num_queries(2):
            call(ada, action="delete", search={}, dry_run=True)
