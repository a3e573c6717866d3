"""The documentation of the API, made from the published schema."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.views import SpectacularSwaggerSplitView


class ApiDocs(SpectacularSwaggerSplitView):
    """Swagger UI, served from here; it styles its elements in place, which the policy of this page allows."""

    url_name = "api:schema"
    title = "Dynacomp API"
    schema = None

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Return the page or its script."""
        response: HttpResponse = super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]
        response["Content-Security-Policy"] = settings.CONTENT_SECURITY_POLICY.replace(
            "style-src 'self'", "style-src 'self' 'unsafe-inline'"
        )
        return response
