"""What accounts have the clock do."""

from datetime import timedelta

from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from accounts import attempts
from accounts.models import Token
from core.clock import every

# Tokens that have ended stay in sight of their owner for a while: “why does my script not work any more?”
ENDED_TOKENS_KEPT_FOR = timedelta(days=90)


@every(3600)
def forget_what_has_ended() -> None:
    """Drop counts of attempts, sessions and tokens that are over."""
    attempts.forget_ended()
    SessionStore.clear_expired()
    long_ago = timezone.now() - ENDED_TOKENS_KEPT_FOR
    Token.objects.filter(expires_at__lt=long_ago).delete()
