"""Who opens a socket: the owner of a token, or of a session."""

from dataclasses import dataclass
from typing import Any

from channels.db import database_sync_to_async
from channels.sessions import CookieMiddleware, SessionMiddleware
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore

from accounts import selectors
from accounts.middleware import bearer
from accounts.models import Token, User


@dataclass(frozen=True)
class Identity:
    """What the handshake brought; `fresh` looks again whether it is still good."""

    secret: str | None
    session_key: str | None

    def fresh(self) -> tuple[User, Token | None] | None:
        """Return the account, and the token it came with, as they are now; None where neither is good any more."""
        if self.secret is not None:
            token = selectors.good_token(self.secret)
            return (token.owner, token) if token else None
        user = self._session_user() if self.session_key else None
        return (user, None) if user else None

    def _session_user(self) -> User | None:
        session = SessionStore(self.session_key)
        user_id = session.get(SESSION_KEY)
        user = User.objects.filter(pk=user_id, is_active=True).first() if user_id else None
        if user is None or session.get(settings.SESSION_GENERATION, 0) != user.generation:
            return None
        return user


class IdentifySocket:
    """Puts `identity` and `user` into the scope of a handshake."""

    def __init__(self, app: Any) -> None:
        self.app = CookieMiddleware(SessionMiddleware(self._identified(app)))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        """Identify and call on."""
        return await self.app(scope, receive, send)

    @staticmethod
    def _identified(app: Any) -> Any:
        async def call(scope: Any, receive: Any, send: Any) -> Any:
            headers = dict(scope["headers"])
            secret = bearer(headers.get(b"authorization", b"").decode("latin-1"))
            identity = Identity(secret, scope["session"].session_key)
            found = await database_sync_to_async(identity.fresh)()
            user = found[0] if found else AnonymousUser()
            return await app({**scope, "identity": identity, "user": user}, receive, send)

        return call
