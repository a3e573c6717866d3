"""The list of algorithms as its page shows it."""

from typing import Any

from accounts.http import SignedInRequest
from compression.api.filters import AlgorithmFilters
from compression.choices import AlgorithmKind, AlgorithmStatus
from compression.models import Algorithm
from core.access import Role
from core.listing import listed
from core.tables import Column

COLUMNS = [
    Column("name", "Algorithm", sort="name", always=True),
    Column("family", "Family", sort="family"),
    Column("kind", "Kind", sort="kind"),
    Column("status", "Status", sort="status"),
    Column("levels", "Levels"),
    Column("streaming", "Streams"),
    Column("version", "Version", sort="version", number=True),
    Column("test", "Last test"),
    Column("extension", "Extension", hidden=True),
    Column("media_type", "Media type", hidden=True),
]
SEARCHED = ("name", "title", "description", "family")
KINDS = [(AlgorithmKind.CODEC.value, "Codecs"), (AlgorithmKind.DYNAMIC.value, "Composed")]


def of(request: SignedInRequest) -> dict[str, Any]:
    """Return what the page of the list needs."""
    visible = Algorithm.objects.visible_to(request.user)
    listing = listed(
        request, visible, AlgorithmFilters, columns=COLUMNS, search_fields=SEARCHED, usual="name"
    )
    families = visible.order_by("family").values_list("family", flat=True).distinct()
    fields = [
        listing.choice("family", "Family", [("", "All families"), *((name, name) for name in families)]),
        listing.choice("kind", "Kind", [("", "Any kind"), *KINDS]),
        listing.choice("status", "Status", [("", "Any status"), *_statuses(request)]),
    ]
    return {
        "may_make": Role(request.user.role).includes(Role.USER),
        "page": listing.page(request.GET.get("page")),
        "columns": COLUMNS,
        "ordering": listing.ordering,
        "search": listing.search,
        "filters": [*fields, *listing.others([field["name"] for field in fields])],
    }


def _statuses(request: SignedInRequest) -> list[tuple[str, str]]:
    shown = [status for status in AlgorithmStatus if request.user.is_staff or status != AlgorithmStatus.DRAFT]
    return [(status.value, str(status.label)) for status in shown]
