"""Metrics."""

from django.apps import AppConfig


class MetricsConfig(AppConfig):
    """Registers duties, the live stream and the pages."""

    name = "metrics"
    verbose_name = "Metrics"

    def ready(self) -> None:
        """Register what the app offers."""
        from metrics import duties
        from metrics.live import sockets

        assert duties  # registering is what its import does
        sockets.register()
        self._add_pages()

    def _add_pages(self) -> None:
        """Register what the navigation shows."""
        from core import navigation

        navigation.add("Watch", "System metrics", "metrics:system", icon="metrics", order=10)
