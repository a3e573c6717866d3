"""The back office: its doors, the desk of accounts, the audit log."""

import re
from datetime import datetime
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db.models import Value
from django.test import Client
from django.urls import reverse

from accounts import services, usage
from accounts.models import AuditEntry, Token, User
from core.access.roles import Role
from tests.accounts.asking import AUTH, audited, bearer, sign_in
from tests.cast import PASSWORD, make

USERS = reverse("admin:accounts_user_changelist")
AUDIT = reverse("admin:accounts_auditentry_changelist")


def text(response: Any) -> str:
    return str(response.content.decode())


def hidden(response: Any) -> dict[str, str]:
    """Return the hidden fields that the form of a page brings along."""
    fields = re.findall(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?', text(response))
    return {name: value for name, value in fields if name != "csrfmiddlewaretoken"}


def act(page: Client, action: str, *users: User) -> Any:
    """Carry out an action of the desk on some accounts."""
    form = {"action": action, "_selected_action": [str(user.pk) for user in users]}
    return page.post(USERS, form, follow=True)


def test_the_door_is_the_platforms_own_sign_in(mia: User) -> None:
    page = Client()
    closed = page.get("/admin/", follow=True)
    assert closed.redirect_chain[-1][0] == "/sign-in?next=/admin/"
    signed = page.post(closed.redirect_chain[-1][0], {"username": "mia", "password": PASSWORD})
    assert signed["Location"] == "/admin/"
    assert page.get("/admin/").status_code == 200
    assert page.get("/admin/login/")["Location"] == "/admin/"


def test_the_back_office_has_no_sign_in_of_its_own_to_guess_at(mia: User) -> None:
    page = Client()
    answer = page.post("/admin/login/?next=/admin/", {"username": "mia", "password": PASSWORD})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in?")
    assert "sessionid" not in page.cookies


@pytest.mark.parametrize("role", [Role.VIEWER, Role.USER])
def test_others_are_told_that_it_is_not_for_them(db: None, browser: Any, role: Role) -> None:
    page = browser(make("someone", role))
    refused = page.get(USERS, follow=True)
    assert refused.status_code == 403
    assert "This needs the role “operator”" in text(refused)


def test_leaving_and_changing_the_password_are_the_platforms_own(mia: User, browser: Any) -> None:
    page = browser(mia)
    assert page.get("/admin/password_change/")["Location"] == "/account"
    assert page.post("/admin/logout/")["Location"] == "/sign-in"
    assert audited()[-1] == ("user.signed_out", "mia")
    assert page.get("/admin/").status_code == 302


def test_operators_look_and_change_nothing(otto: User, ada: User, browser: Any) -> None:
    page = browser(otto)
    assert "ada@example.org" in text(page.get(USERS))
    assert act(page, "close", ada).status_code in {200, 403}
    assert page.get(reverse("admin:accounts_user_add")).status_code == 403
    detail = reverse("admin:accounts_user_change", args=[ada.pk])
    assert page.get(detail).status_code == 200
    assert page.post(detail, {"email": "x@example.org"}).status_code == 403
    ada.refresh_from_db()
    assert (ada.is_active, ada.email) == (True, "ada@example.org")
    assert page.get(AUDIT).status_code == 200


def test_accounts_are_closed_and_opened(mia: User, ada: User, ben: User, browser: Any) -> None:
    page = browser(mia)
    _, secret = services.token_create(owner=ada, name="t")
    assert "Closed: 2" in text(act(page, "close", ada, ben))
    assert bearer(secret).get(f"{AUTH}/profile").status_code == 401
    assert sign_in("ada").status_code == 403
    assert "Opened: 1" in text(act(page, "open", ada))
    assert sign_in("ada").status_code == 200
    assert audited().count(("user.closed", "mia")) == 2


def test_a_refusal_is_shown_and_the_others_go_on(mia: User, ada: User, browser: Any) -> None:
    shown = text(act(browser(mia), "close", mia, ada))
    assert "mia: This is the last administrator." in shown
    assert "Closed: 1" in shown
    assert list(User.objects.filter(is_active=True)) == [mia]


@pytest.mark.parametrize("role", list(Role))
def test_roles_are_given(mia: User, ada: User, browser: Any, role: Role) -> None:
    assert f"Now {role.value}: 1" in text(act(browser(mia), f"make_{role.value}", ada))
    ada.refresh_from_db()
    assert ada.role == role
    assert audited()[-1] == ("user.role_changed", "mia")


def test_sessions_and_tokens_are_ended(mia: User, ada: User, browser: Any) -> None:
    page = browser(ada)
    act(browser(mia), "end_sessions", ada)
    assert page.get("/account").status_code == 302
    assert ("user.sessions_ended", "mia") in audited()


def test_a_new_password_is_shown_once_and_works(mia: User, ada: User, browser: Any) -> None:
    page = browser(mia)
    shown = act(page, "new_passwords", ada)
    assert "no-store" in shown["Cache-Control"]
    password = re.search(r"<code[^>]*>([0-9a-f-]+)</code>", text(shown))
    assert password
    assert password[1] not in text(page.get(USERS))
    assert sign_in("ada", password[1]).status_code == 200
    assert ("user.password_reset", "mia") in audited()


def test_an_account_is_made_with_a_password_shown_once(mia: User, browser: Any) -> None:
    page = browser(mia)
    add = reverse("admin:accounts_user_add")
    assert page.get(add).status_code == 200
    shown = page.post(add, {"username": "new.one", "email": "new@example.org", "role": "viewer"})
    password = re.search(r"<code[^>]*>([0-9a-f-]+)</code>", text(shown))
    assert password
    assert sign_in("new.one", password[1]).status_code == 200
    made = User.objects.get(username="new.one")
    assert (made.role, made.password_is_temporary) == (Role.VIEWER, True)
    assert ("user.created", "mia") in audited()
    assert LogEntry.objects.filter(user=mia, object_id=str(made.pk)).exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"username": "ADA"}, "This user name is taken."),
        ({"email": "ADA@example.org"}, "This e-mail address is taken."),
        ({"username": "a b"}, "Letters, digits, dots"),
        ({"role": "god"}, "Select a valid choice"),
    ],
)
def test_a_refused_account_keeps_what_was_typed(
    mia: User, ada: User, browser: Any, changes: dict[str, str], words: str
) -> None:
    form = {"username": "new", "email": "new@example.org", "role": "user"} | changes
    refused = browser(mia).post(reverse("admin:accounts_user_add"), form)
    assert refused.status_code == 200
    assert words in text(refused)
    assert f'value="{form["username"]}"' in text(refused)
    assert User.objects.count() == 2


def test_an_account_is_changed_through_the_service(mia: User, ada: User, browser: Any) -> None:
    page, detail = browser(mia), reverse("admin:accounts_user_change", args=[ada.pk])
    services.token_create(owner=ada, name="nightly")
    form = {"email": "countess@example.org", "display_name": "Ada", "quota_bytes": "1000"}
    assert "nightly" in text(page.get(detail))
    assert page.post(detail, hidden(page.get(detail)) | form).status_code == 302
    ada.refresh_from_db()
    assert (ada.email, ada.display_name, ada.quota_bytes) == ("countess@example.org", "Ada", 1000)
    entry = AuditEntry.objects.get(action="user.changed")
    assert (entry.actor, entry.detail) == (mia, {"fields": ["display_name", "email", "quota_bytes"]})


def test_nothing_else_can_be_changed_by_sending_it(mia: User, ada: User, browser: Any) -> None:
    detail = reverse("admin:accounts_user_change", args=[ada.pk])
    form = {"email": ada.email, "display_name": "", "role": "administrator", "is_active": "", "password": "x"}
    page, before = browser(mia), ada.password
    assert page.post(detail, hidden(page.get(detail)) | form).status_code == 302
    ada.refresh_from_db()
    assert (ada.role, ada.is_active, ada.password) == (Role.USER, True, before)


def test_nobody_deletes_accounts_or_tokens(mia: User, ada: User, browser: Any) -> None:
    page = browser(mia)
    services.token_create(owner=ada, name="t")
    assert page.post(reverse("admin:accounts_user_delete", args=[ada.pk]), {"post": "yes"}).status_code == 403
    act(page, "delete_selected", ada)
    assert (User.objects.count(), Token.objects.count()) == (2, 1)


def test_accounts_are_searched_and_filtered(mia: User, ada: User, ben: User, browser: Any) -> None:
    page = browser(mia)
    for query, found in (
        ("q=ada", {ada}),
        ("role__exact=administrator", {mia}),
        ("is_active__exact=0", set()),
    ):
        listed = page.get(f"{USERS}?{query}").context["cl"].result_list
        assert set(listed) == found, query


def test_the_list_counts_tokens_and_costs_the_same_however_long(
    mia: User, ada: User, browser: Any, django_assert_max_num_queries: Any
) -> None:
    page = browser(mia)
    for number in range(3):
        services.token_create(owner=ada, name=f"t{number}")
    services.token_revoke(token=Token.objects.latest("created_at"), actor=ada)
    for number in range(20):
        make(f"user{number}", Role.USER)
    with django_assert_max_num_queries(6):
        listed = page.get(USERS).context["cl"].result_list
    assert next(user for user in listed if user == ada)._tokens == 2


def test_figures_of_other_apps_stand_beside_the_accounts(
    mia: User, browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usage.figures, "_items", {})
    usage.add("bytes", "Stored", Value(4711), show="{} bytes".format)
    page = browser(mia)
    for address in (USERS, reverse("admin:accounts_user_change", args=[mia.pk])):
        assert "4711 bytes" in text(page.get(address))


def test_the_audit_log_is_read_and_nothing_else(mia: User, ada: User, browser: Any) -> None:
    page = browser(mia)
    entry = AuditEntry.objects.get(action="user.registered", actor=ada)
    detail = reverse("admin:accounts_auditentry_change", args=[entry.pk])
    assert page.get(detail).status_code == 200
    assert page.post(detail, {"action": "x"}).status_code == 403
    assert page.get(reverse("admin:accounts_auditentry_add")).status_code == 403
    assert page.post(reverse("admin:accounts_auditentry_delete", args=[entry.pk])).status_code == 403
    entry.refresh_from_db()
    assert entry.action == "user.registered"


def entry_day() -> datetime:
    """Return when the first entry was made."""
    return AuditEntry.objects.earliest("created_at").created_at


def test_the_audit_log_is_filtered_by_action_actor_date_and_object(
    mia: User, ada: User, browser: Any, django_assert_max_num_queries: Any
) -> None:
    page = browser(mia)
    services.token_create(owner=ada, name="t")

    def found(query: str) -> list[str]:
        return [entry.action for entry in page.get(f"{AUDIT}?{query}").context["cl"].result_list]

    assert f"{entry_day():%-d %b %Y, %H:%M:%S}" in text(page.get(AUDIT))
    assert found("action__icontains=token") == ["token.created"]
    assert found(f"actor__id__exact={ada.pk}") == ["token.created", "user.registered"]
    assert found(f"q={ada.pk}") == ["user.registered"]
    assert found("q=nothing") == []
    today = f"{entry_day():%Y-%m-%d}"
    assert found("created_at_from=2001-01-01&created_at_to=2001-01-02") == []
    assert "token.created" in found(f"created_at_from={today}&created_at_to={today}")
    assert found("created_at_from=nonsense")
    with django_assert_max_num_queries(6):
        page.get(AUDIT)
