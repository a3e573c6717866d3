"""The published schema of the API, and its documentation made from it."""

from typing import Any, ClassVar

from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request

from core.errors import Invalid


class FormatOrAccept(DefaultContentNegotiation):
    """`?format=json` or `yaml` decides; without it, what the client accepts."""

    types: ClassVar[dict[str, str]] = {"json": "application/json", "yaml": "application/yaml"}

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        """Return renderer and media type."""
        wanted = request.query_params.get("format")
        if wanted is None:
            return super().select_renderer(request, renderers, format_suffix)
        media_type = self.types.get(wanted)
        for renderer in renderers:
            if renderer.media_type == media_type:
                return renderer, media_type
        known = ", ".join(self.types)
        raise Invalid.field(
            "format", f"There is no format “{wanted[:20]}”. Known: {known}.", "unknown_format"
        )


class ApiSchema(SpectacularAPIView):
    """The schema as JSON, or as YAML for who accepts that; under the registered media types too where asked for."""

    content_negotiation_class = FormatOrAccept
    renderer_classes: Any = (
        OpenApiJsonRenderer2,
        OpenApiYamlRenderer2,
        OpenApiJsonRenderer,
        OpenApiYamlRenderer,
    )


class ApiDocs(SpectacularSwaggerSplitView):
    """Swagger UI, served from here, in the theme of the platform."""

    url_name = "api:schema"
    template_name = "pages/api_docs.html"
    title = "Dynacomp API"
    schema = None
