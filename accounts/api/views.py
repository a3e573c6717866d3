"""Endpoints of accounts."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from accounts import selectors, services, sessions
from accounts.api import examples
from accounts.api.filters import TokenFilter
from accounts.api.serializers import (
    LoginIn,
    PasswordIn,
    PreferencesIn,
    ProfileIn,
    RegisteredOut,
    RegisterIn,
    SignedInOut,
    TokenCreatedOut,
    TokenIn,
    TokenOut,
    UserOut,
)
from accounts.http import ApiRequest
from accounts.models import Token, User
from accounts.preferences import check as check_preferences
from core.access import get_visible
from core.api.idempotency import REPLAYED, key_of
from core.api.parsers import StrictJSONParser
from core.api.views import ApiView, ListView

# An answer with a secret in it is for its receiver alone.
NO_STORE = {"Cache-Control": "no-store"}


# The account that is made owns the key, as nobody is signed in.
REPEATS = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255},
    OpenApiParameter.HEADER,
    description="The same key, names and password give the same account with a fresh token; another password is a 422.",
)


class AccountView(ApiView):
    """Accounts speak JSON alone."""

    parser_classes = (StrictJSONParser,)


def parsed(serializer: type[Serializer[Any]], request: ApiRequest) -> dict[str, Any]:
    """Return the fields of the body; 400 names those that are wrong."""
    form = serializer(data=request.data)
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)


def address_of(request: ApiRequest) -> str:
    """Return where the request comes from."""
    return str(request.META.get("REMOTE_ADDR", ""))


def signed_in(user: User) -> Response:
    """Answer with a fresh token."""
    token, secret = services.token_for_sign_in(owner=user)
    body = {"user": UserOut(user).data, "token": secret, "expires_at": token.expires_at}
    return Response(body, headers=NO_STORE)


class Register(AccountView):
    """New accounts."""

    authentication_classes: Any = ()

    @extend_schema(
        request=RegisterIn,
        responses={201: RegisteredOut},
        examples=[examples.REGISTER],
        parameters=[REPEATS],
    )
    def post(self, request: ApiRequest) -> Response:
        """Make an account and a token for it. 403 `sign_up_closed` where administrators make the accounts."""
        given, key = parsed(RegisterIn, request), key_of(request)
        user, again = services.sign_up_once(**given, address=address_of(request), key=key)
        _, secret = services.token_for_sign_in(owner=user)
        headers = NO_STORE | ({REPLAYED: "true"} if again else {})
        return Response({"user": UserOut(user).data, "token": secret}, status=201, headers=headers)


class Login(AccountView):
    """Signing in."""

    authentication_classes: Any = ()

    @extend_schema(request=LoginIn, responses=SignedInOut, examples=[examples.LOGIN])
    def post(self, request: ApiRequest) -> Response:
        """Make a token named “sign-in”. 401 `wrong_credentials`; 429 with `Retry-After` after too many of those.

        With a one-time password the token opens nothing but the choice of another, `PUT /auth/password`, whose answer
        has a token for everything: all other calls are a 403 `password_change_required`.
        """
        return signed_in(services.sign_in_check(**parsed(LoginIn, request), address=address_of(request)))


class Logout(ApiView):
    """Signing out."""

    @extend_schema(request=None, responses={204: None})
    def post(self, request: ApiRequest) -> Response:
        """End the token of the call, or the browser's session."""
        if request.auth:
            services.token_revoke(token=request.auth, actor=request.user)
        else:
            sessions.end(request._request)
        return Response(status=204)


class Profile(AccountView):
    """The account itself."""

    @extend_schema(responses=UserOut)
    def get(self, request: ApiRequest) -> Response:
        """Return the account."""
        return Response(UserOut(request.user).data)

    @extend_schema(request=ProfileIn, responses=UserOut, examples=[examples.PROFILE])
    def put(self, request: ApiRequest) -> Response:
        """Change e-mail address and name; what is left out stays, and so does what cannot be changed."""
        user = services.profile_change(user=request.user, changes=parsed(ProfileIn, request))
        return Response(UserOut(user).data)


class Password(AccountView):
    """The account's password."""

    @extend_schema(request=PasswordIn, responses=SignedInOut, examples=[examples.PASSWORD])
    def put(self, request: ApiRequest) -> Response:
        """Change the password. All sessions and tokens of the account end; the answer has a fresh token."""
        given = parsed(PasswordIn, request)
        return signed_in(
            services.password_change(user=request.user, old=given["old_password"], new=given["new_password"])
        )


class PreferencesView(AccountView):
    """What the account likes."""

    @extend_schema(responses=PreferencesIn)
    def get(self, request: ApiRequest) -> Response:
        """Return the preferences."""
        return Response(selectors.preferences_of(request.user))

    @extend_schema(request=PreferencesIn, responses=PreferencesIn, examples=[examples.PREFERENCES])
    def put(self, request: ApiRequest) -> Response:
        """Replace the preferences, of at most 16 KiB as JSON."""
        check_preferences(request.data)
        return Response(services.preferences_put(user=request.user, values=parsed(PreferencesIn, request)))


class TokenList(AccountView, ListView):
    """The account's tokens."""

    serializer_class = TokenOut
    filterset_class = TokenFilter
    search_fields = ("name", "prefix")
    ordering_fields = ("created_at", "expires_at", "last_used_at", "name")

    def get_queryset(self) -> QuerySet[Token]:
        """Through the door."""
        found: QuerySet[Token] = Token.objects.visible_to(self.request.user).select_related("owner")
        return found

    @extend_schema(request=TokenIn, responses={201: TokenCreatedOut}, examples=[examples.TOKEN])
    def post(self, request: ApiRequest) -> Response:
        """Make a token. Its secret is in this answer and nowhere else."""
        given = parsed(TokenIn, request)
        token, secret = services.token_create(owner=request.user, by=request.auth, **given)
        response = Response(
            TokenCreatedOut(token, context={"secret": secret}).data, status=201, headers=NO_STORE
        )
        response.kept = TokenCreatedOut(token).data  # type: ignore[attr-defined]
        return response


class TokenDetail(AccountView):
    """One token."""

    @extend_schema(responses={204: None})
    def delete(self, request: ApiRequest, pk: UUID) -> Response:
        """Revoke the token: it opens nothing any more, and its sockets close. The list keeps it."""
        token = get_visible(Token.objects, request.user, pk)
        services.token_revoke(token=token, actor=request.user)
        return Response(status=204)
