"""Pages of comparisons."""

import math
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import SignedInRequest
from compression import calls as input_calls
from compression import posted
from compression.compare import calls, pictures, selectors, services, snippets
from compression.compare.candidates import resolve
from compression.compare.forms import CompareForm, LevelChoice
from compression.compare.link import Sent
from compression.compare.models import Comparison
from compression.models import Algorithm
from compression.selectors import recent_files
from core.access import Role, get_visible
from core.errors import AppError, NotFound
from core.formatting import whole_seconds
from core.http import wants_part
from core.jobs.selectors import JobShown
from core.models import Job
from core.snippets import base_of
from core.tables import Column
from files.uploads import stream_uploads

PAGE = 50
LATEST = 5


@stream_uploads
@require_http_methods(["GET", "POST"])
def compare(request: SignedInRequest) -> HttpResponse:
    """Choose an input and candidates, and go."""
    usable = list(Algorithm.objects.usable_by(request.user).order_by("colour", "family", "name"))
    is_post = request.method == "POST"
    form = (
        CompareForm(usable, *posted.sent(request))
        if is_post
        else CompareForm(usable, initial=_asked(request))
    )
    if is_post and form.is_valid():
        try:
            return redirect(_begin(request, form))
        except NotFound:
            raise
        except AppError as error:
            posted.show(form, error)
    latest = selectors.comparisons_with_counts(request.user).filter(owner=request.user)
    context = {
        "form": form,
        "chosen_file": posted.chosen_file(request),
        "recent_files": recent_files(request.user),
        "latest": latest.order_by("-created_at")[:LATEST],
    }
    return render(request, "compression/compare.html", context, status=422 if form.errors else 200)


def _asked(request: SignedInRequest) -> dict[str, Any]:
    """What the address asks for: several algorithms come under the same name."""
    asked: dict[str, Any] = request.GET.dict()
    if "algorithms" in asked:
        asked["algorithms"] = request.GET.getlist("algorithms")
    return asked


def _begin(request: SignedInRequest, form: CompareForm) -> str:
    levels: Any = "all" if form.cleaned_data["levels"] == LevelChoice.ALL else "default"
    plans = resolve(request.user, form.wishes(), levels)
    with input_calls.resolved(request.user, posted.input_of(form)) as source:
        budget_s = float(form.cleaned_data["budget_s"])
        made = calls.run(request.user, source.keep(), plans, budget_s=budget_s)
    return (
        made.get_absolute_url()
        if isinstance(made, Comparison)
        else reverse("compression:comparing", args=[made.pk])
    )


@require_GET
def comparing(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """A comparison under way; leads on to its figures when they are there."""
    found = Job.objects.select_related("owner", "retry_of").filter(kind=services.KIND)
    job: Job = get_visible(found, request.user, pk)
    shown = JobShown(job, request.user)
    if shown.result_url:
        return _lead_on(request, shown.result_url)
    template = "compression/_comparing.html" if wants_part(request) else "compression/comparing.html"
    return render(request, template, {"shown": shown, "job": job, "spent": _spent(job)})


def _spent(job: Job) -> dict[str, Any] | None:
    """How long it has been measured, and how long it may be; None where it is not under way."""
    if job.started_at is None or not job.is_open:
        return None
    seconds = (timezone.now() - job.started_at).total_seconds()
    budget = whole_seconds(job.params["rules"]["budget_s"])
    return {"seconds": f"{seconds:.1f}", "words": whole_seconds(seconds), "budget": budget}


def _lead_on(request: SignedInRequest, url: str) -> HttpResponse:
    if wants_part(request):
        return HttpResponse(headers={"HX-Redirect": url})
    return redirect(url)


@require_GET
def comparison_list(request: SignedInRequest) -> HttpResponse:
    """What was compared."""
    found = selectors.comparisons_with_counts(request.user)
    if search := request.GET.get("search", "")[:100]:
        found = found.filter(file_name__icontains=search)
    ordering = request.GET.get("ordering", "-created_at")
    if ordering.lstrip("-") not in {column.sort for column in LIST_COLUMNS if column.sort}:
        ordering = "-created_at"
    page = Paginator(found.order_by(ordering, "pk"), PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "ordering": ordering, "search": search, "columns": LIST_COLUMNS}
    return render(request, "compression/comparisons.html", context)


LIST_COLUMNS = [
    Column("file", "Input", sort="file_name", always=True),
    Column("size", "Size", sort="original_size", number=True),
    Column("candidates", "Candidates", sort="candidates", number=True),
    Column("best", "Best ratio", sort="best_ratio", number=True),
    Column("when", "When", sort="created_at", number=True),
]


@require_GET
def comparison(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Which codec for this link, and what each of them gives."""
    found: Comparison = get_visible(selectors.with_measurements(), request.user, pk)
    mbit_s, sent = _link(request)
    ordering = request.GET.get("ordering", "")
    context = {
        "comparison": found,
        "columns": pictures.COLUMNS,
        "ordering": ordering,
        "may_change": Role(request.user.role).includes(Role.USER),
        "snippets": snippets.for_comparison(found, base_of(request)),
        **pictures.of(found, mbit_s, sent, ordering),
    }
    return render(request, "compression/comparison.html", context)


def _link(request: SignedInRequest) -> tuple[float, Sent]:
    """The link that the address names, or the usual one."""
    try:
        mbit_s = float(request.GET.get("bandwidth_mbit_s", pictures.USUAL_MBIT_S))
    except ValueError:
        mbit_s = math.nan
    if not pictures.SLOWEST_MBIT_S <= mbit_s <= pictures.FASTEST_MBIT_S:
        mbit_s = pictures.USUAL_MBIT_S
    return mbit_s, Sent.MANY if request.GET.get("sent") == Sent.MANY else Sent.ONCE


@require_POST
def delete(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Delete and go back to the list."""
    services.comparison_delete(
        comparison=get_visible(Comparison.objects, request.user, pk), actor=request.user
    )
    return redirect("compression:comparisons")
