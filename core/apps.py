"""The kernel."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CoreConfig(AppConfig):
    """Installs triggers after every migrate, and registers what the kernel itself offers."""

    name = "core"
    label = "core"
    verbose_name = "Kernel"

    def ready(self) -> None:
        """Register duties, topics and navigation."""
        from core import navigation, triggers
        from core.jobs import duties, sockets  # registering is what their import does

        assert duties
        sockets.register()
        post_migrate.connect(triggers.install, dispatch_uid="core.triggers")
        navigation.add("Work", "Jobs", "jobs:list", icon="jobs", order=40)
