"""Files."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """Registers what files have for the rest of the platform."""

    name = "files"
    verbose_name = "Files"

    def ready(self) -> None:
        """Register duties, health, sample files, events and navigation, most by import; have forms read our way."""
        from django.db.models import BigIntegerField, OuterRef, Subquery
        from django.db.models.functions import Coalesce

        from accounts import usage
        from core import formatting, navigation
        from files import checks, duties, events, health, multipart, seeds
        from files.batch import duties as batch_duties
        from files.batch import jobs as batch_jobs
        from files.bulk import own
        from files.models import Usage
        from files.search import duties as search_duties

        assert checks
        assert events
        assert health
        assert duties
        assert search_duties
        assert batch_duties
        assert batch_jobs
        assert seeds
        assert own
        multipart.install()
        used = Subquery(Usage.objects.filter(owner=OuterRef("pk")).values("bytes"))
        usage.add("stored", "Stored", Coalesce(used, 0, output_field=BigIntegerField()), show=formatting.size)
        navigation.add("Work", "Files", "files:list", icon="folder", order=30)
