"""The pages of accounts, as a browser sees them."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import services
from accounts.models import Preferences, Token, User
from accounts.views import THEME_COOKIE
from core.access.roles import Scope
from tests.accounts.asking import AUTH, audited, bearer
from tests.cast import PASSWORD

NEW = {"username": "grace", "email": "grace@example.org", "password": "nanoseconds of wire"}


def text(response: Any) -> str:
    return str(response.content.decode())


def test_a_newcomer_signs_up_works_and_signs_out(db: None) -> None:
    page = Client()
    assert reverse("accounts:sign-up") in text(page.get("/sign-in"))
    made = page.post("/sign-up", NEW | {"next": "/account"})
    assert (made.status_code, made["Location"]) == (302, "/account")
    account = page.get("/account")
    assert account.status_code == 200
    assert "grace@example.org" in text(account)
    out = page.post("/sign-out")
    assert (out.status_code, out["Location"]) == (302, "/sign-in")
    assert page.get("/account")["Location"] == "/sign-in?next=/account"
    back = page.post("/sign-in?next=/account", {"username": "GRACE", "password": NEW["password"]})
    assert back["Location"] == "/account"
    assert [action for action, _ in audited()] == ["user.registered", "user.signed_out", "user.signed_in"]


def test_signing_in_changes_the_key_of_the_session(ada: User) -> None:
    page = Client()
    session = page.session
    session["planted"] = True
    session.save()
    planted = str(session.session_key)
    page.cookies["sessionid"] = planted
    page.post("/sign-in", {"username": "ada", "password": PASSWORD})
    assert page.session.session_key != planted
    page.cookies["sessionid"] = planted
    assert page.get("/account").status_code == 302


def test_a_refused_sign_in_keeps_the_name_and_not_the_password(ada: User) -> None:
    refused = Client().post("/sign-in", {"username": "ada", "password": "not this one", "next": "/account"})
    assert refused.status_code == 401
    assert 'value="ada"' in text(refused)
    assert 'value="/account"' in text(refused)
    assert "not this one" not in text(refused)
    assert "The user name or the password is wrong." in text(refused)


def test_after_too_many_attempts_the_page_says_when_to_come_again(ada: User, settings: Any) -> None:
    settings.SIGN_IN_ATTEMPTS = 3
    page = Client()
    for _ in range(3):
        page.post("/sign-in", {"username": "ada", "password": "wrong"})
    refused = page.post("/sign-in", {"username": "ada", "password": PASSWORD})
    assert refused.status_code == 429
    assert refused["Retry-After"]
    assert "Try again in 15 minutes." in text(refused)


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "/sign-in",
        "/sign-out",
        "",
    ],
)
def test_nobody_is_sent_to_an_address_of_others(ada: User, wanted: str) -> None:
    signed = Client().post("/sign-in", {"username": "ada", "password": PASSWORD, "next": wanted})
    assert (signed.status_code, signed["Location"]) == (302, "/")


def test_who_is_signed_in_goes_on(ada: User, browser: Any) -> None:
    page = browser(ada)
    assert page.get("/sign-in?next=/account")["Location"] == "/account"
    assert page.get("/sign-up")["Location"] == "/"


def test_a_form_sent_after_the_session_has_ended_leads_to_the_start(db: None) -> None:
    assert Client().post("/account/theme", {"theme": "dark"})["Location"] == "/sign-in?next=/"


def test_signing_out_twice_is_no_error(db: None) -> None:
    assert Client().post("/sign-out")["Location"] == "/sign-in"
    assert Client().get("/sign-out").status_code == 405


@pytest.mark.parametrize(
    ("changes", "status", "kept", "words"),
    [
        ({"username": "a b"}, 400, 'value="a b"', "Letters, digits, dots, hyphens and underscores"),
        ({"email": "nothing"}, 400, 'value="nothing"', "An e-mail address, such as"),
        ({"username": "ADA"}, 409, 'value="ADA"', "This user name is taken."),
        ({"password": "password123"}, 400, 'value="grace"', "too common"),
        ({"username": "nul\x00"}, 400, "", "Contains characters that cannot be shown."),
    ],
)
def test_a_refused_sign_up_keeps_what_was_typed(
    ada: User, changes: dict[str, str], status: int, kept: str, words: str
) -> None:
    refused = Client().post("/sign-up", NEW | changes)
    assert refused.status_code == status
    assert kept in text(refused)
    assert words in text(refused)
    assert 'aria-invalid="true"' in text(refused)
    assert User.objects.count() == 1


def test_a_closed_sign_up_says_so(db: None, settings: Any) -> None:
    settings.SIGN_UP_OPEN = False
    assert "Sign-up is closed" in text(Client().get("/sign-up"))
    assert "/sign-up" not in text(Client().get("/sign-in"))
    assert Client().post("/sign-up", NEW).status_code == 403
    assert not User.objects.exists()


def test_forms_from_elsewhere_are_refused(ada: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/sign-in", {"username": "ada", "password": PASSWORD})
    assert answer.status_code == 403
    assert "sessionid" not in answer.cookies


def test_the_profile_is_changed_and_a_mistake_keeps_what_was_typed(
    ada: User, ben: User, browser: Any
) -> None:
    page = browser(ada)
    saved = page.post(
        "/account", {"display_name": "Ada Lovelace", "email": "countess@example.org"}, follow=True
    )
    assert "Profile saved" in text(saved)
    assert 'value="Ada Lovelace"' in text(saved)
    refused = page.post("/account", {"display_name": "Countess", "email": "BEN@example.org"})
    assert refused.status_code == 409
    assert 'value="Countess"' in text(refused)
    assert "This e-mail address is taken." in text(refused)
    ada.refresh_from_db()
    assert (ada.display_name, ada.email) == ("Ada Lovelace", "countess@example.org")


def test_names_are_text_and_not_markup(ada: User, browser: Any) -> None:
    page = browser(ada)
    page.post("/account", {"display_name": "<script>alert(1)</script>", "email": ada.email})
    shown = text(page.get("/account"))
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)" in shown


def test_a_new_password_keeps_this_browser_and_ends_the_others(ada: User, browser: Any, api: Any) -> None:
    here, elsewhere, program = browser(ada), browser(ada), api(ada)
    old_key = here.session.session_key
    changed = here.post(
        "/account/password", {"old_password": PASSWORD, "new_password": "quite another one"}, follow=True
    )
    assert "Password changed" in text(changed)
    assert here.session.session_key != old_key
    assert elsewhere.get("/account").status_code == 302
    assert program.get(f"{AUTH}/profile").status_code == 401


def test_a_refused_change_of_password_is_shown_at_its_field(ada: User, browser: Any) -> None:
    page = browser(ada)
    refused = page.post("/account/password", {"old_password": "wrong", "new_password": "quite another one"})
    assert refused.status_code == 400
    assert "The present password is wrong." in text(refused)
    assert page.get("/account").status_code == 200


def test_a_theme_is_kept_here_and_where_one_signs_in_next(ada: User, browser: Any) -> None:
    page = browser(ada)
    assert page.post("/account/theme", {"theme": "dark"}).cookies[THEME_COOKIE].value == "dark"
    assert Preferences.objects.get(user=ada).values == {"theme": "dark"}
    elsewhere = Client().post("/sign-in", {"username": "ada", "password": PASSWORD})
    assert elsewhere.cookies[THEME_COOKIE].value == "dark"
    assert page.post("/account/theme", {"theme": "pink"}).status_code == 400


def test_other_preferences_survive_a_theme_and_nonsense_does_no_harm(ada: User, browser: Any) -> None:
    services.preferences_put(user=ada, values={"columns": [1], "theme": {"not": "a theme"}})
    page = browser(ada)
    page.post("/account/theme", {"theme": "light"})
    assert Preferences.objects.get(user=ada).values == {"columns": [1], "theme": "light"}


def test_a_token_is_made_shown_once_used_and_revoked(ada: User, browser: Any) -> None:
    page = browser(ada)
    assert "No tokens yet" in text(page.get("/account/tokens"))
    made = page.post("/account/tokens", {"name": "nightly", "scope": "read", "days": "7"})
    assert made.status_code == 200
    assert "no-store" in made["Cache-Control"]
    secret = re.search(r"dc_[\w-]{43}", text(made))
    assert secret
    assert f"Authorization: Bearer {secret[0]}" in text(made).replace("&quot;", '"')
    assert bearer(secret[0]).get(f"{AUTH}/profile").json()["username"] == "ada"

    token = Token.objects.get()
    assert (token.name, token.scope) == ("nightly", Scope.READ)
    listed = text(page.get("/account/tokens"))
    assert secret[0] not in listed
    assert "nightly" in listed
    revoked = page.post(reverse("accounts:token-revoke", kwargs={"pk": token.pk}), follow=True)
    assert "Token “nightly” revoked" in text(revoked)
    assert bearer(secret[0]).get(f"{AUTH}/profile").status_code == 401


def test_a_refused_token_keeps_what_was_typed(ada: User, browser: Any) -> None:
    refused = browser(ada).post("/account/tokens", {"name": "nightly", "scope": "admin", "days": "0"})
    assert refused.status_code == 400
    assert 'value="nightly"' in text(refused)
    assert not Token.objects.exists()


def test_only_staff_is_offered_tokens_that_administer(ada: User, mia: User, browser: Any) -> None:
    offer = 'value="admin"'
    assert offer not in text(browser(ada).get("/account/tokens"))
    assert offer in text(browser(mia).get("/account/tokens"))


def test_tokens_of_others_cannot_be_seen_or_revoked(ada: User, ben: User, mia: User, browser: Any) -> None:
    token, _ = services.token_create(owner=ada, name="hers alone")
    for other in (ben, mia):
        page = browser(other)
        assert "hers alone" not in text(page.get("/account/tokens"))
        assert page.post(reverse("accounts:token-revoke", kwargs={"pk": token.pk})).status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None


def test_a_temporary_password_leads_to_a_new_one(ada: User, mia: User) -> None:
    password = services.password_reset(user=ada, actor=mia)
    page = Client()
    signed = page.post("/sign-in", {"username": "ada", "password": password, "next": "/account/tokens"})
    assert signed["Location"] == "/account"
    assert "Choose one of your own" in text(page.get("/account"))
    assert "API tokens" not in text(page.get("/account"))
    for address in ("/", "/files", "/account/tokens"):
        assert page.get(address)["Location"] == "/account", address
    assert page.post("/account", {"email": "x@example.org", "display_name": ""})["Location"] == "/account"
    assert User.objects.get(pk=ada.pk).email == ada.email
    wrong = page.post("/account/password", {"old_password": "wrong", "new_password": "all of my own"})
    assert (wrong.status_code, "The present password is wrong." in wrong.content.decode()) == (400, True)
    page.post("/account/password", {"old_password": password, "new_password": "all of my own"})
    assert "Somebody else has seen" not in text(page.get("/account"))


def test_pages_cost_few_queries_however_many_tokens(
    ada: User, browser: Any, django_assert_max_num_queries: Any
) -> None:
    page = browser(ada)
    for number in range(30):
        services.token_create(owner=ada, name=f"t{number}")
    for path in ("/account", "/account/tokens", "/account/tokens?ordering=name&page=2"):
        with django_assert_max_num_queries(7):
            assert page.get(path).status_code == 200


@pytest.mark.parametrize("query", ["ordering=digest", "ordering=", "page=999", "page=x", "ordering=-"])
def test_an_address_of_the_list_that_makes_no_sense_shows_the_list(
    ada: User, browser: Any, query: str
) -> None:
    assert browser(ada).get(f"/account/tokens?{query}").status_code == 200


def test_viewers_have_an_account_too(vera: User, browser: Any) -> None:
    page = browser(vera)
    assert page.get("/account").status_code == 200
    assert page.post("/account/tokens", {"name": "t", "scope": "read", "days": "1"}).status_code == 200


@pytest.mark.parametrize("path", ["/sign-in", "/sign-up", "/account", "/account/tokens"])
def test_every_field_has_a_label_and_every_page_one_heading(ada: User, browser: Any, path: str) -> None:
    page = Client() if path.startswith("/sign") else browser(ada)
    shown = text(page.get(path))
    assert len(re.findall(r"<h1[ >]", shown)) == 1
    for identifier in re.findall(r'<(?:input|select)[^>]* id="(id_[^"]+)"', shown):
        radio = re.search(rf'<label for="{identifier}"', shown)
        assert radio or f'for="{identifier}"' in shown, identifier


def test_the_columns_of_tables_are_kept_with_the_account(
    ada: User, ben: User, browser: Any, api: Any
) -> None:
    page = browser(ada)
    services.preferences_change(user=ada, theme="dark")
    assert page.get("/account/columns").json() == {}
    for table, columns in (("files", "name,size"), ("jobs", ""), ("files", "name,sha256")):
        assert page.post("/account/columns", {"table": table, "columns": columns}).status_code == 204
    assert browser(ada).get("/account/columns").json() == {"files": ["name", "sha256"], "jobs": []}
    assert browser(ben).get("/account/columns").json() == {}
    kept = api(ada).get(f"{AUTH}/preferences").json()
    assert kept == {"theme": "dark", "columns": {"files": ["name", "sha256"], "jobs": []}}


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"columns": "a"}, 400),
        ({"table": "x" * 65, "columns": "a"}, 400),
        ({"table": "files", "columns": "a" * 2001}, 400),
        ({"table": "files", "columns": "a\x00"}, 400),
        ({"table": "files", "columns": "a" * 1000}, 400),
    ],
)
def test_columns_that_cannot_be_kept(ada: User, browser: Any, given: dict[str, str], status: int) -> None:
    page = browser(ada)
    assert page.post("/account/columns", given).status_code == status
    assert page.get("/account/columns").json() == {}


def test_columns_without_end_are_refused(ada: User, browser: Any) -> None:
    page = browser(ada)
    long = ",".join(["a" * 60] * 30)
    answers = [
        page.post("/account/columns", {"table": f"t{n}", "columns": long}).status_code for n in range(12)
    ]
    assert set(answers) == {204, 413}
