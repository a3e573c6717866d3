"""Doors to the rows of accounts."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Lower
from django.utils import timezone

from accounts import rules
from accounts.choices import TokenState
from core.access.doors import OwnedQuerySet

if TYPE_CHECKING:
    from accounts.models import Token, User  # noqa: F401 - the names in quotes below


class UserQuerySet(QuerySet["User"]):
    """Accounts."""

    def named(self, username: str) -> "UserQuerySet":
        """Return the account called `username`, whatever its case; nobody where that can be no name."""
        try:
            rules.USERNAME.check(username)
        except ValidationError:
            return self.none()
        return self.alias(_name=Lower("username")).filter(_name=Lower(Value(username)))

    def with_email(self, email: str) -> "UserQuerySet":
        """Return the account of this address, whatever its case."""
        return self.alias(_email=Lower("email")).filter(_email=Lower(Value(email)))


class TokenQuerySet(OwnedQuerySet["Token"]):
    """Tokens."""

    def visible_to(self, user: Any) -> "TokenQuerySet":
        """Return the tokens of `user`, of staff too: others' are dealt with in the back office."""
        return self.filter(owner_id=user.pk)

    def in_state(self, state: str) -> "TokenQuerySet":
        """Return the tokens of which `Token.state` is `state`."""
        revoked = Q(revoked_at__isnull=False) | ~Q(generation=F("owner__generation"))
        expired = Q(expires_at__lte=timezone.now())
        conditions = {
            TokenState.REVOKED: revoked,
            TokenState.EXPIRED: expired & ~revoked,
            TokenState.ACTIVE: ~expired & ~revoked,
        }
        return self.filter(conditions[TokenState(state)])
