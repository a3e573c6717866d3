"""The back office."""

from django.urls import reverse_lazy

UNFOLD = {
    "SITE_TITLE": "Dynacomp back office",
    "SITE_HEADER": "Dynacomp",
    "SITE_SUBHEADER": "Back office",
    "SITE_URL": reverse_lazy("pages:start"),
    "SHOW_HISTORY": False,
    "BORDER_RADIUS": "8px",
}
