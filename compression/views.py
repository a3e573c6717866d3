"""Pages of compression."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.http import SignedInRequest
from compression import calls, figures, planning, posted, selectors, snippets
from compression.api.filters import ResultFilters
from compression.api.views import ResultList
from compression.choices import Operation
from compression.forms import CompressForm, DecompressForm, ParamsForm, algorithm_options
from compression.models import Algorithm, Result
from compression.recommending import pictures as recommending
from core.access import get_visible
from core.errors import AppError, NotFound
from core.listing import listed
from core.models import Job
from core.snippets import base_of
from core.tables import Column
from files.choices import Kind
from files.uploads import stream_uploads

DEFAULT_ALGORITHM = "zstd"


@stream_uploads
@require_http_methods(["GET", "POST"])
def compress(request: SignedInRequest) -> HttpResponse:
    """Choose an input and an algorithm, and go."""
    named = request.POST.get("algorithm") or request.GET.get("algorithm") or DEFAULT_ALGORITHM
    algorithm = _algorithm(request, named)
    is_post = request.method == "POST"
    form = CompressForm(*posted.sent(request)) if is_post else CompressForm(initial=request.GET.dict())
    params = _params_form(request, algorithm)
    if is_post and form.is_valid() and (params.is_valid() or not params.is_bound):
        try:
            plan = planning.plan(
                form.cleaned_data["algorithm"],
                form.cleaned_data["level"],
                params.values(),
                user=request.user,
            )
            with calls.resolved(request.user, posted.input_of(form)) as source:
                done = calls.run(request.user, source, plan, Operation.COMPRESS)
            return _go_to(done)
        except NotFound:
            raise
        except AppError as error:
            posted.show(form, error, params)
    return render(
        request,
        "compression/compress.html",
        {
            "form": form,
            "params": params,
            "algorithm": algorithm,
            "algorithms": algorithm_options(request.user),
            "chosen_file": posted.chosen_file(request),
            "recent_files": selectors.recent_files(request.user),
        },
        status=422 if form.errors or (is_post and params.errors) else 200,
    )


@stream_uploads
@require_http_methods(["GET", "POST"])
def decompress(request: SignedInRequest) -> HttpResponse:
    """Choose an input and get back what it was."""
    is_post = request.method == "POST"
    form = DecompressForm(*posted.sent(request)) if is_post else DecompressForm(initial=request.GET.dict())
    if is_post and form.is_valid():
        cleaned = form.cleaned_data
        wish = {"algorithm": cleaned["algorithm"], "unpack": False if cleaned["keep_archive"] else None}
        try:
            with calls.resolved(request.user, posted.input_of(form)) as source:
                return _go_to(calls.decompress(request.user, source, **wish))
        except NotFound:
            raise
        except AppError as error:
            posted.show(form, error)
    return render(
        request,
        "compression/decompress.html",
        {
            "form": form,
            "algorithms": [
                {"value": "", "label": "Find it from the bytes"},
                *algorithm_options(request.user),
            ],
            "chosen_file": posted.chosen_file(request),
            "recent_files": selectors.recent_files(request.user),
        },
        status=422 if form.errors else 200,
    )


@require_GET
def options(request: SignedInRequest) -> HttpResponse:
    """The part of the compress page that depends on the chosen algorithm."""
    algorithm = _algorithm(request, request.GET.get("algorithm", DEFAULT_ALGORITHM))
    context = {"algorithm": algorithm, "params": ParamsForm(algorithm), "level": algorithm.level_default}
    return render(request, "compression/_options.html", context)


@require_GET
def result_list(request: SignedInRequest) -> HttpResponse:
    """What was compressed and decompressed."""
    listing = listed(
        request,
        selectors.results_with_names(request.user),
        ResultFilters,
        columns=RESULT_COLUMNS,
        search_fields=ResultList.search_fields,
    )
    names = Algorithm.objects.visible_to(request.user).values_list("name", "name")
    fields = [
        listing.choice("operation", "Operation", [("", "Both ways"), *Operation.choices]),
        listing.choice("algorithm", "Algorithm", [("", "All algorithms"), *names]),
        listing.choice("kind", "Kind of content", [("", "All kinds"), *Kind.choices]),
        listing.entry("since", "From", "date"),
        listing.entry("until", "To", "date"),
    ]
    context = {
        "page": listing.page(request.GET.get("page")),
        "ordering": listing.ordering,
        "search": listing.search,
        "columns": RESULT_COLUMNS,
        "filters": [*fields, *listing.others([field["name"] for field in fields])],
        "exports": listing.exports(reverse("api:compression:results-export")),
    }
    return render(request, "compression/results.html", context)


RESULT_COLUMNS = [
    Column("file", "File", sort="file_name", always=True),
    Column("operation", "Operation"),
    Column("algorithm", "Algorithm"),
    Column("kind", "Kind", hidden=True),
    Column("original", "Original", sort="original_size", number=True),
    Column("compressed", "Compressed", sort="compressed_size", number=True),
    Column("ratio", "Ratio", number=True),
    Column("compress", "Compress", number=True),
    Column("decompress", "Decompress", number=True),
    Column("compress_s", "Compress, time", sort="compress_seconds", number=True, hidden=True),
    Column("decompress_s", "Decompress, time", sort="decompress_seconds", number=True, hidden=True),
    Column("when", "When", sort="created_at", number=True),
]


@require_GET
def result_detail(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """What did I get?"""
    found = Result.objects.select_related("algorithm", "file", "output", "job")
    result = get_visible(found, request.user, pk)
    context = {
        "result": result,
        "snippets": snippets.for_result(result, base_of(request)),
        "predicted": recommending.beside(result),
        **figures.of(result),
    }
    return render(request, "compression/result.html", context)


def _algorithm(request: SignedInRequest, name: str) -> Algorithm:
    return get_object_or_404(Algorithm.objects.usable_by(request.user), name=name)


def _params_form(request: SignedInRequest, algorithm: Algorithm) -> ParamsForm:
    """The parameters that were sent, if they are those of this algorithm."""
    if request.method == "POST" and request.POST.get("params-of") == algorithm.name:
        return ParamsForm(algorithm, request.POST)
    return ParamsForm(algorithm, initial=_params_named(request, algorithm))


def _params_named(request: SignedInRequest, algorithm: Algorithm) -> dict[str, Any]:
    """The parameters that the address names: a page of figures leads to the form with its settings."""
    if request.GET.get("params-of") != algorithm.name:
        return {}
    prefix = f"{ParamsForm.prefix}-"
    words = {"true": True, "false": False}
    named = {key: str(value) for key, value in request.GET.items() if key.startswith(prefix)}
    return {key.removeprefix(prefix): words.get(value, value) for key, value in named.items()}


def _go_to(done: Result | Job) -> HttpResponse:
    if isinstance(done, Job):
        return redirect("jobs:detail", pk=done.pk)
    return redirect("compression:result", pk=done.pk)
