"""Accounts, their tokens and preferences, and the audit log."""

import hashlib
import secrets
import unicodedata
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from accounts import rules
from accounts.choices import TokenState
from accounts.querysets import TokenQuerySet, UserQuerySet
from core.access.roles import STAFF, Role, Scope
from core.ids import uuid7
from core.ledger import LedgerEntry
from core.models import Owned
from core.triggers import guard_ledger

NAME_TAKEN, ADDRESS_TAKEN = "This user name is taken.", "This e-mail address is taken."


class UserManager(BaseUserManager["User"]):
    """Finds accounts by name, whatever its case."""

    def get_queryset(self) -> UserQuerySet:
        """Return all accounts."""
        return UserQuerySet(self.model, using=self._db)

    def named(self, username: str) -> UserQuerySet:
        """Return the account called `username`; see `UserQuerySet.named`."""
        return self.get_queryset().named(username)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the account called `username`."""
        return self.named(username or "").get()


class User(AbstractBaseUser):
    """An account. What it may do follows from its role alone."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    username = rules.USERNAME.model_field(unique=True, error_messages={"unique": NAME_TAKEN})
    email = rules.EMAIL.model_field()
    display_name = rules.DISPLAY_NAME.model_field(default="")
    role = rules.ROLE.model_field(default=Role.USER)
    is_active = models.BooleanField(default=True)
    quota_bytes = rules.QUOTA.model_field(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # Grows when all sessions and tokens of the account must end: a new password, a sign-out everywhere.
    generation = models.PositiveIntegerField(default=0)
    # Somebody else made the password and has seen it; its owner is asked to choose another.
    password_is_temporary = models.BooleanField(default=False)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email"]
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        db_table = "users"
        ordering = ["username"]
        constraints = [
            models.UniqueConstraint(
                Lower("username"), name="users_username_once", violation_error_message=NAME_TAKEN
            ),
            models.UniqueConstraint(
                Lower("email"), name="users_email_once", violation_error_message=ADDRESS_TAKEN
            ),
            rules.USERNAME.constraint("users", "username"),
            rules.EMAIL.constraint("users", "email"),
            rules.ROLE.constraint("users", "role"),
            rules.DISPLAY_NAME.constraint("users", "display_name"),
            rules.QUOTA.constraint("users", "quota_bytes"),
        ]

    def __str__(self) -> str:
        return self.display_name or self.username

    def set_password(self, raw_password: str | None) -> None:
        """Keep the hash of a password; the same letters typed on another system are the same password."""
        super().set_password(_composed(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        """Say whether this is the account's password."""
        return super().check_password(_composed(raw_password))

    @property
    def is_staff(self) -> bool:
        """Whether the account may open the back office and see everybody's objects."""
        return self.role in STAFF

    @property
    def is_superuser(self) -> bool:
        """Whether the account is an administrator."""
        return self.role == Role.ADMINISTRATOR

    def has_perm(self, permission: str, obj: Any = None) -> bool:
        """Answer the back office: administrators may all; operators what their desks need."""
        if not self.is_active:
            return False
        return self.is_superuser or (self.is_staff and permission in OPERATOR_PERMISSIONS)

    def has_perms(self, permissions: list[str], obj: Any = None) -> bool:
        """All of them."""
        return all(self.has_perm(permission, obj) for permission in permissions)

    def has_module_perms(self, label: str) -> bool:
        """Whether the back office shows the app."""
        return self.is_superuser or (
            self.is_staff and any(p.startswith(f"{label}.") for p in OPERATOR_PERMISSIONS)
        )


def _composed(password: str | None) -> str | None:
    return None if password is None else unicodedata.normalize("NFC", password)


# What operators may in the back office beyond looking: the desks' actions call services of their own.
OPERATOR_PERMISSIONS = frozenset(
    {
        "core.view_job",
        "core.change_job",
        "core.view_joblog",
        "core.view_delivery",
        "core.view_webhook",
        "files.view_file",
        "files.view_storedobject",
        "compression.view_algorithm",
        "compression.change_algorithm",
        "compression.view_result",
        "compression.view_learningstate",
        "compression.change_learningstate",
        "compression.view_outcome",
        "compression.view_heldout",
        "compression.view_learningnotice",
        "metrics.view_alertrule",
        "metrics.view_alertstate",
        "metrics.view_alertevent",
        "accounts.view_user",
        "accounts.view_auditentry",
    }
)


def token_hash(secret: str) -> str:
    """Return what is kept of a secret. It has 256 random bits, so a plain hash is as good as a slow one."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_secret() -> str:
    """Return the secret of a new token."""
    return f"dc_{secrets.token_urlsafe(32)}"


class Token(Owned):
    """A key for programs: hashed, with scope and expiry. `prefix` helps people to tell theirs apart."""

    name = rules.TOKEN_NAME.model_field()
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scope = rules.SCOPE.model_field(default=Scope.WRITE)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    generation = models.PositiveIntegerField()

    objects: ClassVar[Any] = TokenQuerySet.as_manager()

    class Meta:
        db_table = "api_tokens"
        ordering = ["-created_at"]
        constraints = [
            rules.TOKEN_NAME.constraint("api_tokens", "name"),
            rules.SCOPE.constraint("api_tokens", "scope"),
        ]
        indexes = [models.Index(fields=["owner", "-created_at"], name="api_tokens_owner")]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def state(self) -> TokenState:
        """Whether the token is revoked, by itself or with all of its account's, or else expired."""
        if self.revoked_at is not None or self.generation != self.owner.generation:
            return TokenState.REVOKED
        return TokenState.EXPIRED if self.expires_at <= timezone.now() else TokenState.ACTIVE

    @property
    def is_good(self) -> bool:
        """Whether the token opens anything now; the account must be open too."""
        return self.state == TokenState.ACTIVE and self.owner.is_active

    def covers(self, scope: Scope) -> bool:
        """Whether the token may be used for `scope`."""
        return Scope(self.scope).rank >= scope.rank


class Preferences(models.Model):
    """What an account likes: a small JSON object, kept as the pages and programs put it."""

    user = models.OneToOneField(User, primary_key=True, on_delete=models.CASCADE, related_name="preferences")
    values = models.JSONField(default=dict)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "user_preferences"

    def __str__(self) -> str:
        return f"preferences of {self.user_id}"


class Attempts(models.Model):
    """How often something was tried in a span of time; see `accounts.attempts`. `key` is a hash."""

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField()
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "attempts"

    def __str__(self) -> str:
        return f"{self.count} until {self.ends_at}"


@guard_ledger
class AuditEntry(LedgerEntry):
    """Who did what to which object, from where and under which request."""

    clearable = frozenset({"actor_id", "address"})

    actor = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    action = models.CharField(max_length=64)
    target_type = models.CharField(max_length=64, blank=True)
    target_id = models.UUIDField(null=True)
    detail = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, blank=True)
    address = models.GenericIPAddressField(null=True)

    class Meta:
        db_table = "audit_log"
        verbose_name_plural = "audit log"
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["target_type", "target_id"], name="audit_log_target"),
            models.Index(fields=["actor", "-created_at"], name="audit_log_actor"),
            models.Index(fields=["action", "-created_at"], name="audit_log_action"),
            models.Index(fields=["-created_at"], name="audit_log_created"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.target_type} {self.target_id or ''}"
