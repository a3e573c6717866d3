"""Metrics."""

from django.apps import AppConfig


class MetricsConfig(AppConfig):
    """Registers duties, the live stream and the pages."""

    name = "metrics"
    verbose_name = "Metrics"
