"""The back office."""

from django.templatetags.static import static
from django.urls import reverse_lazy

FORMAT_MODULE_PATH = "config.formats"

UNFOLD = {
    "SITE_TITLE": "Dynacomp back office",
    "SITE_HEADER": "Dynacomp",
    "SITE_SUBHEADER": "Back office",
    "SITE_URL": reverse_lazy("pages:start"),
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("dynacomp/favicon.svg")}
    ],
    "SHOW_HISTORY": False,
    "BORDER_RADIUS": "8px",
    "SITE_ICON": lambda request: static("dynacomp/favicon.svg"),
    "STYLES": [lambda request: static("dynacomp/admin.css")],
    # The accent of the pages; see frontend/styles/tokens.css.
    "COLORS": {
        "primary": {
            "50": "#effaf7",
            "100": "#d7f2ec",
            "200": "#b0e5da",
            "300": "#7bd2c2",
            "400": "#3ccfb4",
            "500": "#1fa28f",
            "600": "#0f7b6c",
            "700": "#0d6458",
            "800": "#0e5047",
            "900": "#0f423b",
            "950": "#052822",
        }
    },
}
