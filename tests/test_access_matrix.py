"""The permission matrix covers every address, and is kept.

Walks all URL patterns (pages, API, back office) and socket routes: one without an entry fails, and so does an entry
without an address. Every entry is then tried by nobody, by too low a role and by too narrow a token.
"""

from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts import sessions
from accounts.models import Token, User, new_secret, token_hash
from config.access import MATRIX
from core.access.matrix import Anyone, find, scope_for
from core.access.roles import Role, Scope
from core.sockets.topics import routes
from tests.cast import make

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
SAMPLES = {"UUIDConverter": UUID(int=7), "IntConverter": 7, "SlugConverter": "x", "PathConverter": "x"}
BACK_OFFICE = "admin:"


def walk(resolver: Any, namespaces: tuple[str, ...] = ()) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the full name of each URL with values for its arguments."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from walk(pattern, inner)
        elif isinstance(pattern, URLPattern):
            values = {
                name: SAMPLES.get(type(converter).__name__, "x")
                for name, converter in pattern.pattern.converters.items()
            }
            name = pattern.name or f"{pattern.callback.__module__}.{pattern.callback.__qualname__}"
            yield ":".join([*namespaces, name]), values


URLS = dict(walk(get_resolver()))
NAMES = sorted(name for name in URLS if not name.startswith(BACK_OFFICE))
SOCKETS = {f"socket:{name}" for name in routes}
GUARDED = [
    (name, method, needed)
    for name in NAMES
    if (found := find(name))
    for method, needed in found.methods.items()
    if not isinstance(needed, Anyone)
]


def call(client: Client, name: str, method: str, **headers: str) -> Any:
    """Call the address with the method and an empty body."""
    client.raise_request_exception = False
    return client.generic(
        method, reverse(name, kwargs=URLS[name]), b"{}", content_type="application/json", headers=headers
    )


def signed_in(user: User) -> Client:
    """Return a browser with a session of the account."""
    client = Client()
    client.force_login(user, backend=sessions.BACKEND)
    session = client.session
    session["generation"] = user.generation
    session.save()
    return client


def client_of(user: User, name: str, scope: Scope = Scope.ADMIN) -> tuple[Client, dict[str, str]]:
    """Return a client as the address expects it, with its headers."""
    if name.startswith("api:"):
        return Client(), {"Authorization": f"Bearer {secret_of(user, scope)}"}
    return signed_in(user), {}


def secret_of(user: User, scope: Scope) -> str:
    """Return the secret of a token of that scope, which the service might not give to this role."""
    secret = new_secret()
    Token.objects.create(
        owner=user,
        name="t",
        prefix=secret[:8],
        digest=token_hash(secret),
        scope=scope,
        expires_at=timezone.now() + timedelta(days=1),
        generation=user.generation,
    )
    return secret


@cache
def below(role: Role) -> Role:
    """Return the next lower role."""
    return list(Role)[role.rank - 1]


@pytest.mark.parametrize("name", sorted(URLS))
def test_every_address_has_an_entry(name: str) -> None:
    assert find(name) is not None, f"config/access.py has no entry for {name}"


@pytest.mark.parametrize("name", sorted(SOCKETS))
def test_every_socket_has_an_entry(name: str) -> None:
    found = find(name)
    assert found is not None
    assert isinstance(found.needed("GET"), Role), "a socket is for somebody"


def test_every_entry_has_an_address() -> None:
    known = URLS.keys() | SOCKETS
    orphans = {
        name
        for name in MATRIX
        if name not in known and not (name.endswith(":*") and any(url.startswith(name[:-1]) for url in known))
    }
    assert orphans == set()


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "method", "needed"), GUARDED)
def test_nobody_gets_in(name: str, method: str, needed: Role) -> None:
    response = call(Client(), name, method)
    if name.startswith("api:"):
        assert (response.status_code, response.json()["code"]) == (401, "not_signed_in")
    else:
        assert response.status_code == 302
        assert response["Location"].startswith("/sign-in?next=")
        assert call(Client(), name, method, **{"HX-Request": "true"}).status_code == 401


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "method", "needed"), [entry for entry in GUARDED if entry[2].rank])
def test_too_low_a_role_does_not(name: str, method: str, needed: Role) -> None:
    client, headers = client_of(make("low", below(needed)), name)
    response = call(client, name, method, **headers)
    assert response.status_code == 403
    if name.startswith("api:"):
        assert response.json()["code"] == "role_missing"


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "method", "needed"), GUARDED)
def test_the_role_does(name: str, method: str, needed: Role) -> None:
    client, headers = client_of(make("right", needed), name)
    response = call(client, name, method, **headers)
    assert response.status_code not in (401, 403, 405, 500), response.content
    if response.status_code == 302:
        assert not response["Location"].startswith("/sign-in?next=")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "method", "needed"), [entry for entry in GUARDED if entry[0].startswith("api:")]
)
def test_too_narrow_a_token_does_not(name: str, method: str, needed: Role) -> None:
    found = find(name)
    assert found is not None
    scope = found.scope or scope_for(method, needed)
    if not scope.rank:
        pytest.skip("every token may read")
    client, headers = client_of(make("right", needed), name, list(Scope)[scope.rank - 1])
    response = call(client, name, method, **headers)
    assert (response.status_code, response.json()["code"]) == (403, "scope_missing")


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES)
def test_a_method_without_an_entry_is_refused(name: str) -> None:
    found = find(name)
    assert found is not None
    client, headers = client_of(make("top", Role.ADMINISTRATOR), name)
    for method in set(METHODS) - found.methods.keys():
        response = call(client, name, method, **headers)
        assert response.status_code == 405, method
        assert set(response["Allow"].split(", ")) >= found.methods.keys()


@pytest.mark.django_db
def test_the_back_office_is_for_staff() -> None:
    outsider, staff = signed_in(make("ada", Role.USER)), signed_in(make("otto", Role.OPERATOR))
    urls = [reverse(name) for name in ("admin:index", "admin:login", "admin:core_job_changelist")]
    for url in [*urls, "/admin/nothing/at/all/"]:
        for method in ("GET", "POST"):
            nobody = Client().generic(method, url)
            assert (nobody.status_code, nobody["Location"][:13]) == (302, "/sign-in?next"), url
            assert outsider.generic(method, url).status_code == 403
        assert staff.get(url).status_code in (200, 302, 404)
