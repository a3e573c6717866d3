"""Files."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """Registers what files have for the rest of the platform."""

    name = "files"
    verbose_name = "Files"

    def ready(self) -> None:
        """Register duties, health, sample files, events and navigation: their import does it."""
        from core import navigation
        from files import checks, events, health, samples, sweeps

        assert checks
        assert events
        assert health
        assert samples
        assert sweeps
        navigation.add("Work", "Files", "files:list", icon="folder", order=30)
