"""The kernel."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CoreConfig(AppConfig):
    """Installs triggers after every migrate, and registers what the kernel itself offers."""

    name = "core"
    label = "core"
    verbose_name = "Platform"

    def ready(self) -> None:
        """Register duties, topics and navigation."""
        from core import duties, navigation, startpage, triggers
        from core.jobs import selectors, sockets

        assert duties  # registering is what its import does
        sockets.register()
        post_migrate.connect(triggers.install, sender=self, dispatch_uid="core.triggers")
        navigation.add("Work", "Jobs", "jobs:list", icon="jobs", order=40)
        startpage.add("jobs", "Jobs", "core/_start_jobs.html", selectors.start_card, order=20, span=7)
