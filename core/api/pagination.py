"""Lists come in pages."""

from typing import Any

from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request

from core.errors import Invalid
from core.text import whole_number

LAST_PAGE = 10**9


class Pages(PageNumberPagination):
    """`?page=` from 1, `?page_size=` at most 200; a size or page that cannot be is refused, not bent."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

    def get_page_size(self, request: Request) -> int:
        """Return the asked size; 400 for one out of bounds."""
        return _asked(request, "page_size", self.page_size, self.max_page_size)

    def get_page_number(self, request: Request, paginator: Any) -> int:
        """Return the asked page; 400 for what is no number."""
        return _asked(request, "page", 1, LAST_PAGE)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return the shape of a page in OpenAPI 3.1, which says in the type that a link may be null."""
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["count", "next", "previous", "results"],
            "properties": {"count": {"type": "integer"}, "next": link, "previous": link, "results": schema},
        }


def _asked(request: Request, name: str, default: int, maximum: int) -> int:
    raw = request.query_params.get(name)
    if raw is None:
        return default
    number = whole_number(raw, low=1, high=maximum)
    if number is None:
        raise Invalid.field(name, f"A whole number from 1 to {maximum}.", "out_of_range")
    return number
