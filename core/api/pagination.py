"""Lists come in pages."""

from typing import Any

from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request

from core.errors import Invalid


class Pages(PageNumberPagination):
    """`?page=` from 1, `?page_size=` at most 200; a size or page that cannot be is refused, not bent."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

    def get_page_size(self, request: Request) -> int:
        """Return the asked size; 400 for one out of bounds."""
        raw = request.query_params.get("page_size")
        if raw is None:
            return self.page_size
        if not raw.isdecimal() or not 1 <= int(raw) <= self.max_page_size:
            raise Invalid.field(
                "page_size", f"A whole number from 1 to {self.max_page_size}.", "out_of_range"
            )
        return int(raw)

    def get_page_number(self, request: Request, paginator: Any) -> Any:
        """Return the asked page; 400 for what is no number."""
        raw = request.query_params.get(self.page_query_param, "1")
        if not raw.isdecimal() or int(raw) < 1:
            raise Invalid.field("page", "A whole number from 1.", "out_of_range")
        return raw
