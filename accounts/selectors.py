"""Reads of accounts."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from accounts.models import Preferences, Token, User, token_hash

USE_NOTED_EVERY = timedelta(minutes=1)


def good_token(secret: str) -> Token | None:
    """Return the token with this secret, with its owner, if it opens anything now."""
    token: Token | None = Token.objects.select_related("owner").filter(digest=token_hash(secret)).first()
    return token if token is not None and token.is_good else None


def note_use(token: Token) -> None:
    """Keep when the token was last used; once a minute is enough, and reads stay reads."""
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > USE_NOTED_EVERY:
        Token.objects.filter(pk=token.pk).update(last_used_at=now)


def preferences_of(user: User) -> dict[str, Any]:
    """Return what the account likes; nothing where it never said."""
    kept: dict[str, Any] | None = (
        Preferences.objects.filter(user=user).values_list("values", flat=True).first()
    )
    return kept or {}


def quota_of(user: User) -> int:
    """Return how many bytes the account may store."""
    return user.quota_bytes if user.quota_bytes is not None else settings.QUOTA_BYTES


def usernames(ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the names of accounts by their ids."""
    return dict(User.objects.filter(pk__in=set(ids)).values_list("pk", "username"))
