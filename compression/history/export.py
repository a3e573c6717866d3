"""Lists as files: all rows of a query, in its order, in pieces of bounded size.

Newest first, pages follow each other by key, so that no cursor and no connection waits for a client that reads slowly,
and rows that come while it reads are in none of them. For any other order the keys are read beforehand.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from rest_framework.utils.encoders import JSONEncoder

from core.errors import Invalid
from core.handoff import PiecesHandoff

PAGE = 1000
# So many keys at most are held while a client reads.
MOST_SORTED = 100_000
NEWEST_FIRST = "-created_at"
TYPES = {"csv": "text/csv; charset=utf-8; header=present", "json": "application/json"}

Shape = Callable[[Sequence[Any]], Sequence[Mapping[str, Any]]]


def answer(
    request: HttpRequest, queryset: QuerySet[Any], shape: Shape, *, name: str, format_: str
) -> PiecesHandoff:
    """Return the download of all rows of `queryset` as `format_`; see `answer_pages`."""
    return answer_pages(request, pages(queryset), shape, name=name, format_=format_)


def answer_pages(
    request: HttpRequest, rows: Iterable[Sequence[Any]], shape: Shape, *, name: str, format_: str
) -> PiecesHandoff:
    """Return the download of pages of rows as `format_`; 400 for a format that there is not.

    `shape` makes plain objects of rows; their keys are the columns.
    """
    if format_ not in TYPES:
        known = ", ".join(TYPES)
        raise Invalid.field(
            "format", f"There is no format “{format_[:20]}”. Known: {known}.", "unknown_format"
        )
    write = as_csv if format_ == "csv" else as_json
    return PiecesHandoff(
        request, partial(write, rows, shape), filename=f"{name}.{format_}", content_type=TYPES[format_]
    )


def pages(queryset: QuerySet[Any]) -> Iterator[Sequence[Any]]:
    """Return the rows in pages, each by a query of its own; Invalid where there are too many to sort."""
    if queryset.query.order_by[:1] in ((), (NEWEST_FIRST,)):
        return _newest_first(queryset)
    keys = list(queryset.values_list("pk", flat=True)[: MOST_SORTED + 1])
    if len(keys) > MOST_SORTED:
        raise Invalid.field(
            "ordering",
            f"More than {MOST_SORTED:,} rows are exported newest first only. Filter them, or leave it out.",
        )
    return _by_keys(queryset, keys)


def _by_keys(queryset: QuerySet[Any], keys: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(keys), PAGE):
        part = keys[start : start + PAGE]
        found = {row.pk: row for row in queryset.order_by().filter(pk__in=part)}
        yield [found[key] for key in part if key in found]


def _newest_first(queryset: QuerySet[Any]) -> Iterator[Sequence[Any]]:
    ordered = queryset.order_by(NEWEST_FIRST, "-pk")
    page = list(ordered[:PAGE])
    while page:
        yield page
        last = page[-1]
        older = Q(created_at__lt=last.created_at) | Q(created_at=last.created_at, pk__lt=last.pk)
        page = (
            list(ordered.filter(older, created_at__lte=last.created_at)[:PAGE]) if len(page) == PAGE else []
        )


def as_csv(rows: Iterable[Sequence[Any]], shape: Shape) -> Iterator[bytes]:
    """Yield RFC 4180 with a heading; objects are JSON, nothing is empty."""
    heading = True
    for page in rows:
        text = io.StringIO()
        writer = csv.writer(text)
        for item in shape(page):
            if heading:
                writer.writerow(item)
                heading = False
            writer.writerow(map(cell, item.values()))
        yield text.getvalue().encode()
    if heading:
        yield b""


def cell(value: Any) -> str:
    """Return a value as a cell; text that a spreadsheet would take for a formula is made plain by an apostrophe."""
    if type(value) in {float, int}:
        return str(value)  # nearly all that there is in long exports
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        return json.dumps(value, cls=JSONEncoder)
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def as_json(rows: Iterable[Sequence[Any]], shape: Shape) -> Iterator[bytes]:
    """Yield one JSON array, an object a line."""
    before = "["
    for page in rows:
        lines = [json.dumps(item, cls=JSONEncoder) for item in shape(page)]
        yield (before + "\n" + ",\n".join(lines)).encode()
        before = ","
    yield b"[]\n" if before == "[" else b"\n]\n"
