"""What Prometheus reads."""

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from core.api.views import ApiView
from metrics.prometheus.exposition import render


class Prometheus(ApiView):
    """Metrics of the platform and of this machine, for Prometheus."""

    any_accept = True

    @extend_schema(
        responses={
            (200, "text/plain"): OpenApiTypes.STR,
            (200, "application/openmetrics-text"): OpenApiTypes.STR,
        }
    )
    def get(self, request: Request) -> HttpResponse:
        """Return all metrics in the text format 0.0.4, or as OpenMetrics where that is accepted."""
        page, content_type = render(request.headers.get("Accept", ""))
        return HttpResponse(page, content_type=content_type, headers={"Cache-Control": "no-store"})
