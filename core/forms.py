"""Forms of pages."""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.errors import AppError

T = TypeVar("T")


def refuse(form: forms.Form, error: AppError) -> None:
    """Show a refusal at the fields that it names, or above all of them."""
    for item in error.errors:
        form.add_error(item.field if item.field in form.fields else None, item.detail)
    if not error.errors:
        form.add_error(None, error.detail)


class ServiceForm(forms.Form):
    """A form whose values go to one service, and which shows the service's refusal where the person typed."""

    refusal: AppError | None = None

    def submit(self, service: Callable[..., T]) -> T | None:
        """Return what the service makes of the values; None where they are wrong or it refuses them."""
        if not self.is_valid():
            return None
        try:
            return service(**self.cleaned_data)
        except AppError as error:
            self.refusal = error
            refuse(self, error)
            return None

    def page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        """Render the page of the form, with the status of its refusal."""
        status = self.refusal.status if self.refusal else 400 if self.errors else 200
        response = render(request, template, context, status=status)
        for name, value in (self.refusal.headers if self.refusal else {}).items():
            response[name] = value
        return response
