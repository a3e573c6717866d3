"""Registering, signing in and out by program."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import services
from accounts.models import Token, User
from core.access.roles import Role, Scope
from core.models import IdempotencyKey
from tests.accounts.asking import AUTH, assert_refused, audited, bearer, sign_in
from tests.cast import PASSWORD

NEW = {"username": "Grace.Hopper-1", "email": "grace@example.org", "password": "nanoseconds of wire"}


def register(**changes: Any) -> Any:
    return APIClient().post(f"{AUTH}/register", NEW | changes, format="json")


def test_a_newcomer_registers_works_and_leaves(db: None) -> None:
    made = register()
    assert made.status_code == 201
    assert set(made.json()) == {"user", "token"}
    assert made["Cache-Control"] == "no-store"
    user = made.json()["user"]
    assert (user["username"], user["email"], user["role"]) == (NEW["username"], NEW["email"], "user")
    client = bearer(made.json()["token"])

    assert client.get(f"{AUTH}/profile").json() == user
    assert client.post(f"{AUTH}/logout").status_code == 204
    assert_refused(client.get(f"{AUTH}/profile"), 401, "token_invalid")

    again = sign_in("grace.hopper-1", NEW["password"])
    assert again.status_code == 200
    assert set(again.json()) == {"user", "token", "expires_at"}
    assert again.json()["user"] == user
    assert bearer(again.json()["token"]).get(f"{AUTH}/profile").status_code == 200
    assert [action for action, _ in audited()] == [
        "user.registered",
        "token.created",
        "token.revoked",
        "user.signed_in",
        "token.created",
    ]


def test_passwords_and_secrets_are_kept_as_hashes(db: None) -> None:
    secret = register().json()["token"]
    token = Token.objects.get()
    kept = str(list(User.objects.values())) + str(list(Token.objects.values()))
    assert NEW["password"] not in kept
    assert secret not in kept
    assert secret.startswith(token.prefix)
    assert User.objects.get().password.startswith("argon2$argon2id$")


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"username": "a"}, "username", "length"),
        ({"username": "a" * 65}, "username", "length"),
        ({"username": "-ada"}, "username", "pattern"),
        ({"username": "ada lovelace"}, "username", "pattern"),
        ({"username": "аda"}, "username", "pattern"),
        ({"username": 12}, "username", "invalid"),
        ({"username": None}, "username", "null"),
        ({"email": "ada"}, "email", "pattern"),
        ({"email": "ada@example"}, "email", "pattern"),
        ({"email": "ada@example.org\n"}, "email", "characters"),
        ({"email": "a" * 250 + "@example.org"}, "email", "length"),
        ({"password": "short"}, "password", "length"),
        ({"password": "x" * 1025}, "password", "length"),
        ({"password": "86420135797"}, "password", "weak"),
        ({"password": "gracehopper-1"}, "password", "weak"),
        ({"password": ""}, "password", "length"),
    ],
)
def test_each_mistake_is_named_once_and_makes_nothing(
    db: None, changes: dict[str, Any], field: str, code: str
) -> None:
    body = assert_refused(register(**changes), 400, "invalid", field)
    assert body["errors"][0]["code"] == code
    assert not User.objects.exists()


@pytest.mark.parametrize("name", ["username", "email", "password"])
@pytest.mark.parametrize("text", ["nul\x00byte and more", "lone \ud800 surrogate", "bell \x07 in a word"])
def test_text_that_cannot_be_kept_is_refused(db: None, name: str, text: str) -> None:
    body = json.dumps(NEW | {name: text})
    assert APIClient().post(f"{AUTH}/register", body, content_type="application/json").status_code == 400
    assert (
        APIClient().post(f"{AUTH}/register", NEW | {name: text[:4] + "\x00"}).status_code == 400
    )  # multipart
    assert not User.objects.exists()


def test_a_body_that_is_no_object_is_refused(db: None) -> None:
    for body in ("[]", '"text"', "12", "null", "{", ""):
        response = APIClient().post(f"{AUTH}/register", body, content_type="application/json")
        assert response.status_code == 400, body
    for media_type in ("text/xml", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"):
        assert_refused(
            APIClient().post(f"{AUTH}/register", "<x/>", content_type=media_type),
            415,
            "unsupported_media_type",
        )


@pytest.mark.parametrize("changes", [{"email": "other@example.org"}, {"username": "other"}])
def test_names_and_addresses_are_taken_whatever_their_case(db: None, changes: dict[str, str]) -> None:
    assert register().status_code == 201
    upper = {name: value.upper() for name, value in NEW.items() if name not in changes and name != "password"}
    assert_refused(register(**upper, **changes), 409, "taken", *upper)
    assert User.objects.count() == 1


def test_passwords_of_any_letters_and_any_length_are_told_apart(db: None) -> None:
    long = "ж🔑" * 500
    assert register(password=long).status_code == 201
    assert sign_in(NEW["username"], long).status_code == 200
    assert_refused(sign_in(NEW["username"], long[:-1]), 401, "wrong_credentials")
    assert_refused(sign_in(NEW["username"], long[:72]), 401, "wrong_credentials")


def test_a_password_is_the_same_composed_and_decomposed(db: None) -> None:
    assert register(password="caf\u00e9 au lait, s'il").status_code == 201
    assert sign_in(NEW["username"], "cafe\u0301 au lait, s'il").status_code == 200


def test_sign_up_can_be_closed(db: None, settings: Any) -> None:
    settings.SIGN_UP_OPEN = False
    assert_refused(register(), 403, "sign_up_closed")
    assert not User.objects.exists()


def test_a_wrong_password_an_unknown_name_and_no_name_look_alike(ada: User) -> None:
    answers = [sign_in("ada", "wrong"), sign_in("nobody", "wrong"), sign_in("no such name!", "wrong")]
    bodies = [assert_refused(answer, 401, "wrong_credentials") for answer in answers]
    assert len({body["detail"] for body in bodies}) == 1
    assert "Bearer" in answers[0]["WWW-Authenticate"]
    assert audited(since=1) == [("user.sign_in_refused", None)] * 3
    assert not Token.objects.exists()


def test_sign_in_names_what_is_missing(ada: User) -> None:
    assert_refused(
        APIClient().post(f"{AUTH}/login", {}, format="json"), 400, "invalid", "username", "password"
    )


def test_a_closed_account_is_told_so_only_with_its_password(ada: User, mia: User) -> None:
    services.user_set_active(user=ada, active=False, actor=mia)
    assert_refused(sign_in("ada"), 403, "account_closed")
    assert_refused(sign_in("ada", "wrong"), 401, "wrong_credentials")


def test_the_token_of_a_sign_in_may_what_the_account_may(ada: User, mia: User) -> None:
    assert sign_in("ada").status_code == sign_in("mia").status_code == 200
    assert Token.objects.get(owner=ada).scope == Scope.WRITE
    assert Token.objects.get(owner=mia).scope == Scope.ADMIN
    assert {token.name for token in Token.objects.all()} == {"sign-in"}


def test_who_signs_in_is_noted(ada: User) -> None:
    before = timezone.now()
    sign_in("ada")
    ada.refresh_from_db()
    assert ada.last_login is not None
    assert ada.last_login >= before


def test_a_dead_token_does_not_keep_anybody_from_signing_in(ada: User) -> None:
    client = bearer("dc_nonsense")
    body = {"username": "ada", "password": PASSWORD}
    assert client.post(f"{AUTH}/login", body, format="json").status_code == 200
    assert_refused(client.get(f"{AUTH}/profile"), 401, "token_invalid")


def test_signing_in_keeps_no_trace_of_the_password_for_repeats(ada: User) -> None:
    _, secret = services.token_create(owner=ada, name="t")
    client = bearer(secret)
    body = {"username": "ada", "password": PASSWORD}
    first = client.post(f"{AUTH}/login", body, format="json", HTTP_IDEMPOTENCY_KEY="k")
    second = client.post(f"{AUTH}/login", body, format="json", HTTP_IDEMPOTENCY_KEY="k")
    assert first.json()["token"] != second.json()["token"]


def test_a_token_that_only_reads_can_end_itself(ada: User) -> None:
    token, secret = services.token_create(owner=ada, name="t", scope=Scope.READ)
    assert bearer(secret).post(f"{AUTH}/logout").status_code == 204
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_logout_ends_the_token_of_the_call_alone(ada: User) -> None:
    (_, first), (_, second) = (services.token_create(owner=ada, name=n) for n in "ab")
    assert bearer(first).post(f"{AUTH}/logout").status_code == 204
    assert_refused(bearer(first).post(f"{AUTH}/logout"), 401, "token_invalid")
    assert bearer(second).get(f"{AUTH}/profile").status_code == 200


def test_a_browser_logs_out_with_its_csrf_token_alone(ada: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    page = browser.get("/sign-in")
    form = {"username": "ada", "password": PASSWORD}
    assert browser.post("/sign-in", form).status_code == 403
    assert page.cookies["csrftoken"].value
    signed = browser.post("/sign-in", form, headers={"X-CSRFToken": page.cookies["csrftoken"].value})
    assert signed.status_code == 302
    assert_refused(browser.post(f"{AUTH}/logout"), 403, "forbidden")
    assert browser.get(f"{AUTH}/profile").status_code == 200
    csrf = {"X-CSRFToken": browser.cookies["csrftoken"].value}
    assert browser.post(f"{AUTH}/logout", headers=csrf).status_code == 204
    assert_refused(browser.get(f"{AUTH}/profile"), 401, "not_signed_in")
    assert audited()[-1] == ("user.signed_out", "ada")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "profile"),
        ("put", "profile"),
        ("put", "password"),
        ("get", "preferences"),
        ("put", "preferences"),
        ("get", "tokens"),
        ("post", "tokens"),
        ("post", "logout"),
        ("delete", "tokens/0190a8a0-0000-7000-8000-000000000000"),
    ],
)
def test_nobody_gets_in_without_a_token(db: None, method: str, path: str) -> None:
    assert_refused(getattr(APIClient(), method)(f"{AUTH}/{path}", {}, format="json"), 401, "not_signed_in")


def test_methods_that_are_not_there_are_405(ada: User, api: Any) -> None:
    assert_refused(api(ada).delete(f"{AUTH}/profile"), 405, "method_not_allowed")
    assert_refused(api().get(f"{AUTH}/login"), 405, "method_not_allowed")


def test_an_expired_token_opens_nothing(ada: User) -> None:
    token, secret = services.token_create(owner=ada, name="t", days=1)
    Token.objects.filter(pk=token.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert_refused(bearer(secret).get(f"{AUTH}/profile"), 401, "token_invalid")


def test_the_use_of_a_token_is_noted_once_a_minute(ada: User, django_assert_num_queries: Any) -> None:
    _, secret = services.token_create(owner=ada, name="t")
    client = bearer(secret)
    with django_assert_num_queries(2):  # the token with its owner, and the note
        client.get(f"{AUTH}/profile")
    with django_assert_num_queries(1):
        client.get(f"{AUTH}/profile")
    assert Token.objects.get().last_used_at is not None


def test_roles_of_viewers_let_them_keep_their_account_but_make_no_files(vera: User, api: Any) -> None:
    client = api(vera)
    assert client.get(f"{AUTH}/profile").json()["role"] == Role.VIEWER
    assert client.put(f"{AUTH}/profile", {"display_name": "Vera"}, format="json").status_code == 200
    assert_refused(client.post("/api/v1/files/upload"), 403, "role_missing")


def register_under(key: str, **changes: Any) -> Any:
    client, headers = APIClient(), {"Idempotency-Key": key}
    return client.post(f"{AUTH}/register", NEW | changes, format="json", headers=headers)


def test_a_registration_repeated_under_its_key_is_no_conflict(db: None) -> None:
    first, again = register_under("k-1"), register_under("k-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["user"] == again.json()["user"]
    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"
    assert bearer(again.json()["token"]).get(f"{AUTH}/profile").status_code == 200
    assert User.objects.count() == 1
    kept = str(list(IdempotencyKey.objects.values()))
    assert first.json()["token"] not in kept
    assert NEW["password"] not in kept


def test_the_key_of_a_registration_opens_nothing_without_its_names_and_password(db: None) -> None:
    register_under("k-1")
    assert_refused(register_under("k-1", password="somebody else's wire"), 422, "idempotency_key_reused")
    assert_refused(register_under("k-2"), 409, "taken", "username", "email")
    assert_refused(register_under("k-1", email="else@example.org"), 409, "taken", "username")
    assert_refused(register(), 409, "taken", "username", "email")
    other = register_under("k-1", username="ada", email="else@example.org")
    assert (other.status_code, other.json()["user"]["username"]) == (201, "ada")
    assert Token.objects.count() == 2


def test_passwords_tried_under_a_key_are_counted(db: None, settings: Any) -> None:
    settings.SIGN_IN_ATTEMPTS = 3
    register_under("k-1")
    for _ in range(3):
        assert_refused(register_under("k-1", password="somebody else's wire"), 422, "idempotency_key_reused")
    assert_refused(register_under("k-1"), 429, "too_many_attempts")


def test_refused_registrations_under_a_key_are_counted(db: None, settings: Any) -> None:
    settings.SIGN_UP_ATTEMPTS = 2
    register_under("k-1")
    assert_refused(register_under("k-2"), 409, "taken", "username", "email")
    assert_refused(register_under("k-3"), 429, "too_many_attempts")


def test_a_key_that_cannot_be_kept_makes_no_account(db: None) -> None:
    assert_refused(register_under("x" * 256), 400, "invalid", "Idempotency-Key")
    assert not User.objects.exists()
