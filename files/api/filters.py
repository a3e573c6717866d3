"""Filters of file lists, for programs and for the page alike."""

from typing import Any

import django_filters as filters
from django.db.models import QuerySet

from core.api.filters import CreatedFilters, WholeFilter
from files.choices import Kind, Origin
from files.models import File


class FileFilter(CreatedFilters):
    """One filter for each obvious field; times are ISO 8601, sizes in bytes, both ends included."""

    name = filters.CharFilter(lookup_expr="icontains")
    folder = filters.CharFilter(lookup_expr="exact")
    kind = filters.MultipleChoiceFilter(choices=Kind.choices)
    media_type = filters.CharFilter(lookup_expr="exact")
    origin = filters.ChoiceFilter(choices=Origin.choices)
    size_min = WholeFilter(field_name="size", lookup_expr="gte", min_value=0)
    size_max = WholeFilter(field_name="size", lookup_expr="lte", min_value=0)
    tags = filters.CharFilter(
        method="with_tags", help_text="Tags with commas between them; the file has all of them."
    )
    sha256 = filters.CharFilter(field_name="object_id", lookup_expr="exact")

    class Meta:
        model = File
        fields: list[str] = []

    def with_tags(self, queryset: QuerySet[File], name: str, value: str) -> QuerySet[File]:
        """Keep the files that have all of the tags."""
        wanted: list[Any] = [tag.strip() for tag in value.split(",") if tag.strip()]
        return queryset.filter(tags__contains=wanted)
