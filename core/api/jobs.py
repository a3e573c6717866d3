"""Answers of long work: 202 with a job, held back for `Prefer: wait=N`."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from rest_framework.response import Response

from core.api.prefer import preference
from core.api.problems import CONTENT_TYPE
from core.api.serializers import JobOut
from core.choices import JobStatus
from core.context import current
from core.jobs.kinds import kinds
from core.models import Job


def accepted(request: HttpRequest, job: Job) -> HttpResponseBase:
    """Answer 202 with the job, or its result where the client waits and it comes in time."""
    wished = preference(request)
    if wished.wait_s and not job.is_open:
        return outcome(job)
    if wished.wait_s:
        from core.api.waiting import WaitForJob  # which answers with what is below

        return WaitForJob(request, job, wished.wait_s, outcome)
    response = job_response(job)
    if wished.respond_async:
        response["Preference-Applied"] = "respond-async"
    return response


def job_response(job: Job) -> Response:
    """Answer 202 with the job as it is."""
    location = reverse("api:jobs:detail", kwargs={"pk": job.pk})
    return Response(JobOut(job).data, status=202, headers={"Location": location})


def job_shown(job: Job) -> Response:
    """Answer 200 with the job as it is."""
    return Response(JobOut(job).data)


def outcome(job: Job) -> Response:
    """Answer what the call would have answered at once, or the job where it has not ended or was cancelled."""
    if job.status == JobStatus.SUCCEEDED:
        status = kinds.get(job.kind).result_status if job.kind in kinds else 200
        return Response(job.result, status=status)
    if job.status == JobStatus.FAILED:
        body: dict[str, Any] = {**(job.error or {}), "request_id": current().request_id}
        return Response(body, status=body.get("status", 500), content_type=CONTENT_TYPE)
    return job_response(job)
