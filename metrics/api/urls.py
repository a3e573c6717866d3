"""Addresses of the API below `/api/v1/`."""

from django.urls import URLPattern, URLResolver, path

from metrics.api import alert_views
from metrics.api.analytics_views import AlgorithmMetrics, CompressionMetrics
from metrics.api.history_views import AtMoment, Export, History, SeriesList
from metrics.api.prometheus_views import Prometheus
from metrics.api.system_views import System

app_name = "metrics"
urlpatterns: list[URLPattern | URLResolver] = [
    path("metrics/compression", CompressionMetrics.as_view(), name="compression"),
    path("metrics/algorithms", AlgorithmMetrics.as_view(), name="algorithms"),
    path("metrics/system", System.as_view(), name="system"),
    path("metrics/history", History.as_view(), name="history"),
    path("metrics/export", Export.as_view(), name="export"),
    path("metrics/series", SeriesList.as_view(), name="series"),
    path("metrics/moment", AtMoment.as_view(), name="moment"),
    path("metrics/alerts", alert_views.AlertList.as_view(), name="alerts"),
    path("metrics/alerts/preview", alert_views.AlertPreview.as_view(), name="alert-preview"),
    path("metrics/alerts/events", alert_views.AlertEventList.as_view(), name="alert-events"),
    path("metrics/alerts/<uuid:pk>", alert_views.AlertDetail.as_view(), name="alert"),
    path("metrics/alerts/<uuid:pk>/silence", alert_views.AlertSilence.as_view(), name="alert-silence"),
    path("metrics/prometheus", Prometheus.as_view(), name="prometheus"),
]
