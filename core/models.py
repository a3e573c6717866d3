"""Tables of the kernel: jobs, their logs, answers kept for idempotency keys, and notifications."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from core.base_models import Owned
from core.choices import ENDED_JOBS, OPEN_JOBS, JobStatus, LogLevel
from core.ids import uuid7
from core.notifications.models import Delivery, Notification, NotificationSettings, Webhook
from core.states import Machine
from core.triggers import guard_states

__all__ = [
    "JOB_MACHINE",
    "Delivery",
    "IdempotencyKey",
    "Job",
    "JobLog",
    "Notification",
    "NotificationSettings",
    "Owned",
    "Webhook",
]


JOB_MACHINE = guard_states(
    Machine.of(
        "jobs",
        initial=[JobStatus.QUEUED],
        transitions={
            JobStatus.QUEUED: [JobStatus.RUNNING, JobStatus.PAUSED, JobStatus.FAILED, JobStatus.CANCELLED],
            # Back to the queue: the worker died or stops, or a part that the job needs is away for a while.
            JobStatus.RUNNING: [
                JobStatus.QUEUED,
                JobStatus.PAUSED,
                JobStatus.SUCCEEDED,
                JobStatus.FAILED,
                JobStatus.CANCELLED,
            ],
            JobStatus.PAUSED: [JobStatus.QUEUED, JobStatus.CANCELLED],
            JobStatus.SUCCEEDED: [],
            JobStatus.FAILED: [],
            JobStatus.CANCELLED: [],
        },
        mutable_when_terminal=["retry_of_id"],
    )
)


class Job(Owned):
    """One long action. PostgreSQL is the truth about it; Redis only carries its id to a worker.

    `fence` grows with every claim: a worker writes under the number it got, so that one that was given up for
    dead cannot write any more. `lease_until` is extended while the worker lives.
    """

    kind = models.CharField(max_length=64)
    queue = models.CharField(max_length=32)
    status = models.CharField(max_length=16, choices=JobStatus.choices, default=JobStatus.QUEUED)
    attempt = models.PositiveIntegerField(default=0)
    max_attempts = models.PositiveIntegerField(default=3)
    fence = models.BigIntegerField(default=0)
    worker = models.CharField(max_length=128, blank=True, default="")
    lease_until = models.DateTimeField(null=True)
    available_at = models.DateTimeField(null=True)
    timeout_s = models.PositiveIntegerField()

    params = models.JSONField(default=dict)
    subject_type = models.CharField(max_length=64, blank=True, default="")
    subject_id = models.UUIDField(null=True)
    title = models.CharField(max_length=200, blank=True, default="")
    request_id = models.CharField(max_length=64, blank=True, default="")

    progress_done = models.BigIntegerField(default=0)
    progress_total = models.BigIntegerField(null=True)
    progress_unit = models.CharField(max_length=16, blank=True, default="")
    progress_message = models.CharField(max_length=200, blank=True, default="")
    progress_rate = models.FloatField(null=True)  # units per second of late, as measured
    cpu_seconds = models.FloatField(default=0)

    result = models.JSONField(null=True)
    error = models.JSONField(null=True)
    retry_of = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="retries")

    cancel_requested_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "jobs"
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                name="jobs_end_with_their_status",
                condition=Q(status__in=sorted(ENDED_JOBS), ended_at__isnull=False)
                | Q(status__in=sorted(OPEN_JOBS), ended_at__isnull=True),
            ),
            models.CheckConstraint(
                name="jobs_run_under_a_lease",
                condition=~Q(status=JobStatus.RUNNING) | Q(lease_until__isnull=False),
            ),
            models.CheckConstraint(
                name="jobs_progress_in_bounds",
                condition=Q(progress_done__gte=0)
                & (Q(progress_total__isnull=True) | Q(progress_done__lte=F("progress_total"))),
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="jobs_owner_created"),
            models.Index(fields=["kind", "-created_at"], name="jobs_kind_created"),
            models.Index(fields=["subject_type", "subject_id"], name="jobs_subject"),
            models.Index(fields=["ended_at"], name="jobs_ended", condition=Q(ended_at__isnull=False)),
            models.Index(
                fields=["status", "lease_until"], name="jobs_open", condition=Q(status__in=sorted(OPEN_JOBS))
            ),
        ]

    def __str__(self) -> str:
        return self.title or f"{self.kind} {self.pk}"

    def get_absolute_url(self) -> str:
        """The job's page."""
        return reverse("jobs:detail", kwargs={"pk": self.pk})

    @property
    def is_open(self) -> bool:
        """Whether something is still to come."""
        return self.status in OPEN_JOBS

    @property
    def progress(self) -> dict[str, Any]:
        """Progress in the shape of the API."""
        return {
            "done": self.progress_done,
            "total": self.progress_total,
            "unit": self.progress_unit,
            "message": self.progress_message,
            "rate": self.progress_rate,
            "eta_s": self.eta_s,
        }

    @property
    def eta_s(self) -> float | None:
        """Seconds that are left at the measured rate; None where nothing was measured."""
        if self.status != JobStatus.RUNNING or not self.progress_rate or self.progress_total is None:
            return None
        return round((self.progress_total - self.progress_done) / self.progress_rate, 1)

    @property
    def took_s(self) -> float | None:
        """Seconds from its first start to its end; None where one of the two is not there."""
        if self.started_at is None or self.ended_at is None:
            return None
        return (self.ended_at - self.started_at).total_seconds()


class JobLog(models.Model):
    """One line of a job's log; `seq` counts without a gap from 1."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="log")
    seq = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)
    level = models.CharField(max_length=8, choices=LogLevel.choices, default=LogLevel.INFO)
    line = models.TextField()

    class Meta:
        db_table = "job_logs"
        ordering = ["job_id", "seq"]
        constraints = [models.UniqueConstraint(fields=["job", "seq"], name="job_logs_in_order")]

    def __str__(self) -> str:
        return f"{self.seq} {self.line}"


class IdempotencyKey(models.Model):
    """The answer to a creating POST, kept so that the same key gives the same answer once.

    There is a row only where there is an answer: a call that is under way holds an advisory lock instead.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "idempotency_keys"
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="idempotency_keys_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_keys_age")]

    def __str__(self) -> str:
        return self.key
