"""Pages of analyses."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import SignedInRequest
from compression import calls as input_calls
from compression import posted
from compression.analyses import block_pictures, calls, pictures, selectors, services, snippets
from compression.analyses.blocks import block_map
from compression.analyses.forms import AnalyseForm
from compression.analyses.models import Analysis
from compression.api.filters import AnalysisFilters
from compression.selectors import recent_files
from core.access import Role, get_visible
from core.errors import AppError, NotFound
from core.http import wants_part
from core.listing import listed
from core.snippets import base_of
from core.tables import Column
from files.choices import Kind
from files.selectors import opened_file
from files.uploads import stream_uploads

LATEST = 5
LIST_COLUMNS = [
    Column("file", "File", sort="file__name", always=True),
    Column("summary", "What it is", sort="summary"),
    Column("size", "Size", sort="original_size", number=True),
    Column("when", "When", sort="created_at", number=True),
]


@stream_uploads
@require_http_methods(["GET", "POST"])
def analyse(request: SignedInRequest) -> HttpResponse:
    """Choose what to look at, and look."""
    is_post = request.method == "POST"
    form = AnalyseForm(*posted.sent(request)) if is_post else AnalyseForm(initial=request.GET.dict())
    if is_post and form.is_valid():
        try:
            with input_calls.resolved(request.user, posted.input_of(form)) as source:
                made = calls.run(request.user, source.keep())
            return redirect(made)
        except NotFound:
            raise
        except AppError as error:
            posted.show(form, error)
    context = {
        "form": form,
        "chosen_file": posted.chosen_file(request),
        "recent_files": recent_files(request.user),
        "latest": selectors.analyses(request.user).defer("report").filter(owner=request.user)[:LATEST],
    }
    return render(request, "compression/analyse.html", context, status=422 if form.errors else 200)


@require_GET
def analysis_list(request: SignedInRequest) -> HttpResponse:
    """What was looked at."""
    found = listed(
        request,
        selectors.analyses(request.user).defer("report"),
        AnalysisFilters,
        columns=LIST_COLUMNS,
        search_fields=("file__name", "summary"),
    )
    kinds = found.choice("kind", "Kind", [("", "Any kind"), *Kind.choices])
    context = {
        "page": found.page(request.GET.get("page")),
        "ordering": found.ordering,
        "search": found.search,
        "filters": [kinds, *found.others(["kind"])],
        "columns": LIST_COLUMNS,
    }
    return render(request, "compression/analyses.html", context)


@require_GET
def analysis(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """What the content is made of."""
    found: Analysis = get_visible(selectors.analyses(request.user), request.user, pk)
    is_there, query = found.file.deleted_at is None, f"file={found.file_id}"
    context = {
        "analysis": found,
        "may_change": Role(request.user.role).includes(Role.USER),
        "compress_url": f"{reverse('compression:compress')}?{query}&algorithm=dcz" if is_there else "",
        "optimise_url": f"{reverse('compression:optimise')}?{query}" if is_there else "",
        "snippets": snippets.for_analysis(found, base_of(request)),
        **pictures.of(found),
    }
    return render(request, "compression/analysis.html", context)


@require_POST
def delete(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Delete an analysis."""
    found: Analysis = get_visible(Analysis.objects, request.user, pk)
    services.analysis_delete(analysis=found, actor=request.user)
    return redirect("compression:analyses")


@require_GET
def blocks(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """What a container was made with; the page is there at once, and fetches its map."""
    file = opened_file(request.user, pk)
    if not wants_part(request):
        return render(request, "compression/blocks.html", {"file": file})
    try:
        context = {"file": file, **block_pictures.of(block_map(file))}
    except AppError as error:
        context = {"file": file, "refusal": error.detail}
    return render(request, "compression/_blocks.html", context)
