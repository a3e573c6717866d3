"""Analyses of content."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from compression.engine.analysed import Analysis as Found
from core.models import Owned


class Analysis(Owned):
    """What was found in some content, once for each owner, content and `version` of what looks at it.

    It quotes the content, so it goes where its file goes for good. `summary` says in a line what the content is;
    `report` is an `engine.analysed.Analysis` as JSON.
    """

    file = models.ForeignKey("files.File", on_delete=models.CASCADE, related_name="analyses")
    content_sha256 = models.CharField(max_length=64)
    content_kind = models.CharField(max_length=32, blank=True)
    media_type = models.CharField(max_length=100, blank=True)
    original_size = models.BigIntegerField()
    version = models.PositiveIntegerField()
    summary = models.CharField(max_length=300)
    report = models.JSONField()
    job = models.ForeignKey("core.Job", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        db_table = "compression_analyses"
        verbose_name_plural = "analyses"
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "content_sha256", "version"], name="compression_analyses_once"
            ),
            models.CheckConstraint(name="compression_analyses_size", condition=Q(original_size__gte=0)),
        ]
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="analyses_owner_created"),
            models.Index(fields=["file", "-created_at"], name="analyses_file_created"),
        ]

    def __str__(self) -> str:
        return f"analysis of {self.file_id}"

    def get_absolute_url(self) -> str:
        """The analysis's page."""
        return reverse("compression:analysis", kwargs={"pk": self.pk})

    @property
    def found(self) -> Found:
        """The report with its types."""
        return Found.from_config(self.report)
