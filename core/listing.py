"""A page of rows: what its address asks for, by the filters of the API's list of the same rows.

A program that asks for what there is not is refused; a person who opens an old or mistyped address is shown what can be
understood of it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.http import HttpRequest
from django_filters import FilterSet
from rest_framework.filters import search_smart_split

from core.tables import Column

PAGE = 50
# A search is some words that a person typed; each costs the database a look through the rows.
SEARCH_CHARS, SEARCH_WORDS = 200, 10


@dataclass(frozen=True)
class Listing:
    """The rows that match, in order, and what of the address was understood."""

    rows: QuerySet[Any]
    filters: Mapping[str, str]
    search: str
    ordering: str

    def page(self, number: str | None, size: int = PAGE) -> "Page[Any]":
        """Return one page of the rows; the nearest one for a number that there is not."""
        return Paginator(self.rows, size).get_page(number)

    def choice(self, name: str, label: str, options: Collection[tuple[str, Any]]) -> dict[str, Any]:
        """Return a filter by one of a few words, as `components/table_tools.html` takes it."""
        return {"name": name, "label": label, "value": self.filters.get(name, ""), "options": options}

    def entry(self, name: str, label: str, kind: str) -> dict[str, Any]:
        """Return a filter that is typed in: `search` or `date`."""
        return {"name": name, "label": label, "value": self.filters.get(name, ""), "type": kind}

    def others(self, shown: Collection[str]) -> list[dict[str, Any]]:
        """Return the filters of the address that have no field on the page; its form must not lose them."""
        return [self.entry(name, name, "hidden") for name in self.filters if name not in shown]

    def exports(self, url: str) -> list[tuple[str, str]]:
        """Return label and address of the same rows in the same order as files, for `components/table.html`."""
        asked = {**self.filters, "search": self.search, "ordering": self.ordering}
        query = {name: value for name, value in asked.items() if value}
        return [(kind.upper(), f"{url}?{urlencode({**query, 'format': kind})}") for kind in ("csv", "json")]


def listed(
    request: HttpRequest,
    rows: QuerySet[Any],
    filters: type[FilterSet],
    *,
    columns: Collection[Column],
    search_fields: Collection[str] = (),
    usual: str = "-created_at",
) -> Listing:
    """Read the address of a page of `rows`: a filter or an order that is not known is left out."""
    given = {
        name: str(value) for name, value in request.GET.items() if value and name in filters.base_filters
    }
    wrong = filters(given, queryset=rows, request=request).errors
    known = {name: value for name, value in given.items() if name not in wrong}
    search = _search(request) if search_fields else ""
    ordering = request.GET.get("ordering", "")
    if ordering.removeprefix("-") not in {column.sort for column in columns if column.sort}:
        ordering = usual
    found = matching(filters(known, queryset=rows, request=request).qs, search, search_fields)
    return Listing(ordered(found, [ordering]), known, search, ordering)


def _search(request: HttpRequest) -> str:
    """The search of the address, cut to what the API takes."""
    search = request.GET.get("search", "")[:SEARCH_CHARS].strip()
    words = _words(search)
    return search if len(words) <= SEARCH_WORDS else " ".join(words[:SEARCH_WORDS])


def _words(search: str) -> list[str]:
    """The words as the API tells them apart."""
    split: Any = search_smart_split  # its stub is wrong
    return list(split(search))


def matching(rows: QuerySet[Any], search: str, fields: Collection[str]) -> QuerySet[Any]:
    """Keep the rows in which every word of the search stands somewhere."""
    for word in _words(search):
        anywhere = Q()
        for name in fields:
            anywhere |= Q(**{f"{name}__icontains": word})
        rows = rows.filter(anywhere)
    return rows


def ordered(rows: QuerySet[Any], terms: Collection[str]) -> QuerySet[Any]:
    """Order by fields; what has no value comes last either way, and ties are broken by the key."""
    names = [*terms] if "pk" in terms else [*terms, "pk"]
    return rows.order_by(*(_term(rows, name) for name in names))


def _term(rows: QuerySet[Any], term: str) -> str | OrderBy:
    name = term.removeprefix("-")
    # Only where it says something: an index has its rows in one order, and that with NULLS LAST is another one.
    if not any(field.name == name and field.null for field in rows.model._meta.fields):
        return term
    return F(name).desc(nulls_last=True) if term != name else F(name).asc(nulls_last=True)
