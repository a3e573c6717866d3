"""All writes of accounts."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import password_validation
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.events import AccessChanged
from accounts.models import AuditEntry, Preferences, Token, User, new_secret, token_hash
from core import audit
from core.access.roles import Role, Scope
from core.errors import Conflict, FieldError, Forbidden, Invalid, NotSignedIn, TooMany
from core.events import publish

log = logging.getLogger(__name__)
ATTEMPTS_WINDOW_S = 900


@audit.unaudited("is the audit log's own sink")
def audit_write(
    *,
    action: str,
    actor: User | None,
    target_type: str,
    target_id: UUID | None,
    detail: Mapping[str, Any],
    request_id: str,
    address: str,
) -> None:
    """Keep one audit row."""
    AuditEntry.objects.create(
        action=action,
        actor=actor,
        target_type=target_type,
        target_id=target_id,
        detail=dict(detail),
        request_id=request_id,
        address=address or None,
    )


@transaction.atomic
def user_register(*, username: str, email: str, password: str, role: Role = Role.USER) -> User:
    """Make an account. A taken name or address, or a weak password, is Invalid with its field."""
    user = User(username=username, email=email, role=role)
    password_check(password, user)
    taken = [
        FieldError(field, "taken", f"This {label} is taken.")
        for field, label, value in (("username", "user name", username), ("email", "e-mail address", email))
        if User.objects.filter(**{f"{field}__iexact": value}).exists()
    ]
    if taken:
        raise Invalid(taken[0].detail, errors=taken)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        raise Conflict("Somebody has just taken this user name or e-mail address.", code="taken") from None
    Preferences.objects.create(user=user)
    audit.record("user.registered", actor=user, target=user)
    return user


@audit.unaudited("checks only")
def password_check(password: str, user: User) -> None:
    """Raise Invalid where the password is too weak."""
    try:
        password_validation.validate_password(password, user)
    except ValidationError as error:
        errors = [FieldError("password", "weak", message) for message in error.messages]
        raise Invalid(errors[0].detail, errors=errors) from None


@audit.unaudited("audits a refusal and an entrance below")
def sign_in_check(*, username: str, password: str, address: str) -> User:
    """Return the account if the password is right; NotSignedIn if not, TooMany after too many wrong ones."""
    keys = [f"sign-in:name:{username.lower()}", f"sign-in:address:{address}"]
    if any((cache.get(key) or 0) >= settings.SIGN_IN_ATTEMPTS for key in keys):
        raise TooMany(
            "Too many wrong passwords. Wait a quarter of an hour.",
            retry_after_s=ATTEMPTS_WINDOW_S,
            code="too_many_attempts",
        )
    user = User.objects.filter(username__iexact=username, is_active=True).first()
    if user is None:
        User().set_password(password)  # an unknown name takes as long as a wrong password
    if user is None or not user.check_password(password):
        for key in keys:
            cache.add(key, 0, ATTEMPTS_WINDOW_S)
            cache.incr(key)
        audit.record("user.sign_in_refused", actor=user, detail={"username": username[:64]})
        raise NotSignedIn("The user name or the password is wrong.", code="wrong_credentials")
    cache.delete(keys[0])
    audit.record("user.signed_in", actor=user, target=user)
    return user


@transaction.atomic
def token_create(
    *, owner: User, name: str, scope: Scope = Scope.WRITE, expires_at: datetime | None = None
) -> tuple[Token, str]:
    """Make a token and return it with its secret, which is kept nowhere."""
    limit = timezone.now() + timedelta(days=settings.TOKEN_LIFETIME_DAYS)
    expires_at = expires_at or limit
    if expires_at <= timezone.now():
        raise Invalid.field("expires_at", "Must lie in the future.")
    if scope == Scope.ADMIN and not owner.is_staff:
        raise Forbidden("Only operators and administrators have tokens of this scope.")
    secret = new_secret()
    token = Token.objects.create(
        owner=owner,
        name=name,
        prefix=secret[:8],
        digest=token_hash(secret),
        scope=scope,
        expires_at=expires_at,
        generation=owner.generation,
    )
    audit.record("token.created", actor=owner, target=token, detail={"scope": scope})
    return token, secret


@transaction.atomic
def token_revoke(*, token: Token, actor: User) -> None:
    """End a token; its open sockets close."""
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        audit.record("token.revoked", actor=actor, target=token)
    publish(AccessChanged(token.owner_id))


@transaction.atomic
def profile_change(*, user: User, changes: Mapping[str, str]) -> User:
    """Change name and address of one's own account."""
    for field in ("email", "display_name"):
        if field in changes:
            setattr(user, field, changes[field])
    if User.objects.filter(email__iexact=user.email).exclude(pk=user.pk).exists():
        raise Invalid.field("email", "This e-mail address is taken.", "taken")
    user.save(update_fields=["email", "display_name"])
    audit.record("user.profile_changed", actor=user, target=user, detail={"fields": sorted(changes)})
    return user


@transaction.atomic
def password_change(*, user: User, old: str, new: str) -> User:
    """Change one's password; every session and token of before ends."""
    if not user.check_password(old):
        raise Invalid.field("old_password", "The present password is wrong.", "wrong")
    password_check(new, user)
    user.set_password(new)
    user.generation += 1
    user.save(update_fields=["password", "generation"])
    audit.record("user.password_changed", actor=user, target=user)
    publish(AccessChanged(user.pk))
    return user


@transaction.atomic
def user_set_role(*, user: User, role: Role, actor: User) -> User:
    """Give an account another role; the last administrator stays one."""
    before = user.role
    if before == Role.ADMINISTRATOR and role != Role.ADMINISTRATOR:
        _keep_an_administrator(user)
    user.role = role
    user.save(update_fields=["role"])
    audit.record("user.role_changed", actor=actor, target=user, detail={"before": before, "after": role})
    publish(AccessChanged(user.pk))
    return user


@transaction.atomic
def user_set_active(*, user: User, active: bool, actor: User) -> User:
    """Close or open an account; closing ends its sessions, tokens and sockets."""
    if not active and user.role == Role.ADMINISTRATOR:
        _keep_an_administrator(user)
    user.is_active = active
    if not active:
        user.generation += 1
    user.save(update_fields=["is_active", "generation"])
    audit.record("user.opened" if active else "user.closed", actor=actor, target=user)
    publish(AccessChanged(user.pk))
    return user


def _keep_an_administrator(user: User) -> None:
    others = (
        User.objects.select_for_update().filter(role=Role.ADMINISTRATOR, is_active=True).exclude(pk=user.pk)
    )
    if not others.exists():
        raise Conflict("This is the last administrator.", code="last_administrator")


@transaction.atomic
def preferences_put(*, user: User, values: Mapping[str, Any]) -> dict[str, Any]:
    """Replace the account's preferences."""
    kept, _ = Preferences.objects.update_or_create(user=user, defaults={"values": dict(values)})
    audit.record("preferences.changed", actor=user, detail={"names": sorted(values)[:50]})
    return dict(kept.values)
