"""Bases of the back office's desks: what they do, services do."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.utils import parse_date_str

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


class DaysFilter(RangeDateFilter):
    """A moment from one day to another, the last one included. The theme's own takes the last day's midnight."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the rows of these days (UTC); what is no day does not count."""
        name = self.parameter_name
        if first := _day(self.used_parameters.get(f"{name}_from")):
            queryset = queryset.filter(**{f"{name}__gte": first})
        if last := _day(self.used_parameters.get(f"{name}_to")):
            queryset = queryset.filter(**{f"{name}__lt": last + timedelta(days=1)})
        return queryset


def _day(text: str | None) -> datetime | None:
    day = parse_date_str(text) if text else None
    return datetime.combine(day, time.min, UTC) if day else None
