"""Addresses of the API below `/api/v1/`."""

from django.urls import URLPattern, URLResolver, path

from metrics.api.analytics_views import AlgorithmMetrics, CompressionMetrics
from metrics.api.history_views import AtMoment, Export, History, SeriesList
from metrics.api.prometheus_views import Prometheus
from metrics.api.system_views import System

app_name = "metrics"
urlpatterns: list[URLPattern | URLResolver] = [
    path("metrics/system", System.as_view(), name="system"),
    path("metrics/compression", CompressionMetrics.as_view(), name="compression"),
    path("metrics/algorithms", AlgorithmMetrics.as_view(), name="algorithms"),
    path("metrics/history", History.as_view(), name="history"),
    path("metrics/export", Export.as_view(), name="export"),
    path("metrics/series", SeriesList.as_view(), name="series"),
    path("metrics/moment", AtMoment.as_view(), name="moment"),
    path("metrics/prometheus", Prometheus.as_view(), name="prometheus"),
]
