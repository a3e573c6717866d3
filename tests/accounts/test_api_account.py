"""Profile, preferences and password by program."""

from typing import Any

import pytest

from accounts import services
from accounts.models import Token, User
from core.access.roles import Role, Scope
from tests.accounts.asking import AUTH, assert_refused, audited, bearer, sign_in
from tests.cast import PASSWORD

NEW_PASSWORD = "another horse, another staple"


def put(client: Any, path: str, body: Any) -> Any:
    return client.put(f"{AUTH}/{path}", body, format="json")


def test_the_profile_says_who_one_is(ada: User, api: Any, settings: Any) -> None:
    assert api(ada).get(f"{AUTH}/profile").json() == {
        "id": str(ada.pk),
        "username": "ada",
        "email": "ada@example.org",
        "display_name": "",
        "role": "user",
        "quota_bytes": settings.QUOTA_BYTES,
        "created_at": ada.created_at.isoformat().replace("+00:00", "Z"),
    }


def test_a_profile_can_be_read_changed_and_put_back_whole(ada: User, api: Any) -> None:
    client = api(ada)
    whole = client.get(f"{AUTH}/profile").json()
    changed = whole | {"display_name": "Ada Lovelace", "email": "countess@example.org"}
    assert put(client, "profile", changed).json() == changed
    assert client.get(f"{AUTH}/profile").json() == changed
    assert audited()[-1] == ("user.profile_changed", "ada")


def test_what_is_left_out_stays(ada: User, api: Any) -> None:
    client = api(ada)
    put(client, "profile", {"display_name": "Ada"})
    before = len(audited())
    assert put(client, "profile", {}).json()["display_name"] == "Ada"
    assert len(audited()) == before


def test_nobody_gives_themselves_rights(ada: User, api: Any) -> None:
    wanted = {"role": "administrator", "quota_bytes": 1, "username": "root"}
    assert put(api(ada), "profile", wanted).json()["role"] == Role.USER
    assert_refused(put(api(ada), "profile", {"is_active": False}), 400, "invalid", "is_active")
    kept = User.objects.values("role", "quota_bytes", "username", "is_active").get()
    assert kept == {"role": Role.USER, "quota_bytes": None, "username": "ada", "is_active": True}


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"email": ""}, "email", "length"),
        ({"email": "ada"}, "email", "pattern"),
        ({"display_name": "x" * 101}, "display_name", "length"),
        ({"display_name": "   "}, "display_name", "pattern"),
        ({"display_name": "a\tb"}, "display_name", "characters"),
        ({"display_name": None}, "display_name", "null"),
        ({"display_name": ["a"]}, "display_name", "invalid"),
    ],
)
def test_a_bad_profile_changes_nothing(
    ada: User, api: Any, body: dict[str, Any], field: str, code: str
) -> None:
    answer = assert_refused(put(api(ada), "profile", body), 400, "invalid", field)
    assert answer["errors"][0]["code"] == code
    ada.refresh_from_db()
    assert (ada.email, ada.display_name) == ("ada@example.org", "")


def test_an_address_of_somebody_else_is_taken(ada: User, ben: User, api: Any) -> None:
    assert_refused(put(api(ada), "profile", {"email": "BEN@example.org"}), 409, "taken", "email")
    assert User.objects.get(pk=ada.pk).email == "ada@example.org"


def test_names_of_all_scripts_are_kept_as_they_are(ada: User, api: Any) -> None:
    for name in ("Ада", "愛", "🧮 Ada", "A\u0301da"):
        assert put(api(ada), "profile", {"display_name": name}).json()["display_name"] == name


def test_a_token_that_only_reads_changes_nothing(ada: User, api: Any) -> None:
    reader = api(ada, scope=Scope.READ)
    assert reader.get(f"{AUTH}/profile").status_code == 200
    for path in ("profile", "preferences", "password"):
        assert_refused(put(reader, path, {}), 403, "scope_missing")
    assert_refused(reader.post(f"{AUTH}/tokens", {"name": "t"}, format="json"), 403, "scope_missing")


def test_preferences_are_replaced_as_a_whole(ada: User, api: Any) -> None:
    client = api(ada)
    assert client.get(f"{AUTH}/preferences").json() == {}
    wanted = {"theme": "dark", "columns": {"files": ["name", "size"]}}
    assert put(client, "preferences", wanted).json() == wanted
    assert put(client, "preferences", {"theme": "light"}).json() == {"theme": "light"}
    assert client.get(f"{AUTH}/preferences").json() == {"theme": "light"}
    assert audited()[-1] == ("preferences.changed", "ada")


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"theme": "pink"}, "theme", "invalid_choice"),
        ({"theme": None}, "theme", "null"),
        ({"theme": ["dark"]}, "theme", "invalid_choice"),
        ({"Theme": "dark"}, "Theme", "unknown_field"),
        ({"columns": ["name"]}, "columns", "not_a_dict"),
        ({"columns": {"files": "name"}}, "columns.files", "not_a_list"),
        ({"columns": {"files": [1]}}, "columns.files.0", "invalid"),
        ({"columns": {"files": ["x" * 65]}}, "columns.files.0", "length"),
    ],
)
def test_a_preference_that_there_is_not_is_named(
    ada: User, api: Any, values: dict[str, Any], field: str, code: str
) -> None:
    client = api(ada)
    put(client, "preferences", {"theme": "dark"})
    answer = assert_refused(put(client, "preferences", values), 400, "invalid", field)
    assert answer["errors"][0]["code"] == code
    assert client.get(f"{AUTH}/preferences").json() == {"theme": "dark"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("[]", 400),
        ('"theme"', 400),
        ("null", 400),
        ('{"n": NaN}', 400),
        ('{"n": 1e999}', 400),
        ('{"n": -1e999}', 400),
        ('{"t": "\\u0000"}', 400),
        ('{"\\ud800": 1}', 400),
        ('{"a":' * 100 + "1" + "}" * 100, 400),
        ('{"a":' * 100_000, 400),
        ('{"n": 1' + "0" * 5000 + "}", 400),
        ('{"t": "' + "x" * 16_384 + '"}', 413),
        ('{"t": "' + "ж" * 8190 + '"}', 413),
    ],
)
def test_preferences_that_cannot_be_kept(ada: User, api: Any, body: str, status: int) -> None:
    client = api(ada)
    put(client, "preferences", {"theme": "dark"})
    response = client.put(f"{AUTH}/preferences", body, content_type="application/json")
    assert response.status_code == status, response.content
    assert client.get(f"{AUTH}/preferences").json() == {"theme": "dark"}


def test_preferences_are_json_alone(ada: User, api: Any) -> None:
    response = api(ada).put(f"{AUTH}/preferences", "a=1", content_type="application/x-www-form-urlencoded")
    assert_refused(response, 415, "unsupported_media_type")


def change_password(client: Any, old: str = PASSWORD, new: str = NEW_PASSWORD) -> Any:
    return put(client, "password", {"old_password": old, "new_password": new})


def test_a_new_password_ends_everything_of_before(ada: User, api: Any, browser: Any) -> None:
    client, other, page = api(ada), api(ada), browser(ada)
    answer = change_password(client)
    assert answer.status_code == 200
    assert set(answer.json()) == {"user", "token", "expires_at"}
    for old in (client, other):
        assert_refused(old.get(f"{AUTH}/profile"), 401, "token_invalid")
    assert page.get("/account").status_code == 302
    assert bearer(answer.json()["token"]).get(f"{AUTH}/profile").status_code == 200
    assert_refused(sign_in("ada"), 401, "wrong_credentials")
    assert sign_in("ada", NEW_PASSWORD).status_code == 200
    assert ("user.password_changed", "ada") in audited()


@pytest.mark.parametrize(
    ("old", "new", "field", "code"),
    [
        ("wrong", NEW_PASSWORD, "old_password", "wrong"),
        ("", NEW_PASSWORD, "old_password", "length"),
        (PASSWORD, "short", "new_password", "length"),
        (PASSWORD, "password123", "new_password", "weak"),
        (PASSWORD, "x" * 1025, "new_password", "length"),
    ],
)
def test_a_refused_change_of_password_changes_nothing(
    ada: User, api: Any, old: str, new: str, field: str, code: str
) -> None:
    client = api(ada)
    answer = assert_refused(change_password(client, old, new), 400, "invalid", field)
    assert answer["errors"][0]["code"] == code
    assert client.get(f"{AUTH}/profile").status_code == 200
    assert sign_in("ada").status_code == 200


def test_a_stolen_token_cannot_guess_the_password(ada: User, api: Any, settings: Any) -> None:
    settings.SIGN_IN_ATTEMPTS = 3
    client = api(ada)
    for _ in range(3):
        assert_refused(change_password(client, "wrong"), 400, "invalid", "old_password")
    refused = change_password(client)
    assert_refused(refused, 429, "too_many_attempts")
    assert 0 < int(refused["Retry-After"]) <= 901


def test_the_account_and_its_preferences_cost_few_queries(
    ada: User, api: Any, django_assert_num_queries: Any
) -> None:
    client = api(ada)
    client.get(f"{AUTH}/profile")
    with django_assert_num_queries(1):
        client.get(f"{AUTH}/profile")
    with django_assert_num_queries(2):
        client.get(f"{AUTH}/preferences")


def test_a_temporary_password_is_temporary_until_it_is_changed(ada: User, mia: User) -> None:
    given_password = services.password_reset(user=ada, actor=mia)
    token = sign_in("ada", given_password).json()["token"]
    assert list(User.objects.filter(password_is_temporary=True)) == [ada]
    assert change_password(bearer(token), given_password).status_code == 200
    assert not User.objects.filter(password_is_temporary=True).exists()
    assert Token.objects.in_state("active").filter(owner=ada).count() == 1


def test_a_one_time_password_opens_nothing_but_the_choice_of_another(ada: User, mia: User) -> None:
    given_password = services.password_reset(user=ada, actor=mia)
    entered = sign_in("ada", given_password)
    client = bearer(entered.json()["token"])
    for method, path in (
        ("get", "/api/v1/files/list"),
        ("get", f"{AUTH}/tokens"),
        ("get", f"{AUTH}/preferences"),
    ):
        assert_refused(getattr(client, method)(path), 403, "password_change_required")
    for path, body in ((f"{AUTH}/tokens", {"name": "mine"}), ("/api/v1/compression/compress", {"text": "a"})):
        assert_refused(client.post(path, body, format="json"), 403, "password_change_required")
    assert_refused(
        client.put(f"{AUTH}/profile", {"email": "x@example.org"}, format="json"),
        403,
        "password_change_required",
    )
    assert client.get(f"{AUTH}/profile").status_code == 200
    same = {"old_password": given_password, "new_password": given_password}
    assert_refused(client.put(f"{AUTH}/password", same, format="json"), 400, "invalid", "new_password")

    changed = change_password(client, given_password)
    assert changed.status_code == 200
    assert_refused(client.get(f"{AUTH}/profile"), 401, "token_invalid")
    assert bearer(changed.json()["token"]).get("/api/v1/files/list").status_code == 200


def test_a_one_time_password_can_be_left_again(ada: User, mia: User) -> None:
    client = bearer(sign_in("ada", services.password_reset(user=ada, actor=mia)).json()["token"])
    assert client.post(f"{AUTH}/logout").status_code == 204
