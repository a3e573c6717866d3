"""Filters that refuse what they do not know."""

from typing import Any

from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.filters import OrderingFilter, SearchFilter
from rest_framework.request import Request

from core.errors import FieldError, Invalid

COMMON = frozenset({"page", "page_size", "ordering", "search", "format"})


class StrictFilters(DjangoFilterBackend):
    """django-filter's, but an unknown parameter or a bad value is a 400."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """Apply the view's filters."""
        filterset = self.get_filterset(request, queryset, view)
        known = set(filterset.base_filters) if filterset else set()
        known |= _range_names(filterset) | COMMON | set(getattr(view, "extra_parameters", ()))
        unknown = sorted(set(request.query_params) - known)
        if unknown:
            allowed = ", ".join(sorted(known - {"format"}))
            raise Invalid(
                f"Unknown parameter “{unknown[0]}”. Known: {allowed}.",
                errors=[
                    FieldError(name, "unknown_parameter", "This list has no such filter.") for name in unknown
                ],
            )
        if filterset is None:
            return queryset
        if not filterset.is_valid():
            errors = [
                FieldError(name, "invalid", str(message))
                for name, messages in filterset.errors.items()
                for message in messages
            ]
            raise Invalid(f"{errors[0].field}: {errors[0].detail}", errors=errors)
        filtered: QuerySet[Any] = filterset.qs
        return filtered


def _range_names(filterset: Any) -> set[str]:
    if filterset is None:
        return set()
    names: set[str] = set()
    for name, field in filterset.form.fields.items():
        for suffix in getattr(field.widget, "suffixes", ()):
            names.add(f"{name}_{suffix}")
    return names


class StrictSearch(SearchFilter):
    """DRF's search; a list without searchable fields refuses the parameter."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """Apply the search."""
        if "search" in request.query_params and not self.get_search_fields(view, request):
            raise Invalid.field("search", "This list cannot be searched.", "unknown_parameter")
        return super().filter_queryset(request, queryset, view)


class StrictOrdering(OrderingFilter):
    """DRF's ordering; an unknown field is a 400, and ties are broken by the key so that pages do not overlap."""

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> Any:
        """Return the fields to order by."""
        raw = request.query_params.get(self.ordering_param)
        if raw:
            allowed = {name for name, _ in self.get_valid_fields(queryset, view, {"request": request})}
            for term in raw.split(","):
                if term.strip().lstrip("-") not in allowed:
                    raise Invalid.field(
                        "ordering",
                        f"Cannot order by “{term}”. Known: {', '.join(sorted(allowed))}.",
                        "unknown_field",
                    )
        ordering = super().get_ordering(request, queryset, view)
        return [*ordering, "pk"] if ordering and "pk" not in ordering else ordering
