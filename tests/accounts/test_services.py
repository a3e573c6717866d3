"""What services do to accounts: who may still come in, and what is written down."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, connections, transaction

from accounts import selectors, services
from accounts.events import AccessChanged
from accounts.identity import Identity
from accounts.models import AuditEntry, Preferences, Token, User
from core import events
from core.access.roles import Role, Scope
from core.errors import Conflict, Forbidden
from tests.accounts.asking import audited
from tests.cast import PASSWORD, make


@pytest.fixture
def news(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Collect what is published, as if each were committed at once."""
    heard: list[Any] = []
    monkeypatch.setattr(services, "publish", heard.append)
    return heard


def identity(user: User) -> Identity:
    """Return what a socket opened with a fresh token of `user` goes by."""
    _, secret = services.token_create(owner=user, name="socket")
    return Identity(secret, None)


def test_a_revoked_token_is_no_identity_any_more(ada: User, news: list[Any]) -> None:
    token, secret = services.token_create(owner=ada, name="t")
    who = Identity(secret, None)
    assert who.fresh() == (ada, token)
    services.token_revoke(token=token, actor=ada)
    assert who.fresh() is None
    assert news == [AccessChanged(ada.pk)]


def test_a_closed_account_is_no_identity_and_stays_none_when_opened(
    ada: User, mia: User, browser: Any, news: list[Any]
) -> None:
    session = Identity(None, browser(ada).session.session_key)
    who = identity(ada)
    assert session.fresh() == (ada, None)
    services.user_set_active(user=ada, active=False, actor=mia)
    assert (who.fresh(), session.fresh()) == (None, None)
    services.user_set_active(user=ada, active=True, actor=mia)
    assert (who.fresh(), session.fresh()) == (None, None)
    assert news[-2:] == [AccessChanged(ada.pk)] * 2
    assert audited(since=-2) == [("user.closed", "mia"), ("user.opened", "mia")]


@pytest.mark.parametrize(
    "end",
    [
        lambda user, by: services.user_end_sessions(user=user, actor=by),
        lambda user, by: services.password_reset(user=user, actor=by),
        lambda user, by: services.password_change(user=user, old=PASSWORD, new="quite another password"),
    ],
)
def test_what_ends_sessions_ends_all_of_them(
    ada: User, mia: User, browser: Any, news: list[Any], end: Any
) -> None:
    session, who = Identity(None, browser(ada).session.session_key), identity(ada)
    end(ada, mia)
    assert (who.fresh(), session.fresh()) == (None, None)
    assert news[-1] == AccessChanged(ada.pk)
    assert Token.objects.in_state("active").filter(owner=ada).count() == 0


def test_a_changed_role_is_told_and_counts_at_once(ada: User, mia: User, news: list[Any]) -> None:
    who = identity(ada)
    services.user_set_role(user=ada, role=Role.VIEWER, actor=mia)
    found = who.fresh()
    assert found is not None
    assert found[0].role == Role.VIEWER
    assert news == [AccessChanged(ada.pk)]
    entry = AuditEntry.objects.latest("created_at")
    assert (entry.action, entry.actor, entry.target_type, entry.target_id) == (
        "user.role_changed",
        mia,
        "users",
        ada.pk,
    )
    assert entry.detail == {"before": "user", "after": "viewer"}


def test_signing_out_ends_the_socket_of_that_browser(ada: User, browser: Any, news: list[Any]) -> None:
    client = browser(ada)
    session = Identity(None, client.session.session_key)
    client.post("/sign-out")
    assert session.fresh() is None
    assert news[-1] == AccessChanged(ada.pk)


@pytest.mark.parametrize("identity", [Identity(None, None), Identity("", None), Identity(None, "nonsense")])
def test_nobody_is_nobody(db: None, identity: Identity) -> None:
    assert identity.fresh() is None


def test_the_last_administrator_stays_one(mia: User, ada: User) -> None:
    with pytest.raises(Conflict) as refusal:
        services.user_set_role(user=mia, role=Role.USER, actor=mia)
    assert refusal.value.code == "last_administrator"
    with pytest.raises(Conflict):
        services.user_set_active(user=mia, active=False, actor=mia)
    mia.refresh_from_db()
    assert (mia.role, mia.is_active) == (Role.ADMINISTRATOR, True)
    services.user_set_role(user=ada, role=Role.ADMINISTRATOR, actor=mia)
    services.user_set_active(user=mia, active=False, actor=ada)
    with pytest.raises(Conflict):
        services.user_set_role(user=ada, role=Role.OPERATOR, actor=ada)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_depose_each_other_leave_one(db: None) -> None:
    one, other = make("mia", Role.ADMINISTRATOR), make("max", Role.ADMINISTRATOR)

    def depose(pair: tuple[User, User]) -> str:
        try:
            services.user_set_role(user=pair[0], role=Role.USER, actor=pair[1])
        except Conflict as error:
            return error.code
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(depose, [(one, other), (other, one)]))
    assert outcomes == ["done", "last_administrator"]
    assert User.objects.filter(role=Role.ADMINISTRATOR).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_register_one_name_at_once_one_gets_it(db: None) -> None:
    def register(email: str) -> str:
        try:
            services.user_register(username="grace", email=email, password=PASSWORD)
        except Conflict as error:
            return error.errors[0].field
        finally:
            connections.close_all()
        return "made"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(register, ["a@example.org", "b@example.org"]))
    assert outcomes == ["made", "username"]
    assert (User.objects.count(), Preferences.objects.count(), len(audited())) == (1, 1, 1)


def test_a_service_takes_nothing_that_the_rules_refuse(db: None, ada: User) -> None:
    with pytest.raises(ValidationError):
        services.user_register(username="no good", email="g@example.org", password=PASSWORD)
    with pytest.raises(ValidationError):
        services.profile_change(user=ada, changes={"email": "nothing"})
    with pytest.raises(ValidationError):
        services.token_create(owner=ada, name="")
    with pytest.raises(ValueError, match="quota_bytes"):
        services.profile_change(user=ada, changes={"quota_bytes": 1})
    assert (User.objects.count(), Token.objects.count()) == (1, 0)


def test_people_are_found_whatever_the_case_of_their_name(ada: User) -> None:
    assert User.objects.get_by_natural_key("ADA") == ada
    for name in ("аda", "ada\x00", "a" * 99, "", "ada "):
        assert not User.objects.named(name).exists()


def test_an_account_made_by_somebody_has_a_password_to_be_changed(mia: User) -> None:
    made, password = services.user_create(
        username="new", email="new@example.org", role=Role.VIEWER, actor=mia
    )
    assert made.password_is_temporary
    assert services.sign_in_check(username="new", password=password, address="") == made
    assert ("user.created", "mia") in audited()


def test_quotas_are_the_platforms_unless_said_otherwise(ada: User, mia: User, settings: Any) -> None:
    assert selectors.quota_of(ada) == settings.QUOTA_BYTES
    services.user_change(user=ada, changes={"quota_bytes": 0}, actor=mia)
    assert selectors.quota_of(User.objects.get(pk=ada.pk)) == 0
    assert audited()[-1] == ("user.changed", "mia")


def test_a_users_token_of_admin_scope_is_refused(ada: User, otto: User) -> None:
    with pytest.raises(Forbidden):
        services.token_create(owner=ada, name="t", scope=Scope.ADMIN)
    assert services.token_create(owner=otto, name="t", scope=Scope.ADMIN)[0].scope == Scope.ADMIN


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_log SET action = 'x'", "DELETE FROM audit_log", "TRUNCATE audit_log"]
)
def test_nobody_rewrites_the_audit_log(ada: User, statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert audited() == [("user.registered", "ada")]


def test_who_is_deleted_is_forgotten_by_the_log_and_what_happened_is_not(ada: User) -> None:
    key = ada.pk
    ada.delete()
    entry = AuditEntry.objects.get(action="user.registered")
    assert (entry.actor, entry.target_id) == (None, key)


def test_the_audit_row_says_where_and_under_which_request(ada: User, api: Any) -> None:
    client = api(ada)
    response = client.put(
        "/api/v1/auth/profile", {"display_name": "A"}, format="json", REMOTE_ADDR="2001:db8::1"
    )
    entry = AuditEntry.objects.latest("created_at")
    assert (entry.request_id, entry.address) == (response["X-Request-ID"], "2001:db8::1")
    assert entry.detail == {"fields": ["display_name"]}


def test_the_database_refuses_a_second_name_in_other_letters(ada: User) -> None:
    for clone in (User(username="ADA", email="x@example.org"), User(username="x1", email="ADA@example.org")):
        with pytest.raises(IntegrityError), transaction.atomic():
            clone.save()


def test_events_of_access_are_in_the_catalogue_and_tell_browsers_nothing(ada: User) -> None:
    event = AccessChanged(ada.pk)
    assert event.kind in events.catalogue
    assert event.message() == {"kind": "access.changed"}
    assert event.groups() == [f"access.{ada.pk}"]
