"""Recommendations."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from compression import rules
from compression.engine.learning.recommended import Recommendation as Found
from core.models import Owned


class Recommendation(Owned):
    """What was recommended for some content, and by which state of learning; without one by that of the engine.

    It quotes the content, so it goes where its file goes for good. `report` is an
    `engine.learning.recommended.Recommendation` as JSON, `constraints` those that were asked for by name.
    """

    file = models.ForeignKey("files.File", on_delete=models.CASCADE, related_name="recommendations")
    content_sha256 = models.CharField(max_length=64)
    content_kind = models.CharField(max_length=32, blank=True)
    original_size = models.BigIntegerField()
    objective = rules.OBJECTIVE.model_field()
    constraints = models.JSONField(default=dict)
    state = models.ForeignKey(
        "compression.LearningState", null=True, on_delete=models.PROTECT, related_name="+"
    )
    report = models.JSONField()

    class Meta:
        db_table = "compression_recommendations"
        ordering = ["-created_at"]
        constraints = [
            rules.OBJECTIVE.constraint("compression_recommendations", "objective"),
            models.CheckConstraint(
                name="compression_recommendations_size", condition=Q(original_size__gte=0)
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="recommendations_owner_created"),
            models.Index(fields=["file", "-created_at"], name="recommendations_file_created"),
            models.Index(fields=["owner", "content_sha256", "-created_at"], name="recommendations_content"),
        ]

    def __str__(self) -> str:
        return f"recommendation for {self.file_id}"

    def get_absolute_url(self) -> str:
        """The recommendation's page."""
        return reverse("compression:recommendation", kwargs={"pk": self.pk})

    @property
    def found(self) -> Found:
        """The report with its types."""
        return Found.from_config(self.report)
