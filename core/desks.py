"""Bases of the back office's desks: what they do, services do."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from unfold.admin import ModelAdmin

from core.errors import AppError


class Desk(ModelAdmin):
    """A desk that says it where a service refuses, in place of an error page."""

    def each(
        self, request: HttpRequest, rows: Iterable[Any], act: Callable[[Any], object], *, done: str
    ) -> None:
        """Call `act` with each row and say for how many it worked, and why not for the others."""
        count = 0
        for row in rows:
            try:
                act(row)
                count += 1
            except AppError as error:
                self.message_user(request, f"{row}: {error.detail}", messages.ERROR)
        if count:
            self.message_user(request, f"{done}: {count}", messages.SUCCESS)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the form, or save it."""
        try:
            response: HttpResponse = super().changeform_view(request, *args, **kwargs)
            return response
        except AppError as error:
            self.message_user(request, error.detail, messages.ERROR)
            return redirect(request.get_full_path())


class ReadOnly(ModelAdmin):
    """A desk for rows that only the platform writes."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody adds."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes."""
        return False
