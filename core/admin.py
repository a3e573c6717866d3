"""The desk of jobs."""

import json
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter, FieldTextFilter, RangeDateTimeFilter
from unfold.decorators import display

from core.choices import JobStatus
from core.desks import Desk
from core.jobs import services
from core.models import Job, JobLog
from core.notifications.admin import DeliveryAdmin, WebhookAdmin

__all__ = ["DeliveryAdmin", "JobAdmin", "WebhookAdmin"]

# Of a log the desk shows the end; the job's own page has more, and the API all of it.
LINES = 200
TONES = {
    JobStatus.RUNNING: "info",
    JobStatus.SUCCEEDED: "success",
    JobStatus.FAILED: "danger",
    JobStatus.CANCELLED: "warning",
}


if TYPE_CHECKING:
    InlineFormSet = BaseInlineFormSet[Any, Any, Any]
else:
    InlineFormSet = BaseInlineFormSet


class LastLines(InlineFormSet):
    """The end of a job's log."""

    def get_queryset(self) -> QuerySet[JobLog]:
        """Return the last lines, in order."""
        if not hasattr(self, "_lines"):
            last = list(
                JobLog.objects.filter(job=self.instance).order_by("-seq").values_list("pk", flat=True)[:LINES]
            )
            self._lines = JobLog.objects.filter(pk__in=last).order_by("seq")
        return self._lines


class LogInline(TabularInline):
    """What the job said."""

    model = JobLog
    formset = LastLines
    fields = readonly_fields = ("seq", "created_at", "level", "line")
    extra = max_num = 0
    can_delete = False
    verbose_name_plural = f"Log (the last {LINES} lines)"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Jobs write their own log."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was said was said."""
        return False


@admin.register(Job)
class JobAdmin(Desk):
    """Jobs: what runs, what failed and why, and the remedies."""

    list_display = (
        "title",
        "kind",
        "state",
        "owner",
        "progress_shown",
        "attempts",
        "worker",
        "created_at",
        "took",
    )
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("kind", FieldTextFilter),
        "queue",
        ("created_at", RangeDateTimeFilter),
    )
    list_filter_submit = True
    list_select_related = ("owner",)
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("title", "kind", "owner__username", "request_id", "worker", "id__exact")
    search_help_text = "Title, kind, owner, request, worker or number"
    ordering = ("-created_at",)
    fields = readonly_fields = (
        "id",
        "title",
        "kind",
        "status",
        "owner",
        "progress_shown",
        "attempts",
        "worker",
        "queue",
        "lease_until",
        "available_at",
        "fence",
        "timeout_s",
        "cpu_seconds",
        "created_at",
        "started_at",
        "ended_at",
        "cancel_requested_at",
        "retry_of",
        "request_id",
        "params_shown",
        "result_shown",
        "error_shown",
    )
    inlines = (LogInline,)
    actions = ("requeue", "cancel", "retry")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Jobs are made by what people and programs do."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The actions, for those whose role has them; no row is edited."""
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was done stays on record."""
        return False

    @admin.action(description="Queue again", permissions=["change"])
    def requeue(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        """Take running and paused jobs from their workers and queue them again; push waiting ones."""
        self.each(
            request,
            queryset,
            lambda job: services.job_requeue(job=job, actor=request.user),
            done="Queued again",
        )

    @admin.action(description="Cancel", permissions=["change"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        """Cancel jobs that have not ended."""
        self.each(
            request, queryset, lambda job: services.job_cancel(job=job, actor=request.user), done="Cancelled"
        )

    @admin.action(description="Run again as a new job", permissions=["change"])
    def retry(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        """Make new jobs of ended ones."""
        self.each(
            request, queryset, lambda job: services.job_retry(job=job, actor=request.user), done="Made anew"
        )

    @display(description="Status", ordering="status", label=TONES)  # type: ignore[untyped-decorator]
    def state(self, job: Job) -> str:
        """Where it is in its life, in colour."""
        return str(job.status)

    @admin.display(description="Progress")
    def progress_shown(self, job: Job) -> str:
        """How far it is."""
        if job.progress_total is None:
            return f"{job.progress_done} {job.progress_unit}".strip()
        share = job.progress_done / job.progress_total if job.progress_total else 1
        return f"{share:.0%}"

    @admin.display(description="Attempts", ordering="attempt")
    def attempts(self, job: Job) -> str:
        """Which attempt it is, of how many."""
        return f"{job.attempt} of {job.max_attempts}"

    @admin.display(description="Took")
    def took(self, job: Job) -> str:
        """Seconds from the first start to the end."""
        return "–" if job.took_s is None else f"{job.took_s:.2f} s"

    @admin.display(description="Parameters")
    def params_shown(self, job: Job) -> SafeString:
        """What it was asked."""
        return _as_json(job.params)

    @admin.display(description="Result")
    def result_shown(self, job: Job) -> SafeString:
        """What it answered."""
        return _as_json(job.result)

    @admin.display(description="Error")
    def error_shown(self, job: Job) -> SafeString:
        """Why it failed."""
        return _as_json(job.error)


def _as_json(value: Any) -> SafeString:
    text = "–" if value is None else json.dumps(value, indent=2, ensure_ascii=False)[:20_000]
    return format_html("<pre>{}</pre>", text)
