"""Pages of accounts: signing in and up, the account, its tokens."""

from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import selectors, services, sessions, snippets
from accounts.choices import Theme
from accounts.forms import (
    ColumnsForm,
    PasswordForm,
    ProfileForm,
    SignInForm,
    SignUpForm,
    ThemeForm,
    TokenForm,
)
from accounts.http import SignedInRequest
from accounts.models import Token, User
from core.access import get_visible
from core.errors import Invalid
from core.forms import ServiceForm
from core.notifications.forms import SettingsForm
from core.notifications.wishes import wishes_of
from core.tables import Column

THEME_COOKIE = "theme"
THEME_KEPT_S = 365 * 24 * 3600
TOKENS_ON_A_PAGE = 25

page_with_form = require_http_methods(["GET", "HEAD", "POST"])


def account_of(request: SignedInRequest) -> User:
    """Return the account that is signed in, as the database has it now."""
    return User.objects.get(pk=request.user.pk)


def next_address(request: HttpRequest) -> str:
    """Return where the person wants to go: an address of our own, or the start page."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    own = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    gates = (reverse("accounts:sign-in"), reverse("accounts:sign-up"), reverse("accounts:sign-out"))
    return wanted if own and not wanted.startswith(gates) else resolve_url(settings.LOGIN_REDIRECT_URL)


@never_cache
@page_with_form
def sign_in(request: HttpRequest) -> HttpResponse:
    """Begin a session."""
    form = SignInForm(request.POST if request.method == "POST" else None)
    return _enter(request, form, services.sign_in_check, "accounts/sign_in.html")


@never_cache
@page_with_form
def sign_up(request: HttpRequest) -> HttpResponse:
    """Make an account and begin a session."""
    form = SignUpForm(request.POST if request.method == "POST" else None)
    return _enter(request, form, services.sign_up, "accounts/sign_up.html")


def _enter(request: HttpRequest, form: ServiceForm, service: Any, template: str) -> HttpResponse:
    target = next_address(request)
    if request.user.is_authenticated:
        return redirect(target)
    user = form.submit(partial(service, address=request.META.get("REMOTE_ADDR", "")))
    if user is None:
        context = {"form": form, "next": target, "sign_up_open": settings.SIGN_UP_OPEN}
        return form.page(request, template, context)
    sessions.begin(request, user)
    if user.password_is_temporary:
        return redirect(settings.PASSWORD_URL)
    response = redirect(target)
    theme = selectors.preferences_of(user).get("theme")
    if theme in Theme.values and THEME_COOKIE not in request.COOKIES:
        _keep_theme(response, str(theme))
    return response


def _keep_theme(response: HttpResponse, theme: str) -> None:
    secure = bool(settings.SESSION_COOKIE_SECURE)
    response.set_cookie(THEME_COOKIE, theme, max_age=THEME_KEPT_S, samesite="Lax", secure=secure)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    sessions.end(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


@page_with_form
def profile(request: SignedInRequest) -> HttpResponse:
    """Show the account; change what it says about itself."""
    user = account_of(request)
    present = {"display_name": user.display_name, "email": user.email}
    form = ProfileForm(request.POST if request.method == "POST" else None, initial=present)
    if form.submit(lambda **changes: services.profile_change(user=user, changes=changes)) is None:
        return _profile_page(request, form, profile_form=form)
    messages.success(request, "Profile saved")
    return redirect("accounts:profile")


@require_POST
def password(request: SignedInRequest) -> HttpResponse:
    """Change the password; this browser stays signed in, everything else is signed out."""
    form = PasswordForm(request.POST)
    user = form.submit(
        lambda old_password, new_password: services.password_change(
            user=account_of(request), old=old_password, new=new_password
        )
    )
    if user is None:
        return _profile_page(request, form, password_form=form)
    sessions.begin(request, user)
    messages.success(request, "Password changed. All other sessions and all tokens have ended.")
    return redirect("accounts:profile")


@require_POST
def theme(request: SignedInRequest) -> HttpResponse:
    """Choose how the pages look, here and wherever the account signs in first."""
    form = ThemeForm(request.POST)
    if form.submit(lambda theme: services.preferences_change(user=account_of(request), theme=theme)) is None:
        return _profile_page(request, form, theme_form=form)
    response = redirect("accounts:profile")
    _keep_theme(response, form.cleaned_data["theme"])
    return response


@require_http_methods(["GET", "POST"])
def columns(request: SignedInRequest) -> HttpResponse:
    """Tell the columns of each table that somebody chose, or keep those of one."""
    if request.method == "GET":
        return JsonResponse(selectors.preferences_of(account_of(request)).get("columns", {}))
    form = ColumnsForm(request.POST)
    if not form.is_valid():
        raise Invalid("The columns are not well formed.")
    services.columns_keep(user=account_of(request), **form.cleaned_data)
    return HttpResponse(status=204)


def _profile_page(request: SignedInRequest, form: ServiceForm, **forms_given: ServiceForm) -> HttpResponse:
    user = account_of(request)
    if user.password_is_temporary:
        context = {"account": user, "form": forms_given.get("password_form", PasswordForm())}
        return form.page(request, "accounts/new_password.html", context)
    chosen = request.COOKIES.get(THEME_COOKIE, "")
    context = {
        "account": user,
        "quota_bytes": selectors.quota_of(user),
        "profile_form": ProfileForm(initial={"display_name": user.display_name, "email": user.email}),
        "password_form": PasswordForm(),
        "notification_form": SettingsForm(wishes_of(user)),
        "email_on": settings.EMAIL_ON,
        "theme_form": ThemeForm(initial={"theme": chosen if chosen in Theme.values else Theme.SYSTEM}),
        **forms_given,
    }
    return form.page(request, "accounts/profile.html", context)


TOKEN_COLUMNS = [
    Column("name", "Name", sort="name", always=True),
    Column("prefix", "Begins with"),
    Column("scope", "May"),
    Column("state", "State"),
    Column("created", "Made", sort="created_at", number=True),
    Column("expires", "Expires", sort="expires_at", number=True),
    Column("used", "Last used", sort="last_used_at", number=True),
]
TOKEN_ORDERS = {column.sort for column in TOKEN_COLUMNS if column.sort}


@never_cache
@page_with_form
def token_list(request: SignedInRequest) -> HttpResponse:
    """List the account's tokens; make one and show its secret, this once."""
    user = account_of(request)
    form = TokenForm(user, request.POST if request.method == "POST" else None)
    made = form.submit(partial(services.token_create, owner=user))
    context: dict[str, Any] = {"form": form}
    if made:
        # Shown in the answer to the POST itself: a redirect would need a place to keep the secret in.
        token, secret = made
        context = {"form": TokenForm(user), "made": token, "snippets": snippets.of_token(request, secret)}
    return form.page(request, "accounts/tokens.html", context | _tokens(request))


def _tokens(request: SignedInRequest) -> dict[str, Any]:
    ordering = request.GET.get("ordering", "")
    if ordering.removeprefix("-") not in TOKEN_ORDERS:
        ordering = "-created_at"
    tokens = Token.objects.visible_to(request.user).select_related("owner").order_by(ordering, "pk")
    page = Paginator(tokens, TOKENS_ON_A_PAGE).get_page(request.GET.get("page"))
    return {"page": page, "ordering": ordering, "columns": TOKEN_COLUMNS}


@require_POST
def token_revoke(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """End a token."""
    token = get_visible(Token.objects, request.user, pk)
    services.token_revoke(token=token, actor=account_of(request))
    messages.success(request, f"Token “{token.name}” revoked")
    return redirect("accounts:tokens")
