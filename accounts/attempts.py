"""Limits on trying: wrong passwords and new accounts, counted in spans of a quarter of an hour.

The counts are in PostgreSQL, which a sign-in needs anyway: no second part whose loss would have to mean either
that nobody can sign in or that anybody may guess.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.addresses import neighbourhood, parse
from accounts.models import Attempts, AuditEntry, User
from core.errors import TooMany

SPAN = timedelta(minutes=15)
# An address stands for many people at times, and a name may be guessed at from many addresses.
WIDE = 10
FAMILIAR_FOR = timedelta(days=90)
SIGNED_IN = "user.signed_in"


@dataclass(frozen=True)
class Bucket:
    """One count and the number at which it refuses."""

    key: str
    limit: int

    @classmethod
    def of(cls, limit: int, *parts: str) -> "Bucket":
        """Return the bucket of what `parts` say; their hash keeps names out of the table, and keys short."""
        return cls(hashlib.sha256(json.dumps(parts).encode()).hexdigest(), limit)


def check(buckets: Iterable[Bucket]) -> None:
    """Raise TooMany where one of the buckets is full."""
    limits = {bucket.key: bucket.limit for bucket in buckets}
    now = timezone.now()
    full = [
        row.ends_at
        for row in Attempts.objects.filter(key__in=limits, ends_at__gt=now)
        if row.count >= limits[row.key]
    ]
    if full:
        wait_s = int((max(full) - now).total_seconds()) + 1
        raise TooMany(
            f"Too many attempts. Try again in {-(-wait_s // 60)} minutes.",
            retry_after_s=wait_s,
            code="too_many_attempts",
        )


def count(buckets: Iterable[Bucket]) -> None:
    """Count an attempt in each bucket. One statement a bucket: no two requests can overwrite each other's."""
    now = timezone.now()
    with connection.cursor() as cursor:
        for bucket in buckets:
            cursor.execute(
                """
                INSERT INTO attempts AS had (key, count, ends_at) VALUES (%(key)s, 1, %(end)s)
                ON CONFLICT (key) DO UPDATE SET
                  count = CASE WHEN had.ends_at <= %(now)s THEN 1 ELSE had.count + 1 END,
                  ends_at = CASE WHEN had.ends_at <= %(now)s THEN %(end)s ELSE had.ends_at END
                """,
                {"key": bucket.key, "now": now, "end": now + SPAN},
            )


def clear(bucket: Bucket) -> None:
    """Forget a bucket's attempts."""
    Attempts.objects.filter(key=bucket.key).delete()


def forget_ended() -> None:
    """Drop the counts of spans that are over."""
    Attempts.objects.filter(ends_at__lt=timezone.now()).delete()


class SignInGuard:
    """The wrong passwords that stand against one attempt to sign in.

    Counted for the name from this address, for the address, and for the name from wherever. The last refuses only
    addresses from which the account has not signed in lately: who guesses from elsewhere cannot lock the account's
    owner out. Requests under way at the same time may all be let through, which is as many as there are threads.
    """

    def __init__(self, username: str, address: str, user: User | None) -> None:
        limit, place = settings.SIGN_IN_ATTEMPTS, neighbourhood(address)
        self._address, self._user = parse(address), user
        self._own = Bucket.of(limit, "sign-in", username.lower(), place)
        self._place = Bucket.of(limit * WIDE, "sign-in-place", place)
        self._name = Bucket.of(limit * WIDE, "sign-in-name", username.lower())

    def check(self) -> None:
        """Raise TooMany where a further attempt is not allowed, be the password right or wrong."""
        check([self._own, self._place])
        try:
            check([self._name])
        except TooMany:
            if not self._is_familiar():
                raise

    def failed(self) -> None:
        """Count a wrong password."""
        count([self._own, self._place, self._name])

    def passed(self) -> None:
        """Forget the account's own mistakes from here; those of others stay counted."""
        clear(self._own)

    def _is_familiar(self) -> bool:
        if self._user is None or self._address is None:
            return False
        since = timezone.now() - FAMILIAR_FOR
        entrances = AuditEntry.objects.filter(actor=self._user, action=SIGNED_IN, created_at__gte=since)
        return entrances.filter(address=str(self._address)).exists()
