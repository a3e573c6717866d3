"""Pages of jobs."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from core.access import get_visible
from core.choices import OPEN_JOBS, JobStatus
from core.jobs import services
from core.models import Job

PAGE = 50


@require_GET
def job_list(request: HttpRequest) -> HttpResponse:
    """What is running, and what ran."""
    jobs: Any = Job.objects.visible_to(request.user).select_related("owner")
    status = request.GET.get("status", "")
    if status in JobStatus.values:
        jobs = jobs.filter(status=status)
    elif status == "open":
        jobs = jobs.filter(status__in=OPEN_JOBS)
    page = Paginator(jobs.order_by("-created_at", "pk"), PAGE).get_page(request.GET.get("page"))
    return render(request, "core/jobs.html", {"page": page, "status": status, "statuses": JobStatus.choices})


@require_GET
def job_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One job, live."""
    job = get_visible(Job.objects.select_related("owner", "retry_of"), request.user, pk)
    template = "core/_job.html" if request.headers.get("HX-Request") else "core/job.html"
    return render(request, template, {"job": job, "log": job.log.all()[:500]})


@require_POST
def job_cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Cancel and show."""
    job = services.job_cancel(job=get_visible(Job.objects, request.user, pk), actor=request.user)
    return redirect("jobs:detail", pk=job.pk)


@require_POST
def job_retry(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Do it again and show the new one."""
    job = services.job_retry(job=get_visible(Job.objects, request.user, pk), actor=request.user)
    return redirect("jobs:detail", pk=job.pk)
