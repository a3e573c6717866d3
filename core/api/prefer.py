"""`Prefer: respond-async` and `Prefer: wait=N` (RFC 7240)."""

import re
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

from core.errors import Invalid
from core.text import whole_number

_PART = re.compile(r'^([A-Za-z-]+)(?:\s*=\s*"?([^";]*)"?)?')


@dataclass(frozen=True)
class Preference:
    """What the client prefers for long work."""

    respond_async: bool = False
    wait_s: int | None = None


def preference(request: HttpRequest) -> Preference:
    """Read the header; unknown preferences are ignored, as the RFC asks, a bad `wait` is a 400."""
    respond_async, wait_s = False, None
    for part in request.headers.get("Prefer", "").split(","):
        match = _PART.match(part.strip())
        if match is None:
            continue
        name, value = match[1].lower(), (match[2] or "").strip()
        if name == "respond-async":
            respond_async = True
        elif name == "wait":
            wait_s = whole_number(value, low=0, high=settings.WAIT_LIMIT_S)
            if wait_s is None:
                raise Invalid.field("Prefer", f"wait takes whole seconds, at most {settings.WAIT_LIMIT_S}.")
    return Preference(respond_async, wait_s)
