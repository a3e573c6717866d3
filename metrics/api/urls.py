"""Addresses of the API below `/api/v1/`."""

from django.urls import URLPattern, URLResolver, path

from metrics.api.prometheus_views import Prometheus

app_name = "metrics"
urlpatterns: list[URLPattern | URLResolver] = [
    path("metrics/prometheus", Prometheus.as_view(), name="prometheus"),
]
