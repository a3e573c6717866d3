"""Guessing passwords is limited, and limits lock nobody else out."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import attempts, duties, services
from accounts.addresses import neighbourhood, parse
from accounts.models import Attempts, AuditEntry, User
from core.errors import NotSignedIn, TooMany
from tests.accounts.asking import AUTH, assert_refused, bearer, sign_in

HOME, AWAY = "192.0.2.1", "198.51.100.7"
NEW_ACCOUNT = {"username": "eve", "email": "eve@example.org", "password": "a garden with a tree"}


@pytest.fixture(autouse=True)
def few_attempts(settings: Any) -> None:
    """Refuse after three."""
    settings.SIGN_IN_ATTEMPTS = 3


def fail(username: str, times: int, address: str = HOME) -> None:
    for _ in range(times):
        assert_refused(sign_in(username, "wrong", address=address), 401, "wrong_credentials")


def test_after_too_many_wrong_passwords_even_the_right_one_is_refused(ada: User) -> None:
    fail("ada", 3)
    refused = sign_in("ada", address=HOME)
    assert_refused(refused, 429, "too_many_attempts")
    assert 0 < int(refused["Retry-After"]) <= 901


def test_the_spelling_of_the_name_does_not_matter(ada: User) -> None:
    fail("ada", 1)
    fail("ADA", 1)
    fail("aDa", 1)
    assert_refused(sign_in("Ada", address=HOME), 429, "too_many_attempts")


def test_an_unknown_name_is_limited_like_a_known_one(db: None) -> None:
    fail("nobody", 3)
    assert_refused(sign_in("nobody", address=HOME), 429, "too_many_attempts")


def test_who_guesses_from_elsewhere_locks_nobody_out(ada: User) -> None:
    fail("ada", 3, address=AWAY)
    assert_refused(sign_in("ada", address=AWAY), 429, "too_many_attempts")
    assert sign_in("ada", address=HOME).status_code == 200


def test_a_right_password_forgets_the_mistakes_before_it(ada: User) -> None:
    for _ in range(3):
        fail("ada", 2)
        assert sign_in("ada", address=HOME).status_code == 200


def test_one_address_cannot_try_many_names_and_an_own_account_does_not_help(ada: User) -> None:
    for number in range(3 * attempts.WIDE):
        fail(f"name{number}", 1)
    assert_refused(sign_in("ada", address=HOME), 429, "too_many_attempts")
    assert sign_in("ada", address=AWAY).status_code == 200


def test_many_addresses_cannot_try_one_name_nor_lock_its_owner_out(ada: User) -> None:
    assert sign_in("ada", address=HOME).status_code == 200
    for number in range(3 * attempts.WIDE):
        fail("ada", 1, address=f"203.0.113.{number}")
    assert_refused(sign_in("ada", address=AWAY), 429, "too_many_attempts")
    assert sign_in("ada", address=HOME).status_code == 200


def test_an_address_of_long_ago_is_not_familiar(ada: User) -> None:
    assert sign_in("ada", address=HOME).status_code == 200
    assert attempts.SignInGuard("ada", HOME, ada)._is_familiar()
    assert not attempts.SignInGuard("ada", AWAY, ada)._is_familiar()
    guard = attempts.SignInGuard("ada", HOME, ada)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(attempts, "FAMILIAR_FOR", timedelta(0))
        assert not guard._is_familiar()


def test_the_span_ends(ada: User) -> None:
    fail("ada", 3)
    Attempts.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    fail("ada", 2)
    assert set(Attempts.objects.values_list("count", flat=True)) == {2}
    assert sign_in("ada", address=HOME).status_code == 200


def test_refusals_without_a_look_at_the_password_write_nothing(ada: User) -> None:
    fail("ada", 3)
    before = AuditEntry.objects.count()
    assert_refused(sign_in("ada", "wrong", address=HOME), 429, "too_many_attempts")
    assert AuditEntry.objects.count() == before
    assert set(Attempts.objects.values_list("count", flat=True)) == {3}


def test_the_table_holds_no_names(ada: User) -> None:
    fail("ada", 1)
    assert all(len(key) == 64 and "ada" not in key for key in Attempts.objects.values_list("key", flat=True))


def test_counts_that_are_over_are_dropped(ada: User) -> None:
    fail("ada", 1)
    Attempts.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    fail("ben", 1, address=AWAY)
    duties.forget_what_has_ended()
    assert Attempts.objects.count() == 3


def test_new_accounts_from_one_address_are_limited(db: None, settings: Any) -> None:
    settings.SIGN_UP_ATTEMPTS = 1
    assert APIClient().post(f"{AUTH}/register", NEW_ACCOUNT, format="json").status_code == 201
    other = NEW_ACCOUNT | {"username": "lilith", "email": "lilith@example.org"}
    assert_refused(APIClient().post(f"{AUTH}/register", other, format="json"), 429, "too_many_attempts")
    assert APIClient().post(f"{AUTH}/register", other, format="json", REMOTE_ADDR=AWAY).status_code == 201


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("fe80::1%eth0", "fe80::1", True),
        ("", "unknown", True),
    ],
)
def test_what_counts_as_one_place(one: str, other: str, together: bool) -> None:
    assert (neighbourhood(one) == neighbourhood(other)) is together


def test_a_request_without_an_address_is_served_and_audited(ada: User) -> None:
    for address in ("", "unknown", "192.0.2.1:4711", "fe80::1%eth0"):
        assert sign_in("ada", address=address).status_code == 200
        assert AuditEntry.objects.latest("created_at").address == (
            str(parse(address)) if parse(address) else None
        )


@pytest.mark.django_db(transaction=True)
def test_guesses_at_the_same_time_are_all_counted(ada: User) -> None:
    """Eight at once: none is lost, and the limit stands after them."""

    def guess(_: int) -> str:
        try:
            services.sign_in_check(username="ada", password="wrong", address=HOME)
        except (NotSignedIn, TooMany) as error:
            return error.code
        finally:
            connections.close_all()
        raise AssertionError("a wrong password was let through")

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(guess, range(16)))
    wrong = codes.count("wrong_credentials")
    assert 3 <= wrong <= 3 + 8
    assert codes.count("too_many_attempts") == 16 - wrong
    assert set(Attempts.objects.values_list("count", flat=True)) == {wrong}
    assert_refused(sign_in("ada", address=HOME), 429, "too_many_attempts")


def test_signing_in_and_out_needs_no_redis(
    ada: User, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    away = "redis://127.0.0.1:1/0"
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": away}}
    settings.CHANNEL_LAYERS = {"default": settings.CHANNEL_LAYERS["default"] | {"CONFIG": {"hosts": [away]}}}
    fail("ada", 1)
    answer = sign_in("ada", address=HOME)
    assert answer.status_code == 200
    with django_capture_on_commit_callbacks(execute=True) as told:
        assert bearer(answer.json()["token"]).post(f"{AUTH}/logout").status_code == 204
    assert told
