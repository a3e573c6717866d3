"""Filters that refuse what they do not know."""

from typing import Any

from django import forms
from django.db import models
from django.db.models import QuerySet
from django_filters import BaseInFilter, ChoiceFilter, NumberFilter
from django_filters.rest_framework import DjangoFilterBackend, FilterSet, IsoDateTimeFilter
from rest_framework.filters import OrderingFilter, SearchFilter
from rest_framework.request import Request

from core.errors import FieldError, Invalid
from core.listing import SEARCH_CHARS, SEARCH_WORDS, ordered

COMMON = frozenset({"page", "page_size", "ordering", "search"})


class StrictFilters(DjangoFilterBackend):
    """django-filter's, but an unknown parameter or a bad value is a 400."""

    def filter_queryset(self, request: Any, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """Apply the view's filters."""
        filterset = self.get_filterset(request, queryset, view)
        known = _names(filterset) | COMMON | set(getattr(view, "extra_parameters", ()))
        unknown = sorted(set(request.query_params) - known)
        if unknown:
            errors = [
                FieldError(name, "unknown_parameter", "This list has no such filter.") for name in unknown
            ]
            raise Invalid(
                f"Unknown parameter “{unknown[0]}”. Known: {', '.join(sorted(known))}.", errors=errors
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


class ChoiceInFilter(BaseInFilter, ChoiceFilter):
    """One of several values, by commas; one that is no choice is a 400."""


def after(field: str) -> IsoDateTimeFilter:
    """Return the filter `…_after` of a field with a moment."""
    return IsoDateTimeFilter(field_name=field, lookup_expr="gte", help_text="This moment or later.")


def before(field: str) -> IsoDateTimeFilter:
    """Return the filter `…_before` of a field with a moment."""
    return IsoDateTimeFilter(field_name=field, lookup_expr="lte", help_text="This moment or earlier.")


_WHOLE = (
    models.IntegerField,
    models.SmallIntegerField,
    models.BigIntegerField,
    models.PositiveIntegerField,
    models.PositiveSmallIntegerField,
    models.PositiveBigIntegerField,
)


class WholeFilter(NumberFilter):
    """By a whole number. That of django-filter takes `1e999999999`, and its digits are written out for the database."""

    field_class: Any = forms.IntegerField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"min_value": -(2**63), "max_value": 2**63 - 1, **kwargs})


class Filters(FilterSet):
    """The base of all: whole numbers where the column has them."""

    FILTER_DEFAULTS = FilterSet.FILTER_DEFAULTS | {column: {"filter_class": WholeFilter} for column in _WHOLE}


class CreatedFilters(Filters):
    """By time; both ends are included. The base of the filters of whatever is created."""

    created_after = after("created_at")
    created_before = before("created_at")


def _names(filterset: Any) -> set[str]:
    """Return the parameters that the filters read; one with several inputs has a suffix for each."""
    names: set[str] = set()
    for name, field in filterset.form.fields.items() if filterset is not None else ():
        suffixes = getattr(field.widget, "suffixes", ())
        names |= {f"{name}_{suffix}" for suffix in suffixes} or {name}
    return names


class StrictSearch(SearchFilter):
    """DRF's search; a list without searchable fields refuses the parameter."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """Apply the search."""
        wanted = request.query_params.get("search")
        if wanted is not None and not self.get_search_fields(view, request):
            raise Invalid.field("search", "This list cannot be searched.", "unknown_parameter")
        if len(wanted or "") > SEARCH_CHARS or len(list(self.get_search_terms(request))) > SEARCH_WORDS:
            raise Invalid.field(
                "search", f"At most {SEARCH_WORDS} words of {SEARCH_CHARS} characters together.", "too_long"
            )
        return super().filter_queryset(request, queryset, view)


class StrictOrdering(OrderingFilter):
    """DRF's ordering, but an unknown field is a 400 and the order is complete, so that pages do not overlap."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """Order the rows."""
        ordering = self.get_ordering(request, queryset, view)
        return ordered(queryset, ordering) if ordering else queryset

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> Any:
        """Return the fields to order by."""
        raw = request.query_params.get(self.ordering_param)
        allowed = {name for name, _ in self.get_valid_fields(queryset, view, {"request": request})}
        for term in raw.split(",") if raw else ():
            if term.strip().removeprefix("-") not in allowed:
                known = ", ".join(sorted(allowed))
                raise Invalid.field("ordering", f"Cannot order by “{term}”. Known: {known}.", "unknown_field")
        return super().get_ordering(request, queryset, view)
