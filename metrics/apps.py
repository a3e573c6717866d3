"""Metrics."""

from django.apps import AppConfig


class MetricsConfig(AppConfig):
    """Registers duties, the live stream and the pages."""

    name = "metrics"
    verbose_name = "Metrics"

    def ready(self) -> None:
        """Register what the app offers."""
        from metrics import duties
        from metrics.alerting import duties as alert_duties
        from metrics.alerting import seeds as alert_seeds
        from metrics.live import sockets

        assert duties  # registering is what its import does
        assert alert_duties
        assert alert_seeds
        sockets.register()
        self._add_pages()

    def _add_pages(self) -> None:
        """Register what the navigation shows."""
        from core import navigation
        from core.notifications import kinds

        kinds.add("alert", "Alerts of the platform")
        navigation.add("Watch", "Alerts", "metrics:alerts", icon="bell", order=30)
        navigation.add("Watch", "System metrics", "metrics:system", icon="metrics", order=10)
        navigation.add("Watch", "Algorithm analytics", "metrics:algorithms", icon="chart", order=20)
