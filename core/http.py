"""What a request wants for an answer."""

from django.http import HttpRequest


def is_api(request: HttpRequest) -> bool:
    """Say whether the answer is for a program."""
    return f"{request.path_info}/".startswith("/api/")


def wants_part(request: HttpRequest) -> bool:
    """Say whether htmx asks for a part of a page: not for one that a link or a form leads to."""
    htmx = getattr(request, "htmx", None)
    return bool(htmx and not htmx.boosted)
