"""Times by the database's clock: workers on other machines may have another."""

from datetime import timedelta
from typing import Any

from django.db.models import DateTimeField, ExpressionWrapper
from django.db.models.functions import Now


def after_seconds(seconds: float) -> "ExpressionWrapper[Any]":
    """Return the expression for `seconds` from now."""
    return ExpressionWrapper(Now() + timedelta(seconds=seconds), output_field=DateTimeField())
