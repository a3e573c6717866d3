"""Pages of batches."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import SignedInRequest
from compression.batch import asking, choice, figures, forms, selectors, services, snippets
from compression.batch.choices import ItemStatus
from compression.batch.forms import Method
from compression.batch.models import Batch
from compression.forms import algorithm_options
from core.access import Role, get_visible
from core.errors import AppError
from core.jobs import services as jobs
from core.snippets import base_of
from core.tables import Column
from core.text import whole_number
from files import selectors as file_selectors
from files.choices import Kind

PAGE = 50
MOST_METHODS = 20


# A new one


@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """Say which files, and how. The address holds which."""
    if "selected" in request.POST:  # handed over by a table of files
        address = urlencode([("file", pk) for pk in request.POST.getlist("selected")])
        return redirect(f"{reverse('compression:batch-new')}?{address}")
    methods = forms.methods_sent(request.user, request.POST)
    if request.method == "POST" and "more" not in request.POST:
        return _begin(request, methods)
    place = max((method.place for method in methods), default=-1) + 1
    another = forms.method_at(request.user, place, request.GET.get("algorithm", ""))
    return _new(request, choice.chosen(request.user, request.GET), [*methods, *filter(None, [another])])


def _begin(request: SignedInRequest, methods: list[Method]) -> HttpResponse:
    """Begin the batch, or show why not."""
    found = choice.chosen(request.user, request.GET)
    refusals = [] if methods else ["Choose an algorithm first."]
    valid = [method.is_valid() for method in methods]  # each of them, so that all faults show
    if methods and all(valid):
        try:
            wishes = [method.wish() for method in methods]
            return redirect(asking.begin(request.user, found.files(request.user), wishes))
        except AppError as error:
            refusals = forms.show(error, methods)
    return _new(request, found, methods, refusals, status=422)


def _new(
    request: SignedInRequest,
    found: choice.Choice,
    methods: list[Method],
    refusals: list[str] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    options = algorithm_options(request.user)
    context = {
        "choice": found,
        "methods": methods,
        "next_place": max((method.place for method in methods), default=-1) + 1,
        "refusals": refusals,
        "algorithms": [{"value": "", "label": "Leave out"}, *options] if len(methods) > 1 else options,
        "folders": file_selectors.folders(request.user) if not found.count else [],
        "kinds": Kind.choices,
    }
    return render(request, "compression/batch_new.html", context, status=status)


@require_GET
def method(request: SignedInRequest) -> HttpResponse:
    """One row of the form, for the algorithm that was chosen in it."""
    place = whole_number(request.GET.get("place", ""), low=0, high=MOST_METHODS - 1) or 0
    name = request.GET.get(f"method-{place}-algorithm", "")
    context = {
        "method": forms.method_at(request.user, place, name),
        "algorithms": [{"value": "", "label": "Leave out"}, *algorithm_options(request.user)],
        "next_place": place + 1 if "more" in request.GET and place + 1 < MOST_METHODS else None,
    }
    return render(request, "compression/_batch_method.html", context)


# What there is


@require_GET
def batch_list(request: SignedInRequest) -> HttpResponse:
    """Your batches, newest first."""
    found: Any = selectors.latest(request.user)
    if search := request.GET.get("search", "")[:100]:
        found = found.filter(title__icontains=search)
    page = Paginator(found.order_by("-created_at", "pk"), PAGE).get_page(request.GET.get("page"))
    of_batches = selectors.figures(page)
    rows = [(batch, of_batches[batch.pk]) for batch in page]
    context = {"page": page, "rows": rows, "search": search, "columns": COLUMNS, "may_change": _may(request)}
    return render(request, "compression/batches.html", context)


COLUMNS = [
    Column("title", "Batch", always=True),
    Column("status", "Status"),
    Column("items", "Items", number=True),
    Column("failed", "Failed", number=True),
    Column("original", "Original", number=True),
    Column("compressed", "Compressed", number=True),
    Column("when", "When", number=True),
]


@require_GET
def detail(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """How far is it, and what came of each item?"""
    batch: Batch = get_visible(selectors.latest(request.user), request.user, pk)
    asked = {name: request.GET.get(name, "")[:100] for name in ("status", "algorithm", "search")}
    ordering = request.GET.get("ordering", "position")
    if ordering.lstrip("-") not in {column.sort for column in ITEM_COLUMNS} | {"position"}:
        ordering = "position"
    found = selectors.items(batch, **asked).order_by(ordering, "position")
    context = {
        "batch": batch,
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "ordering": ordering,
        "columns": ITEM_COLUMNS,
        "search": asked["search"],
        "filters": _filters(batch, asked),
        "may_change": _may(request),
        "snippets": snippets.for_batch(batch, base_of(request)),
        **figures.of(batch),
    }
    return render(request, "compression/batch.html", context)


ITEM_COLUMNS = [
    Column("file", "File", sort="file_name", always=True),
    Column("algorithm", "Algorithm", sort="algorithm"),
    Column("status", "Status", sort="status"),
    Column("original", "Original", sort="size", number=True),
    Column("compressed", "Compressed", sort="result__compressed_size", number=True),
    Column("ratio", "Ratio", number=True),
    Column("attempt", "Attempt", number=True, hidden=True),
]


def _filters(batch: Batch, asked: dict[str, str]) -> list[dict[str, Any]]:
    names = dict.fromkeys(one["algorithm"] for one in batch.methods)
    filters: list[dict[str, Any]] = [
        {
            "name": "status",
            "label": "Status",
            "value": asked["status"],
            "options": [("", "Any status"), *ItemStatus.choices],
        }
    ]
    if len(names) > 1:
        options = [("", "All algorithms"), *((name, name) for name in names)]
        filters.append(
            {"name": "algorithm", "label": "Algorithm", "value": asked["algorithm"], "options": options}
        )
    return filters


@require_POST
def cancel(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Stop it; what is done stays."""
    batch: Batch = get_visible(selectors.latest(request.user), request.user, pk)
    if batch.job is not None and batch.job.is_open:
        jobs.job_cancel(job=batch.job, actor=request.user)
    return redirect(batch)


@require_POST
def retry(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Take up again what failed."""
    batch: Batch = get_visible(selectors.latest(request.user), request.user, pk)
    services.batch_retry(batch=batch, actor=request.user)
    return redirect(batch)


def _may(request: SignedInRequest) -> bool:
    return Role(request.user.role).includes(Role.USER)
