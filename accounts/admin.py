"""Desks of accounts and of the audit log."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    FieldTextFilter,
)

from accounts import services, usage
from accounts.admin_forms import UserAddForm, UserChangeForm, UserForm
from accounts.http import SignedInRequest
from accounts.models import AuditEntry, Token, User
from core.access.roles import Role
from core.desks import DaysFilter, Desk, ReadOnly

admin.site.unregister(Group)  # what an account may do follows from its role

Users = QuerySet[User]


class TokenInline(TabularInline):
    """The account's tokens, to look at."""

    model = Token
    fields = readonly_fields = (
        "name",
        "prefix",
        "scope",
        "state",
        "created_at",
        "expires_at",
        "last_used_at",
    )
    per_page = 20
    extra = max_num = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tokens are made by their owners."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tokens never change."""
        return False


@admin.register(User)
class UserAdmin(Desk):
    """Accounts: who is there, what they take, who may do what."""

    list_display = (
        "username",
        "email",
        "role_name",
        "is_active",
        "active_tokens",
        "last_login",
        "created_at",
    )
    list_filter = (("role", ChoicesDropdownFilter), "is_active", ("created_at", DaysFilter))
    list_filter_submit = True
    search_fields = ("username", "email", "display_name")
    search_help_text = "User name, e-mail or name"
    readonly_fields = ("username", "role", "is_active", "active_tokens", "last_login", "created_at")
    show_full_result_count = False
    actions = (
        "close",
        "open",
        "end_sessions",
        "new_passwords",
        "make_viewer",
        "make_user",
        "make_operator",
        "make_administrator",
    )

    def get_queryset(self, request: HttpRequest) -> Users:
        """Count the tokens, and whatever else is known of accounts, in the same query."""
        mine = Token.objects.filter(owner=OuterRef("pk")).in_state("active").order_by()
        counted = mine.values("owner").annotate(count=Count("pk")).values("count")
        figures = {f"figure_{name}": figure.expression for name, figure in usage.figures.items()}
        found: Users = super().get_queryset(request)
        return found.annotate(_tokens=Coalesce(Subquery(counted), 0), **figures)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Put the figures of other apps after our own columns."""
        return [*super().get_list_display(request), *_columns()]

    def get_fields(self, request: HttpRequest, obj: User | None = None) -> list[Any]:
        """Ask for what a new account needs; show all of one that is there."""
        if obj is None:
            return list(UserAddForm.Meta.fields)
        return ["username", "email", "display_name", "quota_bytes", *self.readonly_fields[1:], *_columns()]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[Any]:
        """Everything but the fields of the form."""
        return [] if obj is None else [*self.readonly_fields, *_columns()]

    def get_form(self, request: HttpRequest, obj: User | None = None, **kwargs: Any) -> type[UserForm]:
        """Adding and changing have little in common."""
        kwargs["form"] = UserChangeForm if obj else UserAddForm
        form: type[UserForm] = super().get_form(request, obj, **kwargs)
        return form

    def get_inlines(self, request: HttpRequest, obj: User | None) -> list[Any]:
        """Tokens of an account that is there."""
        return [TokenInline] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Accounts are closed; what they did stays theirs."""
        return False

    def save_model(self, request: Any, obj: User, form: Any, change: bool) -> None:  # noqa: FBT001
        """Save through the services."""
        if change:
            changes = {name: form.cleaned_data[name] for name in form.changed_data}
            services.user_change(user=obj, changes=changes, actor=request.user)
            return
        made, password = services.user_create(**form.cleaned_data, actor=request.user)
        obj.pk = made.pk
        request.passwords = [(made, password)]

    def response_add(self, request: Any, obj: User, post_url_continue: str | None = None) -> HttpResponse:
        """Show the password of the new account."""
        return self._show(request, request.passwords)

    @admin.display(description="Active tokens", ordering="_tokens")
    def active_tokens(self, user: Any) -> int:
        """How many tokens open something now."""
        count: int = user._tokens
        return count

    @admin.display(description="Role", ordering="role")
    def role_name(self, user: User) -> str:
        """The role in a word."""
        return user.role

    @admin.action(description="Close", permissions=["change"])
    def close(self, request: SignedInRequest, rows: Users) -> None:
        """End everything of the accounts."""
        self.each(request, rows, _set_active(request, active=False), done="Closed")

    @admin.action(description="Open again", permissions=["change"])
    def open(self, request: SignedInRequest, rows: Users) -> None:
        """Let them sign in again."""
        self.each(request, rows, _set_active(request, active=True), done="Opened")

    @admin.action(description="End all sessions and tokens", permissions=["change"])
    def end_sessions(self, request: SignedInRequest, rows: Users) -> None:
        """Sign them out everywhere."""
        self.each(
            request,
            rows,
            lambda user: services.user_end_sessions(user=user, actor=request.user),
            done="Signed out everywhere",
        )

    @admin.action(description="Give a new one-time password", permissions=["change"])
    def new_passwords(self, request: SignedInRequest, rows: Users) -> HttpResponse:
        """Make passwords and show them, this once."""
        made = [(user, services.password_reset(user=user, actor=request.user)) for user in rows]
        return self._show(request, made)

    @admin.action(description="Make viewer", permissions=["change"])
    def make_viewer(self, request: SignedInRequest, rows: Users) -> None:
        """Let them look."""
        self._give_role(request, rows, Role.VIEWER)

    @admin.action(description="Make user", permissions=["change"])
    def make_user(self, request: SignedInRequest, rows: Users) -> None:
        """Let them work with files."""
        self._give_role(request, rows, Role.USER)

    @admin.action(description="Make operator", permissions=["change"])
    def make_operator(self, request: SignedInRequest, rows: Users) -> None:
        """Let them look after the platform."""
        self._give_role(request, rows, Role.OPERATOR)

    @admin.action(description="Make administrator", permissions=["change"])
    def make_administrator(self, request: SignedInRequest, rows: Users) -> None:
        """Let them do everything."""
        self._give_role(request, rows, Role.ADMINISTRATOR)

    def _give_role(self, request: SignedInRequest, rows: Users, role: Role) -> None:
        self.each(
            request,
            rows,
            lambda user: services.user_set_role(user=user, role=role, actor=request.user),
            done=f"Now {role.value}",
        )

    def _show(self, request: HttpRequest, passwords: list[tuple[User, str]]) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.model._meta,
            "title": "One-time passwords",
            "passwords": passwords,
        }
        response = TemplateResponse(request, "admin/accounts/passwords.html", context)
        response["Cache-Control"] = "no-store"
        return response


def _set_active(request: SignedInRequest, *, active: bool) -> Callable[[User], User]:
    return lambda user: services.user_set_active(user=user, active=active, actor=request.user)


def _columns() -> list[Callable[[Any], str]]:
    """Return a column for each figure that other apps have registered."""
    return [_column(name, figure) for name, figure in usage.figures.items()]


@cache  # Django tells the fields of a form from the columns beside them by identity
def _column(name: str, figure: usage.Figure) -> Callable[[Any], str]:
    attribute = f"figure_{name}"

    @admin.display(description=figure.label, ordering=attribute)
    def column(user: Any) -> str:
        return figure.show(getattr(user, attribute))

    column.__name__ = attribute
    return column


@admin.register(AuditEntry)
class AuditDesk(ReadOnly):
    """Who did what. Nobody changes it, and the database refuses who tries."""

    list_display = ("created_at", "actor", "action", "target_type", "target_id", "address")
    list_display_links = ("created_at", "action")
    list_select_related = ("actor",)
    list_filter = (
        ("action", FieldTextFilter),
        ("actor", AutocompleteSelectFilter),
        ("created_at", DaysFilter),
    )
    list_filter_submit = True
    search_fields = ("=target_id", "=request_id")
    search_help_text = "Id of an object or of a request"
    show_full_result_count = False
    ordering = ("-created_at",)
    fields = readonly_fields = (
        "created_at",
        "actor",
        "action",
        "target_type",
        "target_id",
        "detail_shown",
        "request_id",
        "address",
    )

    @admin.display(description="Detail")
    def detail_shown(self, entry: AuditEntry) -> str:
        """The particulars as JSON."""
        return format_html("<pre>{}</pre>", json.dumps(entry.detail, indent=2, ensure_ascii=False))
