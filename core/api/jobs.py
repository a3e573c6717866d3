"""Answers of long work: 202 with a job, held back for `Prefer: wait=N`."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from rest_framework.response import Response

from core.api.prefer import preference
from core.api.problems import CONTENT_TYPE
from core.api.serializers import JobOut
from core.choices import JobStatus
from core.context import current
from core.jobs.kinds import kinds
from core.models import Job


def accepted(request: HttpRequest, job: Job) -> Response:
    """Answer 202 with the job, or its result where the client waits and it comes in time."""
    wished = preference(request)
    if wished.wait_s:
        from core.api.waiting import WaitForJob

        return WaitForJob(request, job.pk, wished.wait_s)  # type: ignore[return-value]
    response = job_response(job)
    if wished.respond_async:
        response["Preference-Applied"] = "respond-async"
    return response


def job_response(job: Job) -> Response:
    """Answer 202 with the job as it is."""
    location = reverse("api:jobs:detail", kwargs={"pk": job.pk})
    return Response(JobOut(job).data, status=202, headers={"Location": location})


def outcome(job: Job) -> Response:
    """Answer what the call would have answered at once, or the job where it has not ended."""
    if job.status == JobStatus.SUCCEEDED:
        return Response(job.result, status=kinds.get(job.kind).result_status)
    if job.status == JobStatus.FAILED:
        body: dict[str, Any] = {**(job.error or {}), "request_id": current().request_id}
        return Response(body, status=body.get("status", 500), content_type=CONTENT_TYPE)
    return job_response(job)


def rendered(response: Response) -> HttpResponse:
    """Return a plain response with the JSON of a DRF response that no view finalises."""
    from rest_framework.renderers import JSONRenderer

    plain = HttpResponse(
        JSONRenderer().render(response.data),
        status=response.status_code,
        content_type=response.content_type or "application/json",
    )
    for name, value in response.headers.items():
        if name.lower() != "content-type":
            plain[name] = value
    return plain
