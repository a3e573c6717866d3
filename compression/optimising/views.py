"""Pages of optimisations."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import SignedInRequest
from compression import calls as input_calls
from compression import posted
from compression.api.filters import OptimisationFilters
from compression.optimising import algorithms, pictures, selectors, services, snippets
from compression.optimising.choices import Objective, TrialKind
from compression.optimising.forms import LEAST_S, MOST_S, USUAL_S, KeepForm, OptimiseForm
from compression.optimising.models import Optimisation
from compression.selectors import recent_files
from core.access import Role, get_visible
from core.errors import AppError, NotFound
from core.forms import refuse
from core.jobs import services as jobs
from core.listing import listed
from core.snippets import base_of
from core.tables import Column
from files.uploads import stream_uploads

PAGE = 50
ALL = "all"


@stream_uploads
@require_http_methods(["GET", "POST"])
def optimise(request: SignedInRequest) -> HttpResponse:
    """Choose a file and what counts, and go."""
    strategies = list(selectors.strategies())
    is_post = request.method == "POST"
    form = (
        OptimiseForm(strategies, *posted.sent(request))
        if is_post
        else OptimiseForm(strategies, initial=request.GET.dict())
    )
    if is_post and form.is_valid():
        try:
            with input_calls.resolved(request.user, posted.input_of(form)) as source:
                row = services.optimisation_request(owner=request.user, source=source.keep(), **form.wishes())
            return redirect(row)
        except NotFound:
            raise
        except AppError as error:
            posted.show(form, error)
    context = {
        "form": form,
        "budget": {"least": LEAST_S, "most": MOST_S, "now": _budget(form)},
        "strategy_rows": [(row.title, row.description) for row in strategies],
        "chosen_file": posted.chosen_file(request),
        "recent_files": recent_files(request.user),
        "latest": selectors.optimisations(request.user).filter(owner=request.user)[:5],
    }
    return render(request, "compression/optimise.html", context, status=422 if form.errors else 200)


def _budget(form: OptimiseForm) -> Any:
    """What the slider shows: what was sent, where that is a number."""
    value = str(form["budget_s"].value())
    return value if value.isdecimal() else USUAL_S


@require_GET
def optimisation_list(request: SignedInRequest) -> HttpResponse:
    """What was optimised, newest first."""
    found = listed(
        request,
        selectors.optimisations(request.user),
        OptimisationFilters,
        columns=LIST_COLUMNS,
        search_fields=("file_name",),
    )
    objectives = found.choice("objective", "What counts", [("", "Whatever counts"), *Objective.choices])
    context = {
        "page": found.page(request.GET.get("page")),
        "ordering": found.ordering,
        "search": found.search,
        "filters": [objectives, *found.others(["objective"])],
        "columns": LIST_COLUMNS,
    }
    return render(request, "compression/optimisations.html", context)


LIST_COLUMNS = [
    Column("file", "File", sort="file_name", always=True),
    Column("status", "Status"),
    Column("objective", "What counts", sort="objective"),
    Column("size", "Size", sort="original_size", number=True),
    Column("plain", "Plain codec", number=True),
    Column("best", "Best", number=True),
    Column("trials", "Tried", sort="trials", number=True),
    Column("when", "When", sort="created_at", number=True),
]


@require_GET
def optimisation(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Was it the best I could get?"""
    return _page(request, _found(request, pk), KeepForm())


def _page(request: SignedInRequest, row: Optimisation, form: KeepForm, *, status: int = 200) -> HttpResponse:
    ordering = request.GET.get("ordering", "-number")
    if ordering.lstrip("-") not in {column.sort for column in pictures.COLUMNS} - {""} | {"number"}:
        ordering = "-number"
    kind = request.GET.get("kind", "")
    trials = row.trace.order_by(ordering, "number")
    if kind in TrialKind.values:
        trials = trials.filter(kind=kind)
    elif kind != ALL:
        trials = trials.exclude(kind=TrialKind.TRIAL)
    context = {
        "optimisation": row,
        "page": Paginator(trials, PAGE).get_page(request.GET.get("page")),
        "columns": pictures.COLUMNS,
        "ordering": ordering,
        "filters": [_kinds(kind)],
        "form": form,
        "may_change": Role(request.user.role).includes(Role.USER) and row.owner_id == request.user.pk,
        "snippets": snippets.for_optimisation(row, base_of(request)),
        **pictures.of(row),
    }
    return render(request, "compression/optimisation.html", context, status=status)


def _kinds(value: str) -> dict[str, Any]:
    options = [("", "On the content"), (ALL, "All, with trials on samples"), *TrialKind.choices]
    return {"name": "kind", "label": "What", "value": value, "options": options}


@require_POST
def keep(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """It is enough: end with the best so far."""
    row = _found(request, pk)
    services.optimisation_keep(optimisation=row, actor=request.user)
    return redirect(row)


@require_POST
def cancel(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Stop it, and keep no output."""
    row = _found(request, pk)
    if row.job is not None and row.job.is_open:
        jobs.job_cancel(job=row.job, actor=request.user)
    return redirect(row)


@require_POST
def retry(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Search again, in a new job."""
    return redirect(services.optimisation_retry(optimisation=_found(request, pk), actor=request.user))


@require_POST
def delete(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Delete and go back to the list."""
    services.optimisation_delete(optimisation=_found(request, pk), actor=request.user)
    return redirect("compression:optimisations")


@require_POST
def keep_algorithm(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Make an algorithm of what was found."""
    row = _found(request, pk)
    form = KeepForm(request.POST)
    if form.is_valid():
        try:
            made = algorithms.algorithm_keep_found(optimisation=row, actor=request.user, **form.cleaned_data)
            return redirect(made)
        except AppError as error:
            refuse(form, error)
    return _page(request, row, form, status=422)


def _found(request: SignedInRequest, pk: UUID) -> Optimisation:
    found: Optimisation = get_visible(selectors.optimisations(request.user), request.user, pk)
    return found
