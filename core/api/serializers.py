"""Shapes of the kernel's objects."""

from functools import cache
from typing import Any

from django.apps import apps
from rest_framework import serializers

from core.models import Job, JobLog


@cache
def _sorts() -> dict[str, str]:
    """Return the tables with what one of their rows is called."""
    return {model._meta.db_table: model._meta.verbose_name_raw for model in apps.get_models()}


class ProgressOut(serializers.Serializer[Any]):
    """How far a job is."""

    done = serializers.IntegerField()
    total = serializers.IntegerField(allow_null=True)
    unit = serializers.CharField()
    message = serializers.CharField()
    rate = serializers.FloatField(allow_null=True, help_text="Units per second of late, as measured.")
    eta_s = serializers.FloatField(allow_null=True, help_text="Seconds left at that rate.")


class JobOut(serializers.ModelSerializer[Job]):
    """A job."""

    subject_type = serializers.SerializerMethodField()
    subject_id = serializers.UUIDField(
        allow_null=True, read_only=True, help_text="What it works at, or makes: the batch, for example."
    )
    progress = ProgressOut(read_only=True)
    retry_of = serializers.UUIDField(source="retry_of_id", allow_null=True, read_only=True)
    cancel_requested = serializers.SerializerMethodField()

    class Meta:
        model = Job
        fields = [
            "id",
            "kind",
            "title",
            "subject_type",
            "subject_id",
            "status",
            "attempt",
            "progress",
            "created_at",
            "started_at",
            "ended_at",
            "cancel_requested",
            "cpu_seconds",
            "retry_of",
            "error",
            "result",
        ]
        read_only_fields = fields

    def get_subject_type(self, job: Job) -> str:
        """What sort of thing the subject is: `file`, `batch`, …; empty where there is none."""
        return _sorts().get(job.subject_type, "")

    def get_cancel_requested(self, job: Job) -> bool:
        """Whether somebody asked the job to stop."""
        return job.cancel_requested_at is not None


class JobLogOut(serializers.ModelSerializer[JobLog]):
    """A line of a job's log."""

    t = serializers.DateTimeField(source="created_at")

    class Meta:
        model = JobLog
        fields = ["seq", "t", "level", "line"]
