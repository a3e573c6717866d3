"""The site of the back office: its doors are those of the platform."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from unfold.sites import UnfoldAdminSite

from accounts import sessions
from core.errors import Forbidden


class BackOffice(UnfoldAdminSite):
    """Django's site with our own sign-in, sign-out and change of password, which count, audit and end sessions."""

    index_title = "What is looked after here"

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send to the sign-in; tell who is signed in already that the door is not theirs."""
        target = request.GET.get("next") or reverse("admin:index")
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise Forbidden("The back office is for operators and administrators.", code="role_missing")
        return redirect(f"{reverse('accounts:sign-in')}?{urlencode({'next': target})}")

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """End the session."""
        if request.method == "POST":
            sessions.end(request)
        return redirect("accounts:sign-in")

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Send to the account's own page."""
        return redirect("accounts:profile")

    def password_change_done(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Send to the account's own page."""
        return redirect("accounts:profile")
