"""The door to each row, and who is noted at it."""

from typing import Any
from uuid import uuid4

import pytest

from accounts.models import AuditEntry, User
from core.access import get_visible
from core.access.matrix import ANYONE, Rule, find, rule, scope_for
from core.access.roles import Role, Scope
from core.errors import NotFound
from core.jobs import enqueue
from core.models import Job


@pytest.mark.django_db(transaction=True)
def test_staff_who_open_a_row_of_somebody_else_are_noted_once(ada: User, otto: User, mia: User) -> None:
    job = enqueue("test.nothing", owner=ada, params={})
    for _ in range(3):
        assert get_visible(Job.objects, otto, job.pk) == job
        assert get_visible(Job.objects, ada, job.pk) == job
    get_visible(Job.objects, mia, job.pk)
    noted = AuditEntry.objects.filter(action="job.opened_by_staff", target_id=job.pk)
    assert {entry.actor for entry in noted} == {otto, mia}
    assert noted.count() == 2


def test_what_is_absent_and_what_is_hidden_look_the_same(ada: User, ben: User) -> None:
    job = enqueue("test.nothing", owner=ada, params={})
    said = set()
    for pk in (job.pk, uuid4()):
        with pytest.raises(NotFound) as refused:
            get_visible(Job.objects, ben, pk)
        said.add(str(refused.value.as_dict()))
    assert len(said) == 1


@pytest.mark.parametrize(
    ("method", "needed"),
    [
        ("GET", Role.VIEWER),
        ("HEAD", Role.VIEWER),
        ("POST", Role.OPERATOR),
        ("OPTIONS", Role.VIEWER),
        ("DELETE", None),
        ("TRACE", None),
        ("", None),
    ],
)
def test_a_rule_names_what_is_allowed(method: str, needed: Role | None) -> None:
    stated = rule(GET=Role.VIEWER, POST=Role.OPERATOR)
    assert stated.needed(method) == needed
    assert stated.allowed == ["GET", "HEAD", "OPTIONS", "POST"]


def test_nobody_is_asked_for_options_where_anyone_may() -> None:
    assert rule(GET=ANYONE, POST=Role.USER).needed("OPTIONS") is ANYONE


def test_the_scope_follows_from_method_and_role() -> None:
    assert scope_for("GET", Role.VIEWER) == Scope.READ
    assert scope_for("POST", Role.USER) == Scope.WRITE
    assert scope_for("GET", Role.OPERATOR) == Scope.ADMIN


def test_a_name_that_is_not_there_has_no_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    table: dict[str, Rule] = {"a:*": rule(GET=ANYONE), "b:c": rule(GET=ANYONE)}
    monkeypatch.setattr("core.access.matrix.matrix", lambda: table)
    found: Any = [bool(find(name)) for name in ("a:x", "a:b:c", "b:c", "b:d", "b", "", ":", "*")]
    assert found == [True, True, True, False, False, False, False, False]


def test_each_role_may_what_the_one_before_it_may() -> None:
    roles = list(Role)
    for number, role in enumerate(roles):
        assert [role.includes(other) for other in roles] == [rank <= number for rank in range(len(roles))]
