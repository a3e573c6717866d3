"""Shapes of searches."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.functional import cached_property
from rest_framework import serializers

from core.api.fields import BoundedListField
from core.api.strict import Strict
from core.rules import Text, Validates
from core.text import bytes_of
from files import rules
from files.api.serializers import FileOut
from files.choices import Kind
from files.models import SavedSearch
from files.search.criteria import AGE_WORDS, IN_ADDRESS, NAMES, Criteria
from files.search.narrowing import page_of
from files.search.query import CHARS_MAX
from files.search.results import Hit

QUERY = Text(
    min=0,
    max=CHARS_MAX,
    lines=True,
    label="Query",
    help="Words of names and texts, “phrases”, `or`, `-` before what must not be there.",
)


class SomeField(BoundedListField):
    """A list, or one value that stands for a list of one."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the values, each once."""
        return list(dict.fromkeys(super().to_internal_value([data] if isinstance(data, str) else data)))


_BOUNDS = (("size_min", "size_max"), ("created_after", "created_before"))


class CriteriaIn(Strict):
    """What files are searched for; what is absent does not matter. Bounds include their ends."""

    query = QUERY.serializer_field(required=False)
    kind = SomeField(child=serializers.ChoiceField(Kind.choices), required=False, max_length=len(Kind))
    media_type = rules.MEDIA_TYPE.serializer_field(required=False)
    tags = SomeField(
        child=rules.TAG.serializer_field(),
        required=False,
        max_length=rules.TAGS.max,
        help_text="All of them.",
    )
    origin = rules.ORIGIN.serializer_field(required=False)
    folder = rules.FOLDER.serializer_field(required=False, help_text="With the folders below it.")
    sha256 = rules.HASH.serializer_field(required=False, help_text="The hash, or its beginning.")
    size_min = rules.SIZE.serializer_field(required=False)
    size_max = rules.SIZE.serializer_field(required=False)
    created_after = serializers.DateTimeField(required=False)
    created_before = serializers.DateTimeField(required=False)
    added = serializers.ChoiceField(
        list(AGE_WORDS.items()), required=False, help_text="A span that ends now."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Nothing lies between bounds of which the lower is above the upper: it is a typing error."""
        for lower, upper in _BOUNDS:
            if lower in attrs and upper in attrs and attrs[lower] > attrs[upper]:
                raise serializers.ValidationError({upper: f"Must not be below {lower}."}, code="range")
        return attrs


class SearchIn(CriteriaIn):
    """A search."""

    facets = serializers.BooleanField(default=True, help_text="Whether to count what the found files are.")


class SavedIn(Strict):
    """A search to keep; with PUT, what is absent stays."""

    name = rules.SEARCH_NAME.serializer_field()
    criteria = CriteriaIn()


class HighlightOut(serializers.Serializer[Any]):
    """A piece of plain text; `marks` are pairs of begin and end, in characters, of the words that were found in it."""

    field = serializers.ChoiceField(["name", "folder", "tags", "content"])
    text = serializers.CharField()
    marks = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField(), min_length=2, max_length=2)
    )


class HitOut(FileOut):
    """A found file. From 1 on the name (or path, tag, hash) fits; below, the text alone does; null without a query."""

    score = serializers.FloatField(allow_null=True)
    highlights = HighlightOut(many=True)

    class Meta(FileOut.Meta):
        fields = [*FileOut.Meta.fields, "score", "highlights"]

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Return the file with what the search knows of it."""
        hit: Hit = instance
        shown = self._file_shape.to_representation(hit.file)
        marks = [{"field": found.field, "text": found.text, "marks": found.marks} for found in hit.highlights]
        return {**shown, "score": hit.score, "highlights": marks}

    @cached_property
    def _file_shape(self) -> FileOut:
        """One for all hits: its fields take longer to make than a hit to show."""
        return FileOut(context=self.context)


class CountOut(serializers.Serializer[Any]):
    """How many of the found files have a value."""

    value = serializers.CharField()
    title = serializers.CharField()
    count = serializers.IntegerField()


class SizeCountOut(serializers.Serializer[Any]):
    """How many of the found files have a size within bounds; the last class has no upper one."""

    size_min = serializers.IntegerField()
    size_max = serializers.IntegerField(allow_null=True)
    title = serializers.CharField()
    count = serializers.IntegerField()


class FacetsOut(serializers.Serializer[Any]):
    """What the found files are."""

    kind = CountOut(many=True)
    media_type = CountOut(many=True)
    tags = CountOut(many=True)
    size = SizeCountOut(many=True)
    added = CountOut(many=True)


class FoundOut(serializers.Serializer[Any]):
    """A page of found files. `complete` is false where there were so many that only the newest were looked at."""

    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = HitOut(many=True)
    complete = serializers.BooleanField()
    facets = FacetsOut(allow_null=True)


class SavedOut(serializers.ModelSerializer[SavedSearch]):
    """A saved search; `url` is its page."""

    url = serializers.SerializerMethodField()

    class Meta:
        model = SavedSearch
        fields = ["id", "name", "criteria", "created_at", "url"]
        read_only_fields = fields

    def get_url(self, saved: SavedSearch) -> str:
        """Where its results are shown."""
        return page_of(criteria_of(saved.criteria))


def criteria_of(values: Mapping[str, Any]) -> Criteria:
    """Return the criteria that the values are, without those that cannot be."""
    shape = CriteriaIn(data=values)
    while not shape.is_valid():  # bounds are compared once each of them can be
        values = {name: value for name, value in values.items() if name not in shape.errors}
        shape = CriteriaIn(data=values)
    return Criteria.of(shape.validated_data)


def criteria_in(address: QueryDict) -> Criteria:
    """Return the criteria that the address of a page says; what it says wrong is left out."""
    values: dict[str, Any] = {}
    for name in NAMES:
        given = [value for value in address.getlist(IN_ADDRESS.get(name, name)) if value]
        if given and name in _SEVERAL:
            values[name] = _passing(_SEVERAL[name], given)[: rules.TAGS.max]
        elif given:
            values[name] = _TYPED.get(name, str)(given[-1])
    return criteria_of(values)


def _passing(rule: Validates, values: Sequence[str]) -> list[str]:
    kept = []
    for value in values:
        with suppress(ValidationError):
            rule.check(value)
            kept.append(value)
    return kept


def _end_of_day(text: str) -> str:
    """A day is meant to its end."""
    return f"{text}T23:59:59.999999" if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) else text


_SEVERAL: dict[str, Validates] = {"kind": rules.KIND, "tags": rules.TAG}
# As people type it into the fields of the page.
_TYPED: dict[str, Callable[[str], Any]] = {
    "query": lambda text: text.replace("\x00", " ")[:CHARS_MAX].strip(),
    "folder": lambda text: text.strip().strip("/"),
    "sha256": lambda text: text.strip().lower(),
    "size_min": bytes_of,
    "size_max": bytes_of,
    "created_before": _end_of_day,
}
