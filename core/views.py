"""Pages of jobs."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from core import navigation
from core.access import get_visible
from core.choices import OPEN_JOBS, JobStatus
from core.http import wants_part
from core.jobs import selectors, services
from core.jobs.kinds import kinds
from core.jobs.selectors import JobShown
from core.models import Job

PAGE = 50
STATUSES = [("", "Any status"), ("open", "Not ended"), *JobStatus.choices]


@require_GET
def job_list(request: HttpRequest) -> HttpResponse:
    """What is running, and what ran."""
    asked = {name: request.GET.get(name, "") for name in ("status", "kind", "search")}
    jobs = _matching(Job.objects.visible_to(request.user).select_related("owner"), **asked)
    page = Paginator(jobs.order_by("-created_at", "pk"), PAGE).get_page(request.GET.get("page"))
    options = [("", "Any kind"), *((name, kind.title) for name, kind in kinds.items())]
    filters = [
        {"name": "status", "label": "Status", "value": asked["status"], "options": STATUSES},
        {"name": "kind", "label": "Kind", "value": asked["kind"], "options": options},
    ]
    rows = [JobShown(job, request.user) for job in page]
    return render(
        request, "core/jobs.html", {"page": page, "rows": rows, "search": asked["search"], "filters": filters}
    )


def _matching(jobs: Any, *, status: str, kind: str, search: str) -> Any:
    if status == "open":
        jobs = jobs.filter(status__in=OPEN_JOBS)
    elif status in JobStatus.values:
        jobs = jobs.filter(status=status)
    if kind:
        jobs = jobs.filter(kind=kind)
    return jobs.filter(title__icontains=search[:200]) if search else jobs


@require_GET
def job_badge(request: HttpRequest) -> HttpResponse:
    """How many jobs wait or run, in the top bar."""
    return render(request, "core/_jobs_badge.html", navigation.context(request))


@require_GET
def job_row(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One row of a list, made anew."""
    return _row(request, _job(request, pk))


@require_GET
def job_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One job, live."""
    job = _job(request, pk)
    shown = JobShown(job, request.user)
    if wants_part(request):
        return render(request, "core/_job.html", {"shown": shown})
    lines, first = selectors.last_lines(job)
    return render(request, "core/job.html", {"shown": shown, "lines": lines, "first": first})


@require_POST
def job_cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Cancel and show."""
    job = services.job_cancel(job=_job(request, pk), actor=request.user)
    return _row(request, job) if wants_part(request) else redirect(job)


@require_POST
def job_retry(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Do it again and show the new one."""
    return redirect(services.job_retry(job=_job(request, pk), actor=request.user))


def _job(request: HttpRequest, pk: UUID) -> Job:
    found: Job = get_visible(Job.objects.select_related("owner", "retry_of"), request.user, pk)
    return found


def _row(request: HttpRequest, job: Job) -> HttpResponse:
    return render(request, "core/_job_row.html", {"row": JobShown(job, request.user)})
