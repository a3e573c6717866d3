"""The page of streams."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.http import SignedInRequest
from compression.choices import Operation
from compression.forms import options_of
from compression.streaming.asked import Asked
from compression.streaming.snippets import for_stream
from core.snippets import base_of

FIGURES = [
    ("inText", "In", ""),
    ("outText", "Out", ""),
    ("ratioText", "Ratio", "× smaller"),
    ("tookText", "Took", ""),
]
DETECTED = {"value": "", "label": "Find it from the bytes"}


@require_GET
def stream(request: SignedInRequest) -> HttpResponse:
    """Send a file straight through. The address holds the settings; the script does the sending."""
    asked = Asked.of(request.user, request.GET)
    options = options_of(asked.usable)
    context = {
        "asked": asked,
        "compressing": asked.operation == Operation.COMPRESS,
        "operations": Operation.choices,
        "algorithms": options if asked.operation == Operation.COMPRESS else [DETECTED, *options],
        "snippets": for_stream(asked.operation, asked.settings, asked.source, asked.target, base_of(request)),
        "held": settings.STREAM_HELD_BYTES,
        "figures": FIGURES,
    }
    return render(request, "compression/stream.html", context)
