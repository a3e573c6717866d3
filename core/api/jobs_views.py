"""Endpoints of jobs."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django_filters import UUIDFilter
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.access import get_visible
from core.api.filters import ChoiceInFilter, CreatedFilters, WholeFilter
from core.api.jobs import job_response, job_shown
from core.api.prefer import preference
from core.api.serializers import JobLogOut, JobOut
from core.api.views import ApiView, ListView
from core.api.waiting import WaitForJob
from core.choices import JobStatus
from core.jobs import services
from core.models import Job, JobLog


class JobFilter(CreatedFilters):
    """What jobs are found by."""

    status = ChoiceInFilter(
        choices=JobStatus.choices, lookup_expr="in", help_text="One, or several by commas."
    )
    retry_of = UUIDFilter(field_name="retry_of_id")

    class Meta:
        model = Job
        fields = ("kind", "subject_id")


class JobLogFilter(CreatedFilters):
    """What lines of a log are found by."""

    after = WholeFilter(field_name="seq", lookup_expr="gt", help_text="The `seq` of the last line you have.")

    class Meta:
        model = JobLog
        fields = ("level",)


class JobList(ListView):
    """Your jobs, newest first."""

    serializer_class = JobOut
    filterset_class = JobFilter
    search_fields = ("title", "kind")
    ordering_fields = ("created_at", "started_at", "ended_at", "status", "kind")

    def get_queryset(self) -> QuerySet[Job]:
        """Through the door."""
        found: QuerySet[Job] = Job.objects.visible_to(self.request.user)
        return found


class JobDetail(ApiView):
    """One job."""

    @extend_schema(responses=JobOut)
    def get(self, request: Request, pk: UUID) -> HttpResponseBase:
        """Return the job; its `result` is what the call would have answered. `Prefer: wait=N` waits for its end."""
        job = get_visible(Job.objects, request.user, pk)
        wait_s = preference(request._request).wait_s
        return (
            WaitForJob(request._request, job, wait_s, job_shown) if wait_s and job.is_open else job_shown(job)
        )


class JobCancel(ApiView):
    """Stops a job."""

    @extend_schema(request=None, responses=JobOut)
    def post(self, request: Request, pk: UUID) -> Response:
        """Cancel the job: at once where it waits, within a second or two where it runs."""
        job = services.job_cancel(job=get_visible(Job.objects, request.user, pk), actor=request.user)
        return job_shown(job)


class JobRetry(ApiView):
    """Does an ended job again."""

    @extend_schema(request=None, responses={202: JobOut})
    def post(self, request: Request, pk: UUID) -> Response:
        """Make a new job with the same parameters and `retry_of`; the old one stays as it ended."""
        job = services.job_retry(job=get_visible(Job.objects, request.user, pk), actor=request.user)
        return job_response(job)


class JobLogList(ListView):
    """The lines of a job's log, in order; `?after=` goes on from the last one you have."""

    serializer_class = JobLogOut
    filterset_class = JobLogFilter
    search_fields = ("line",)
    ordering_fields = ("seq",)
    ordering = ("seq",)

    def get_queryset(self) -> QuerySet[JobLog]:
        """Through the door of the job."""
        if getattr(self, "swagger_fake_view", False):
            return JobLog.objects.none()
        job: Any = get_visible(Job.objects, self.request.user, self.kwargs["pk"])
        return JobLog.objects.filter(job=job)
