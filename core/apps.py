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
        from core.notifications import duties as notification_duties
        from core.notifications import kinds

        assert duties  # registering is what its import does
        assert notification_duties
        sockets.register()
        post_migrate.connect(triggers.install, sender=self, dispatch_uid="core.triggers")
        kinds.add("job.failed", "Long jobs that failed")
        navigation.add_account_link("Notifications", "notifications:list", icon="bell", order=30)
        navigation.add_account_link("Webhooks", "notifications:webhooks", icon="link", order=31)
        navigation.add("Work", "Jobs", "jobs:list", icon="jobs", order=40)
        startpage.add("jobs", "Jobs", "core/_start_jobs.html", selectors.start_card, order=20, span=7)
