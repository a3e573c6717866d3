"""Every address of the platform."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from pages.docs import ApiDocs, ApiSchema

handler400 = "core.api.problems.bad_request"
handler403 = "core.api.problems.permission_denied"
handler404 = "core.api.problems.page_not_found"
handler500 = "core.api.problems.server_error"

api: tuple[list[URLPattern | URLResolver], str] = (
    [
        path("", include("core.urls.api_health")),
        path("", include("core.urls.api_jobs")),
        path("notifications", include("core.urls.api_notifications")),
        path("auth/", include("accounts.api.urls")),
        path("files/", include("files.api.urls")),
        path("compression/", include("compression.api.urls")),
        path("", include("metrics.api.urls")),
        path("schema", ApiSchema.as_view(), name="schema"),
        path("docs", ApiDocs.as_view(), name="docs"),
    ],
    "api",
)

urlpatterns = [
    path("api/v1/", include(api)),
    path("", include("core.urls.pages")),
    path("", include("accounts.urls")),
    path("", include("files.urls")),
    path("", include("compression.urls")),
    path("", include("metrics.urls")),
    path("", include("pages.urls")),
    path("admin/", admin.site.urls),
]
