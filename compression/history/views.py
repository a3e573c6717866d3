"""Pages of the ledger of outcomes."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.http import SignedInRequest
from compression.api.history_filters import HistoryFilters
from compression.choices import Operation
from compression.history import rows
from compression.models import Algorithm, HistoryEntry
from core.access import Role
from core.listing import Listing, listed
from files import selectors as files
from files.choices import Kind

ENDINGS = [("", "Any outcome"), ("true", "Succeeded"), ("false", "Failed")]


@require_GET
def history(request: SignedInRequest) -> HttpResponse:
    """What became of everything?"""
    found = HistoryEntry.objects.visible_to(request.user).select_related("owner")
    listing = listed(request, found, HistoryFilters, columns=rows.COLUMNS)
    page = listing.page(request.GET.get("page"))
    fields = _fields(request, listing)
    others = listing.others([field["name"] for field in fields])
    context = {
        "page": page,
        "rows": rows.shown(request.user, list(page)),
        "ordering": listing.ordering,
        "columns": [*rows.COLUMNS, rows.OWNER] if request.user.is_staff else rows.COLUMNS,
        "filters": [*fields, *others],
        "also": [(_words(request, other), _without(request, other["name"])) for other in others],
        "exports": listing.exports(reverse("api:compression:history-export")),
        "may_compress": Role(request.user.role).includes(Role.USER),
    }
    return render(request, "compression/history.html", context)


def _fields(request: SignedInRequest, listing: Listing) -> list[dict[str, Any]]:
    names = Algorithm.objects.visible_to(request.user).values_list("name", "name")
    return [
        listing.entry("content", "File name or hash", "search"),
        listing.choice("algorithm", "Algorithm", [("", "All algorithms"), *names]),
        listing.choice("kind", "Kind of content", [("", "All kinds"), *Kind.choices]),
        listing.choice("operation", "Operation", [("", "Both ways"), *Operation.choices]),
        listing.choice("succeeded", "Outcome", ENDINGS),
        listing.entry("since", "From", "date"),
        listing.entry("until", "To", "date"),
    ]


def _words(request: SignedInRequest, other: dict[str, Any]) -> str:
    """A filter that came with the address, in words."""
    name, value = other["name"], other["value"]
    if name == "file":
        file = files.visible_file(request.user, UUID(value))
        return f"the content of {file.name}" if file else "a file that is not there"
    if name == "content_sha256":
        return f"the content {value[:12]}…"
    return f"{name.replace('_', ' ')} {value}"


def _without(request: SignedInRequest, name: str) -> str:
    """The address without one of its filters."""
    query = request.GET.copy()
    for gone in (name, "page"):
        query.pop(gone, None)
    return f"{request.path}?{query.urlencode()}"
