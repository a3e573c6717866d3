"""Shapes of accounts and tokens."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts import rules, selectors
from accounts.choices import TokenState
from accounts.models import Token, User
from core.access.roles import Scope
from core.api.fields import BoundedListField
from core.api.strict import Strict


class UserOut(serializers.ModelSerializer[User]):
    """An account, as its owner sees it."""

    quota_bytes = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = ["id", "username", "email", "display_name", "role", "quota_bytes", "created_at"]
        read_only_fields = fields

    def get_quota_bytes(self, user: User) -> int:
        """Return how many bytes the account may store."""
        return selectors.quota_of(user)


class RegisterIn(Strict):
    """A new account."""

    username = rules.USERNAME.serializer_field()
    email = rules.EMAIL.serializer_field()
    password = rules.PASSWORD.serializer_field(write_only=True)


class LoginIn(Strict):
    """A sign-in."""

    ignored = frozenset({"otp"})  # no account has a second factor

    username = rules.SIGN_IN_NAME.serializer_field(help_text="Upper and lower case are the same.")
    password = rules.PRESENT_PASSWORD.serializer_field(write_only=True)


class ProfileIn(Strict):
    """What an account may change about itself; what is left out stays, and so does the rest of a profile put back."""

    ignored = frozenset(UserOut.Meta.fields)

    email = rules.EMAIL.serializer_field(required=False)
    display_name = rules.DISPLAY_NAME.serializer_field(required=False)


class PasswordIn(Strict):
    """A change of password."""

    old_password = rules.PRESENT_PASSWORD.serializer_field(write_only=True)
    new_password = rules.PASSWORD.serializer_field(write_only=True)


class PreferencesIn(Strict):
    """What an account likes; what is left out is forgotten."""

    theme = rules.THEME.serializer_field(required=False)
    columns = serializers.DictField(
        child=BoundedListField(child=rules.COLUMN.serializer_field(), max_length=100),
        required=False,
        help_text="The columns to show of each table, by the table's name.",
    )


class RegisteredOut(serializers.Serializer[Any]):
    """A new account and a token for it."""

    user = UserOut()
    token = serializers.CharField(help_text="Send it as `Authorization: Bearer <token>`. Shown once.")


class SignedInOut(RegisteredOut):
    """An account and a fresh token for it."""

    expires_at = serializers.DateTimeField()


class TokenIn(Strict):
    """A new token. It expires at `expires_at`, or after `days`, or else after the platform's default."""

    name = rules.TOKEN_NAME.serializer_field()
    scope = rules.SCOPE.serializer_field(
        required=False, help_text="Each includes the one before; else `write`."
    )
    scopes = BoundedListField(
        child=rules.SCOPE.serializer_field(),
        required=False,
        min_length=1,
        max_length=len(Scope),
        help_text="In place of `scope`: the widest of them.",
    )
    expires_at = serializers.DateTimeField(required=False)
    days = rules.TOKEN_DAYS.serializer_field(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse two answers to one question."""
        for one, other in (("days", "expires_at"), ("scopes", "scope")):
            if one in attrs and other in attrs:
                raise serializers.ValidationError({one: f"Give either {one} or {other}."}, code="ambiguous")
        if "scopes" in attrs:
            attrs["scope"] = max(map(Scope, attrs.pop("scopes")), key=lambda scope: scope.rank)
        return attrs


class TokenOut(serializers.ModelSerializer[Token]):
    """A token without its secret; `prefix` is how the secret begins."""

    state = serializers.SerializerMethodField()
    scopes = serializers.SerializerMethodField(help_text="What `scope` is good for: itself and all below it.")

    class Meta:
        model = Token
        fields = [
            "id",
            "name",
            "prefix",
            "scope",
            "scopes",
            "state",
            "created_at",
            "expires_at",
            "last_used_at",
            "revoked_at",
        ]
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=TokenState.choices))
    def get_state(self, token: Token) -> str:
        """Say whether the token opens anything now."""
        return token.state

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices=Scope.choices)))
    def get_scopes(self, token: Token) -> list[str]:
        """Return each scope that the token covers."""
        return [scope.value for scope in Scope if token.covers(scope)]


class TokenCreatedOut(TokenOut):
    """A new token with its secret."""

    token = serializers.SerializerMethodField(
        help_text="The secret, shown this once; null in an answer repeated for an `Idempotency-Key`."
    )

    class Meta(TokenOut.Meta):
        fields = [*TokenOut.Meta.fields, "token"]
        read_only_fields = fields

    def get_token(self, token: Token) -> str | None:
        """Return the secret that the view passes on."""
        secret: str | None = self.context.get("secret")
        return secret
