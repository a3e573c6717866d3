"""Pages of compression."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.http import SignedInRequest
from compression import calls, figures, planning, selectors, snippets
from compression.choices import Operation
from compression.forms import CompressForm, DecompressForm, ParamsForm
from compression.models import Algorithm, Result
from core.access import get_visible
from core.errors import AppError, NotFound
from core.models import Job
from core.tables import Column
from files.models import File
from files.uploads import stream_uploads

DEFAULT_ALGORITHM = "zstd"
PAGE = 50


@stream_uploads
@require_http_methods(["GET", "POST"])
def compress(request: SignedInRequest) -> HttpResponse:
    """Choose an input and an algorithm, and go."""
    named = request.POST.get("algorithm") or request.GET.get("algorithm") or DEFAULT_ALGORITHM
    algorithm = _algorithm(request, named)
    posted = request.method == "POST"
    form = CompressForm(*_sent(request)) if posted else CompressForm(initial=request.GET.dict())
    params = _params_form(request, algorithm)
    if posted and form.is_valid() and (params.is_valid() or not params.is_bound):
        try:
            plan = planning.plan(
                form.cleaned_data["algorithm"],
                form.cleaned_data["level"],
                params.values(),
                user=request.user,
            )
            with calls.resolved(request.user, _input(form)) as source:
                done = calls.run(request.user, source, plan, Operation.COMPRESS)
            return _go_to(done)
        except NotFound:
            raise
        except AppError as error:
            _show(form, error)
    return render(
        request,
        "compression/compress.html",
        {
            "form": form,
            "params": params,
            "algorithm": algorithm,
            "algorithms": _options(request),
            "chosen_file": _chosen(request),
            "recent_files": selectors.recent_files(request.user),
        },
        status=422 if form.errors or (posted and params.errors) else 200,
    )


@stream_uploads
@require_http_methods(["GET", "POST"])
def decompress(request: SignedInRequest) -> HttpResponse:
    """Choose an input and get back what it was."""
    posted = request.method == "POST"
    form = DecompressForm(*_sent(request)) if posted else DecompressForm(initial=request.GET.dict())
    if posted and form.is_valid():
        named = form.cleaned_data["algorithm"]
        try:
            with calls.resolved(request.user, _input(form)) as source:
                head = selectors.head(source)
                plan = (
                    planning.plan(named, None, {}, to_decode=True)
                    if named
                    else planning.plan_detected(head, {})
                )
                done = calls.run(request.user, source, plan, Operation.DECOMPRESS)
            return _go_to(done)
        except NotFound:
            raise
        except AppError as error:
            _show(form, error)
    return render(
        request,
        "compression/decompress.html",
        {
            "form": form,
            "algorithms": [{"value": "", "label": "Find it from the bytes"}, *_options(request)],
            "chosen_file": _chosen(request),
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
    results: Any = selectors.results_with_names(request.user)
    search = request.GET.get("search", "")[:100]
    if search:
        results = results.filter(file_name__icontains=search)
    operation, algorithm = request.GET.get("operation", ""), request.GET.get("algorithm", "")
    if operation in Operation.values:
        results = results.filter(operation=operation)
    if algorithm:
        results = results.filter(algorithm__name=algorithm)
    ordering = request.GET.get("ordering", "-created_at")
    if ordering.lstrip("-") not in {column.sort for column in RESULT_COLUMNS}:
        ordering = "-created_at"
    page = Paginator(results.order_by(ordering, "pk"), PAGE).get_page(request.GET.get("page"))
    names = Algorithm.objects.visible_to(request.user).values_list("name", "name")
    return render(
        request,
        "compression/results.html",
        {
            "page": page,
            "ordering": ordering,
            "search": search,
            "columns": RESULT_COLUMNS,
            "filters": [
                {
                    "name": "operation",
                    "label": "Operation",
                    "value": operation,
                    "options": [("", "Both ways"), *Operation.choices],
                },
                {
                    "name": "algorithm",
                    "label": "Algorithm",
                    "value": algorithm,
                    "options": [("", "All algorithms"), *names],
                },
            ],
        },
    )


RESULT_COLUMNS = [
    Column("file", "File", sort="file_name", always=True),
    Column("operation", "Operation"),
    Column("algorithm", "Algorithm"),
    Column("original", "Original", sort="original_size", number=True),
    Column("compressed", "Compressed", sort="compressed_size", number=True),
    Column("ratio", "Ratio", number=True),
    Column("compress", "Compress", number=True),
    Column("decompress", "Decompress", number=True),
    Column("when", "When", sort="created_at", number=True),
]


@require_GET
def result_detail(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """What did I get?"""
    found = Result.objects.select_related("algorithm", "file", "output", "job")
    result = get_visible(found, request.user, pk)
    base = request.build_absolute_uri("/").rstrip("/")
    context = {"result": result, "snippets": snippets.for_result(result, base), **figures.of(result)}
    return render(request, "compression/result.html", context)


def _algorithm(request: SignedInRequest, name: str) -> Algorithm:
    return get_object_or_404(Algorithm.objects.usable_by(request.user), name=name)


def _params_form(request: SignedInRequest, algorithm: Algorithm) -> ParamsForm:
    """The parameters that were sent, if they are those of this algorithm."""
    if request.method == "POST" and request.POST.get("params-of") == algorithm.name:
        return ParamsForm(algorithm, request.POST)
    return ParamsForm(algorithm)


def _options(request: SignedInRequest) -> list[dict[str, Any]]:
    return [
        {
            "value": algorithm.name,
            "label": f"{algorithm.title} ({algorithm.name})",
            "group": algorithm.family,
            "note": algorithm.description,
            "colour": algorithm.colour,
        }
        for algorithm in Algorithm.objects.usable_by(request.user).order_by("colour", "family", "name")
    ]


def _chosen(request: SignedInRequest) -> File | None:
    """The file that the address or the form names, if the account may see it."""
    raw = next(filter(None, [*request.POST.getlist("file"), request.GET.get("file")]), "")
    try:
        wanted = UUID(raw)
    except ValueError:
        return None
    found: File | None = File.objects.visible_to(request.user).filter(pk=wanted).first()
    return found


def _sent(request: SignedInRequest) -> tuple[Any, Any]:
    """What was sent: an upload and the id of a stored file may come under the same name `file`."""
    data = request.POST.copy()
    data["file"] = next(filter(None, request.POST.getlist("file")), "")
    upload = request.FILES.get("file")
    return data, {"upload": upload} if upload else {}


def _input(form: Any) -> calls.Input:
    cleaned = form.cleaned_data
    return calls.Input(
        file_id=cleaned.get("file"), upload=cleaned.get("upload"), text=cleaned.get("text") or None
    )


def _show(form: Any, error: AppError) -> None:
    """Put a refusal where it belongs on the form; what was typed stays."""
    for item in error.errors:
        field = item.field if item.field in form.fields else None
        form.add_error(field, item.detail)
    if not error.errors:
        form.add_error(None, error.detail)


def _go_to(done: Result | Job) -> HttpResponse:
    if isinstance(done, Job):
        return redirect("jobs:detail", pk=done.pk)
    return redirect("compression:result", pk=done.pk)
