"""All writes of accounts."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import attempts, passwords, preferences, rules
from accounts.addresses import neighbourhood, parse
from accounts.events import AccessChanged
from accounts.models import (
    ADDRESS_TAKEN,
    NAME_TAKEN,
    AuditEntry,
    Preferences,
    Token,
    User,
    new_secret,
    token_hash,
)
from core import audit
from core.access.roles import Role, Scope
from core.errors import Conflict, FieldError, Forbidden, Invalid, KeyReused, NotSignedIn
from core.events import publish
from core.models import IdempotencyKey

# In place of the hash of a request, under the key of a sign-up: the password is part of that and has a slow hash.
SIGNED_UP = "sign-up"


@audit.unaudited("is the audit log's own sink")
def audit_write(entries: Sequence[audit.Entry]) -> None:
    """Keep audit rows, all in one statement."""
    places = {address: parse(address) for address in {entry.address for entry in entries}}
    AuditEntry.objects.bulk_create(
        AuditEntry(
            action=entry.action,
            actor=entry.actor,
            target_type=entry.target_type,
            target_id=entry.target_id,
            detail=dict(entry.detail),
            request_id=entry.request_id,
            address=str(place) if (place := places[entry.address]) else None,
        )
        for entry in entries
    )


@audit.unaudited("user_register audits")
def sign_up(*, username: str, email: str, password: str, address: str, key: str | None = None) -> User:
    """Make an account for whoever asks; Forbidden where people cannot make accounts themselves.

    `key` is kept with it for `sign_up_once`. The attempt is counted in no transaction that a refusal takes back.
    """
    if not settings.SIGN_UP_OPEN:
        raise Forbidden("New accounts are made by the administrators here. Ask one.", code="sign_up_closed")
    asked = attempts.Bucket.of(settings.SIGN_UP_ATTEMPTS, "sign-up", neighbourhood(address))
    attempts.check([asked])
    attempts.count([asked])
    with transaction.atomic():
        user = user_register(username=username, email=email, password=password)
        if key is not None:
            IdempotencyKey.objects.create(owner=user, key=key, fingerprint=SIGNED_UP, status=201)
    return user


@audit.unaudited("user_register and sign_in_check audit")
def sign_up_once(
    *, username: str, email: str, password: str, address: str, key: str | None
) -> tuple[User, bool]:
    """Make an account as `sign_up` does, or return the one that an earlier call with this key made, and which it is.

    There is no account yet to which the key could belong, so it belongs to the one that is made: who comes again with
    it must know its names and its password, and wrong ones count as at a sign-in.
    """
    try:
        return sign_up(username=username, email=email, password=password, address=address, key=key), False
    except Conflict:
        made = User.objects.named(username).with_email(email)
        if (
            key is None
            or not IdempotencyKey.objects.filter(owner__in=made, key=key, fingerprint=SIGNED_UP).exists()
        ):
            raise
    try:
        return sign_in_check(username=username, password=password, address=address), True
    except NotSignedIn:
        raise KeyReused from None


@transaction.atomic
def user_register(*, username: str, email: str, password: str, role: Role = Role.USER) -> User:
    """Make an account. A taken name or address is a Conflict, a weak password Invalid, each with its field."""
    user = User(username=username, email=email, role=role)
    passwords.check(password, user)
    user.set_password(password)
    _user_create(user)
    audit.record("user.registered", actor=user, target=user)
    return user


@transaction.atomic
def user_create(*, username: str, email: str, role: Role, actor: User | None) -> tuple[User, str]:
    """Make an account for somebody else; return it with its temporary password, which is kept nowhere."""
    password = passwords.new()
    user = User(username=username, email=email, role=role, password_is_temporary=True)
    user.set_password(password)
    _user_create(user)
    audit.record("user.created", actor=actor, target=user, detail={"role": role})
    return user, password


def _user_create(user: User) -> None:
    user.clean_fields(exclude=["password"])
    with _told_if_taken(user), transaction.atomic():
        user.save(force_insert=True)
    Preferences.objects.create(user=user)


@contextmanager
def _told_if_taken(user: User) -> Iterator[None]:
    """Say which field it is, where the database finds the name or the address taken."""
    try:
        yield
    except IntegrityError:
        others = User.objects.get_queryset().exclude(pk=user.pk)
        taken = []
        if others.named(user.username).exists():
            taken.append(FieldError("username", "taken", NAME_TAKEN))
        if others.with_email(user.email).exists():
            taken.append(FieldError("email", "taken", ADDRESS_TAKEN))
        if not taken:
            raise
        raise Conflict(taken[0].detail, code="taken", errors=taken) from None


@audit.unaudited("audits a refusal and an entrance below")
def sign_in_check(*, username: str, password: str, address: str) -> User:
    """Return the account if the password is right; NotSignedIn if not, TooMany after too many wrong ones.

    In no transaction of its own: a refusal must stay counted.
    """
    user = User.objects.named(username).first()
    guard = attempts.SignInGuard(username, address, user)
    guard.check()
    if user is None:
        User().set_password(password)  # an unknown name takes as long as a wrong password
    if user is None or not user.check_password(password):
        guard.failed()
        # Without the name where there is no such account: people type passwords into the wrong field.
        audit.record("user.sign_in_refused", actor=None, target=user)
        raise NotSignedIn("The user name or the password is wrong.", code="wrong_credentials")
    if not user.is_active:
        audit.record("user.sign_in_refused", actor=None, target=user, detail={"closed": True})
        raise Forbidden("This account is closed. Ask an administrator to open it.", code="account_closed")
    guard.passed()
    user.last_login = timezone.now()
    user.save(update_fields=["last_login"])
    audit.record(attempts.SIGNED_IN, actor=user, target=user)
    return user


def user_sign_out(*, user: User) -> None:
    """Note that a session of the account has ended; its sockets are asked again."""
    audit.record("user.signed_out", actor=user, target=user)
    publish(AccessChanged(user.pk))


@transaction.atomic
def token_create(
    *,
    owner: User,
    name: str,
    scope: str = Scope.WRITE,
    expires_at: datetime | None = None,
    days: int | None = None,
    by: Token | None = None,
) -> tuple[Token, str]:
    """Make a token and return it with its secret, which is kept nowhere. `by` is the token that asks for it.

    It ends at `expires_at`, or after `days`, or else after the platform's default.
    """
    now = timezone.now()
    expires_at = expires_at or now + timedelta(days=days or settings.TOKEN_LIFETIME_DAYS)
    if not now < expires_at <= now + timedelta(days=rules.TOKEN_DAYS.max):
        raise Invalid.field("expires_at", f"From now to {rules.TOKEN_DAYS.max} days ahead.", "range")
    if scope == Scope.ADMIN and not owner.is_staff:
        raise Forbidden("Only operators and administrators have tokens of this scope.", code="role_missing")
    if by is not None and not by.covers(Scope(scope)):
        raise Forbidden("A token cannot make one that may do more than itself.", code="scope_missing")
    secret = new_secret()
    token = Token(
        owner=owner,
        name=name,
        prefix=secret[:8],
        digest=token_hash(secret),
        scope=scope,
        expires_at=expires_at,
        generation=owner.generation,
    )
    token.clean_fields(exclude=["last_used_at", "revoked_at"])
    token.save(force_insert=True)
    audit.record("token.created", actor=owner, target=token, detail={"scope": scope})
    return token, secret


@audit.unaudited("token_create audits")
def token_for_sign_in(*, owner: User) -> tuple[Token, str]:
    """Make the token of a program that has signed in: it may what the account may."""
    scope = Scope.ADMIN if owner.is_staff else Scope.WRITE
    return token_create(owner=owner, name="sign-in", scope=scope)


@transaction.atomic
def token_revoke(*, token: Token, actor: User) -> None:
    """End a token; its open sockets close. One that has ended stays as it is."""
    if Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
        audit.record("token.revoked", actor=actor, target=token)
    publish(AccessChanged(token.owner_id))


@transaction.atomic
def profile_change(*, user: User, changes: Mapping[str, Any]) -> User:
    """Change `email` and `display_name` of one's own account."""
    if changes:
        _change(user, changes, {"email", "display_name"})
        audit.record("user.profile_changed", actor=user, target=user, detail={"fields": sorted(changes)})
    return user


@transaction.atomic
def user_change(*, user: User, changes: Mapping[str, Any], actor: User) -> User:
    """Change `email`, `display_name` and `quota_bytes` of somebody's account."""
    if changes:
        _change(user, changes, {"email", "display_name", "quota_bytes"})
        audit.record("user.changed", actor=actor, target=user, detail={"fields": sorted(changes)})
    return user


def _change(user: User, changes: Mapping[str, Any], allowed: set[str]) -> None:
    if unknown := changes.keys() - allowed:
        raise ValueError(f"not to be changed here: {sorted(unknown)}")
    for field, value in changes.items():
        setattr(user, field, value)
    user.clean_fields(exclude={field.name for field in User._meta.fields} - changes.keys())
    with _told_if_taken(user), transaction.atomic():
        user.save(update_fields=list(changes))


def password_change(*, user: User, old: str, new: str) -> User:
    """Change one's own password; every session and token of before ends.

    Wrong present passwords are counted: a stolen token must not be a way to find the password out.
    """
    tries = attempts.Bucket.of(settings.SIGN_IN_ATTEMPTS, "password-change", str(user.pk))
    attempts.check([tries])
    with transaction.atomic():
        _lock(user)
        right = user.check_password(old)
        if right and user.password_is_temporary and new == old:
            raise Invalid.field("new_password", "Choose another than the one-time password.", "same")
        if right:
            passwords.check(new, user, field="new_password")
            _set_password(user, new, temporary=False)
            audit.record("user.password_changed", actor=user, target=user)
    if not right:  # out of the transaction, which would take the count back
        attempts.count([tries])
        raise Invalid.field("old_password", "The present password is wrong.", "wrong")
    return user


@transaction.atomic
def password_reset(*, user: User, actor: User | None) -> str:
    """Give an account a new temporary password and return it; every session and token of before ends."""
    _lock(user)
    password = passwords.new()
    _set_password(user, password, temporary=True)
    audit.record("user.password_reset", actor=actor, target=user)
    return password


def _set_password(user: User, password: str, *, temporary: bool) -> None:
    user.set_password(password)
    user.password_is_temporary = temporary
    user.generation += 1
    user.save(update_fields=["password", "password_is_temporary", "generation"])
    publish(AccessChanged(user.pk))


@transaction.atomic
def user_end_sessions(*, user: User, actor: User) -> User:
    """Sign an account out everywhere, and end its tokens."""
    _lock(user)
    user.generation += 1
    user.save(update_fields=["generation"])
    audit.record("user.sessions_ended", actor=actor, target=user)
    publish(AccessChanged(user.pk))
    return user


@transaction.atomic
def user_set_role(*, user: User, role: Role, actor: User) -> User:
    """Give an account another role; the last administrator stays one."""
    if role != Role.ADMINISTRATOR:
        _keep_an_administrator(user)
    _lock(user)
    before, user.role = user.role, role
    user.save(update_fields=["role"])
    audit.record("user.role_changed", actor=actor, target=user, detail={"before": before, "after": role})
    publish(AccessChanged(user.pk))
    return user


@transaction.atomic
def user_set_active(*, user: User, active: bool, actor: User) -> User:
    """Close or open an account; closing ends its sessions, tokens and sockets."""
    if not active:
        _keep_an_administrator(user)
    _lock(user)
    user.is_active = active
    if not active:
        user.generation += 1
    user.save(update_fields=["is_active", "generation"])
    audit.record("user.opened" if active else "user.closed", actor=actor, target=user)
    publish(AccessChanged(user.pk))
    return user


def _lock(user: User) -> None:
    """Bring `user` up to date and keep other changes of it waiting until this one is done."""
    user.refresh_from_db(from_queryset=User.objects.select_for_update())


def _keep_an_administrator(user: User) -> None:
    """Refuse where nobody but `user` administers. Locks all administrators in one order: two who close each
    other's accounts at the same time go one after the other."""
    administrators = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True)
    locked = list(administrators.select_for_update().order_by("pk").values_list("pk", flat=True))
    if locked == [user.pk]:
        raise Conflict("This is the last administrator.", code="last_administrator")


@transaction.atomic
def preferences_put(*, user: User, values: Mapping[str, Any]) -> dict[str, Any]:
    """Replace the account's preferences."""
    kept, _ = Preferences.objects.update_or_create(user=user, defaults={"values": dict(values)})
    audit.record("preferences.changed", actor=user, detail={"names": sorted(values)[:50]})
    return dict(kept.values)


@transaction.atomic
def preferences_change(*, user: User, **changes: Any) -> dict[str, Any]:
    """Change some preferences and leave the others."""
    return preferences_put(user=user, values=_present(user) | changes)


@transaction.atomic
def columns_keep(*, user: User, table: str, columns: Sequence[str]) -> None:
    """Remember the columns to show of one table; TooLarge where the preferences would be."""
    present = _present(user)
    tables = {**present.get("columns", {}), table: list(columns)}
    preferences_put(user=user, values=preferences.check(present | {"columns": tables}))


def _present(user: User) -> dict[str, Any]:
    Preferences.objects.get_or_create(user=user)
    values: dict[str, Any] = Preferences.objects.select_for_update().get(user=user).values
    return values
