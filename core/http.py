"""What a request wants for an answer."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def is_api(request: HttpRequest) -> bool:
    """Say whether the answer is for a program."""
    return f"{request.path_info}/".startswith("/api/")


def wants_part(request: HttpRequest) -> bool:
    """Say whether htmx asks for a part of a page: not for one that a link or a form leads to."""
    htmx = getattr(request, "htmx", None)
    return bool(htmx and not htmx.boosted)


def next_page(request: HttpRequest, default: str) -> str:
    """Return where the form wants to go on, if that is a page of ours, else `default`."""
    wanted = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else default
