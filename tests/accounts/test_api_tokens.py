"""Tokens by program."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts import services
from accounts.models import Token, User
from core.access.roles import Scope
from core.models import IdempotencyKey
from tests.accounts.asking import AUTH, assert_refused, audited, bearer

TOKENS = f"{AUTH}/tokens"


def make(client: Any, **body: Any) -> Any:
    return client.post(TOKENS, {"name": "script"} | body, format="json")


def names(client: Any, query: str = "") -> list[str]:
    response = client.get(f"{TOKENS}{query}")
    assert response.status_code == 200, response.content
    return [row["name"] for row in response.json()["results"]]


def test_a_token_is_made_used_listed_and_revoked(ada: User, api: Any) -> None:
    client = api(ada)
    made = make(client, scope="read", days=7)
    assert made.status_code == 201
    assert made["Cache-Control"] == "no-store"
    body = made.json()
    secret = body.pop("token")
    assert (body["name"], body["scope"], body["state"]) == ("script", "read", "active")
    assert secret.startswith(body["prefix"])
    lifetime = datetime.fromisoformat(body["expires_at"]) - timezone.now()
    assert timedelta(days=6, hours=23) < lifetime < timedelta(days=7)

    assert bearer(secret).get(f"{AUTH}/profile").status_code == 200
    listed = client.get(TOKENS).json()
    assert set(listed) == {"count", "next", "previous", "results"}
    row = next(row for row in listed["results"] if row["id"] == body["id"])
    assert row.pop("last_used_at") is not None
    body.pop("last_used_at")
    assert row == body
    assert secret not in client.get(TOKENS).content.decode()

    assert client.delete(f"{TOKENS}/{body['id']}").status_code == 204
    assert_refused(bearer(secret).get(f"{AUTH}/profile"), 401, "token_invalid")
    assert names(client, "?state=revoked") == ["script"]
    assert audited(since=-2) == [("token.created", "ada"), ("token.revoked", "ada")]


def test_revoking_twice_changes_and_says_nothing_more(ada: User, api: Any) -> None:
    client = api(ada)
    token = make(client).json()["id"]
    client.delete(f"{TOKENS}/{token}")
    first, before = Token.objects.get(pk=token).revoked_at, len(audited())
    assert client.delete(f"{TOKENS}/{token}").status_code == 204
    assert (Token.objects.get(pk=token).revoked_at, len(audited())) == (first, before)


def test_tokens_of_others_are_not_there(ada: User, ben: User, otto: User, mia: User, api: Any) -> None:
    token, secret = services.token_create(owner=ada, name="hers")
    for other in (ben, otto, mia):
        client = api(other)
        assert_refused(client.delete(f"{TOKENS}/{token.pk}"), 404, "not_found")
        assert names(client) == ["test"]
    assert_refused(api(ada).delete(f"{TOKENS}/{uuid4()}"), 404, "not_found")
    assert bearer(secret).get(f"{AUTH}/profile").status_code == 200
    assert ("token.revoked", "ben") not in audited()


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"name": ""}, "name", "length"),
        ({"name": "   "}, "name", "pattern"),
        ({"name": "x" * 101}, "name", "length"),
        ({"name": "a\x07b"}, "name", "characters"),
        ({"scope": "everything"}, "scope", "invalid_choice"),
        ({"scopes": []}, "scopes", "min_length"),
        ({"scopes": "read"}, "scopes", "not_a_list"),
        ({"scopes": ["everything"]}, "scopes.0", "invalid_choice"),
        ({"scopes": ["read"], "scope": "read"}, "scopes", "ambiguous"),
        ({"expiry": "2099-01-01"}, "expiry", "unknown_field"),
        ({"days": 0}, "days", "min_value"),
        ({"days": 3651}, "days", "max_value"),
        ({"days": 1.5}, "days", "invalid"),
        ({"days": 10**30}, "days", "max_value"),
        ({"expires_at": "soon"}, "expires_at", "invalid"),
        ({"expires_at": "2001-01-01T00:00:00Z"}, "expires_at", "range"),
        ({"expires_at": "9000-01-01T00:00:00Z"}, "expires_at", "range"),
        ({"expires_at": "9999-12-31T23:59:59-14:00"}, "expires_at", "overflow"),
        ({"expires_at": "0001-01-01T00:00:00+14:00"}, "expires_at", "overflow"),
        ({"days": 1, "expires_at": "2099-01-01T00:00:00Z"}, "days", "ambiguous"),
    ],
)
def test_a_mistake_is_named_and_makes_no_token(
    ada: User, api: Any, body: dict[str, Any], field: str, code: str
) -> None:
    client = api(ada)
    answer = assert_refused(make(client, **body), 400, "invalid", field)
    assert answer["errors"][0]["code"] == code
    assert Token.objects.count() == 1


def test_an_end_can_be_given_to_the_second(ada: User, api: Any) -> None:
    end = (datetime.now(UTC) + timedelta(days=2)).replace(microsecond=0)
    assert datetime.fromisoformat(make(api(ada), expires_at=end.isoformat()).json()["expires_at"]) == end


@pytest.mark.parametrize(
    ("scopes", "widest"), [(["read"], "read"), (["write", "read"], "write"), (["write"], "write")]
)
def test_the_widest_of_the_scopes_counts(ada: User, api: Any, scopes: list[str], widest: str) -> None:
    body = make(api(ada), scopes=scopes).json()
    assert (body["scope"], body["scopes"]) == (widest, ["read", "write"][: 1 + (widest == "write")])
    answer = bearer(body["token"]).put(f"{AUTH}/profile", {}, format="json")
    assert answer.status_code == (200 if widest == "write" else 403)


def test_no_token_makes_one_that_may_more(mia: User, ada: User, api: Any) -> None:
    writer = api(mia, scope=Scope.WRITE)
    assert_refused(make(writer, scope="admin"), 403, "scope_missing")
    assert_refused(make(writer, scopes=["read", "admin"]), 403, "scope_missing")
    assert make(api(mia, scope=Scope.ADMIN), scope="admin").status_code == 201
    assert_refused(make(api(ada), scope="admin"), 403, "role_missing")


def test_a_repeated_call_makes_one_token_and_tells_its_secret_once(ada: User, api: Any) -> None:
    client = api(ada)
    first = client.post(TOKENS, {"name": "once"}, format="json", HTTP_IDEMPOTENCY_KEY="k1")
    again = client.post(TOKENS, {"name": "once"}, format="json", HTTP_IDEMPOTENCY_KEY="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    secret = first.json()["token"]
    assert again.json() == first.json() | {"token": None}
    assert secret not in str(list(IdempotencyKey.objects.values()))
    assert Token.objects.filter(name="once").count() == 1


def test_lists_are_filtered_searched_ordered_and_paged(ada: User, api: Any) -> None:
    client = api(ada)
    for name, scope, days in (("alpha", "read", 1), ("beta", "write", 3), ("gamma", "read", 2)):
        make(client, name=name, scope=scope, days=days)
    gone = Token.objects.get(name="gamma")
    Token.objects.filter(pk=gone.pk).update(expires_at=timezone.now() - timedelta(days=1))

    assert names(client, "?scope=read&ordering=name") == ["alpha", "gamma"]
    assert names(client, "?name=beta") == ["beta"]
    assert names(client, "?state=expired") == ["gamma"]
    assert set(names(client, "?state=active")) == {"alpha", "beta", "test"}
    assert names(client, "?search=alph") == ["alpha"]
    assert names(client, "?ordering=-expires_at&name=beta") == ["beta"]
    soon = (timezone.now() + timedelta(days=2)).isoformat().replace("+", "%2B")
    assert set(names(client, f"?expires_before={soon}")) == {"alpha", "gamma"}
    first = client.get(f"{TOKENS}?page_size=3&ordering=name").json()
    assert (first["count"], len(first["results"])) == (4, 3)
    assert [row["name"] for row in client.get(first["next"]).json()["results"]] == ["test"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("colour=red", "colour"),
        ("scope=all", "scope"),
        ("state=asleep", "state"),
        ("ordering=digest", "ordering"),
        ("ordering=owner__password", "ordering"),
        ("page_size=201", "page_size"),
        ("expires_before=soon", "expires_before"),
        ("expires_at__lt=2030-01-01T00:00:00Z", "expires_at__lt"),
    ],
)
def test_what_a_list_does_not_know_is_refused(ada: User, api: Any, query: str, field: str) -> None:
    assert_refused(api(ada).get(f"{TOKENS}?{query}"), 400, "invalid", field)


def test_a_list_costs_the_same_however_long(ada: User, api: Any, django_assert_num_queries: Any) -> None:
    client = api(ada)
    client.get(TOKENS)
    with django_assert_num_queries(3):  # the token of the call, the count, the page
        client.get(TOKENS)
    for number in range(20):
        services.token_create(owner=ada, name=f"t{number}")
    with django_assert_num_queries(3):
        assert len(client.get(TOKENS).json()["results"]) == 21
