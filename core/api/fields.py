"""Fields that shapes of requests have in common."""

from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from rest_framework import serializers
from rest_framework.fields import get_error_detail

TOLD = 20


class BoundedListField(serializers.ListField):
    """A list of at most `max_length` items, counted before any is looked at; of wrong ones the first few are told."""

    max_length: int

    def __init__(self, *, max_length: int, **options: Any) -> None:
        super().__init__(max_length=max_length, **options)

    def run_child_validation(self, data: Any) -> list[Any]:
        """Return the checked items."""
        if len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        found: list[Any] = []
        errors: dict[str, Any] = {}
        for index, item in enumerate(data):
            try:
                found.append(self.child.run_validation(item))
            except serializers.ValidationError as error:
                errors[str(index)] = error.detail
            except DjangoValidationError as error:
                errors[str(index)] = get_error_detail(error)
            if len(errors) == TOLD:
                break
        if errors:
            raise serializers.ValidationError(errors)
        return found
