"""The base of the shapes of requests: unknown fields are refused, so that no typing error is overlooked."""

import heapq
from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework import serializers

from core.api.fields import TOLD


class Strict(serializers.Serializer[Any]):
    """A shape that refuses fields it does not know; those in `ignored` may come along, with an answer put back."""

    ignored: ClassVar[frozenset[str]] = frozenset()

    def to_internal_value(self, data: Any) -> Any:
        """Check the fields, and that there are no others."""
        unknown = set(data) - set(self.fields) - self.ignored if isinstance(data, Mapping) else set()
        if unknown:
            known = ", ".join(self.fields) or "none"
            detail = serializers.ErrorDetail(f"There is no such field. Known: {known}.", code="unknown_field")
            told: dict[str, Any] = {name: [detail] for name in heapq.nsmallest(TOLD, unknown)}
            if more := len(unknown) - len(told):
                told["non_field_errors"] = [f"{more} more fields are not known."]
            raise serializers.ValidationError(told)
        return super().to_internal_value(data)
