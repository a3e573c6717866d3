"""Pages and their parts."""

from django.http import HttpRequest


def wants_part(request: HttpRequest) -> bool:
    """Say whether htmx asks for a part of a page: not for one that a link or a form leads to."""
    htmx = getattr(request, "htmx", None)
    return bool(htmx and not htmx.boosted)
