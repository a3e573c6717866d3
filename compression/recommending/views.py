"""Pages of recommendations."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import SignedInRequest
from compression import calls as input_calls
from compression import planning, posted
from compression.choices import Operation
from compression.recommending import pictures, selectors, services, snippets
from compression.recommending.forms import RecommendForm
from compression.recommending.models import Recommendation
from compression.selectors import recent_files
from compression.sources import Source
from core.access import Role, get_visible
from core.errors import AppError, NotFound
from core.models import Job
from core.snippets import base_of
from files.uploads import stream_uploads

LATEST = 5


@stream_uploads
@require_http_methods(["GET", "POST"])
def recommend(request: SignedInRequest) -> HttpResponse:
    """Choose what it is for and what counts, and be told."""
    is_post = request.method == "POST"
    initial = {"objective": "ratio", **request.GET.dict()}
    form = RecommendForm(*posted.sent(request)) if is_post else RecommendForm(initial=initial)
    if is_post and form.is_valid():
        try:
            with input_calls.resolved(request.user, posted.input_of(form)) as source:
                made = services.recommendation_make(owner=request.user, source=source.keep(), **form.asked())
            return redirect(made)
        except NotFound:
            raise
        except AppError as error:
            posted.show(form, error)
    latest = selectors.recommendations(request.user).filter(owner=request.user)
    context = {
        "form": form,
        "chosen_file": posted.chosen_file(request),
        "recent_files": recent_files(request.user),
        "latest": [(row, row.found.best) for row in latest[:LATEST]],
    }
    return render(request, "compression/recommend.html", context, status=422 if form.errors else 200)


@require_GET
def recommendation(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Which algorithm, and why?"""
    found: Recommendation = get_visible(selectors.recommendations(request.user), request.user, pk)
    is_there = found.file.deleted_at is None
    context = {
        "recommendation": found,
        "may_compress": is_there and Role(request.user.role).includes(Role.USER),
        "again_url": f"{reverse('compression:recommend')}?file={found.file_id}" if is_there else "",
        "optimise_url": f"{reverse('compression:optimise')}?file={found.file_id}" if is_there else "",
        "snippets": snippets.for_recommendation(found, base_of(request)),
        **pictures.of(found),
    }
    return render(request, "compression/recommendation.html", context)


@require_POST
def compress(request: SignedInRequest, pk: UUID, rank: int) -> HttpResponse:
    """Compress with what stands at a rank."""
    found: Recommendation = get_visible(selectors.recommendations(request.user), request.user, pk)
    entries = found.found.entries
    if found.file.deleted_at is not None or not 1 <= rank <= len(entries):
        raise NotFound("There is no such recommendation any more.")
    entry = entries[rank - 1]
    plan = planning.plan(entry.algorithm, entry.level, entry.params, user=request.user)
    done = input_calls.run(
        request.user, Source(found.file), plan, Operation.COMPRESS, recommendation=str(found.pk)
    )
    if isinstance(done, Job):
        return redirect("jobs:detail", pk=done.pk)
    return redirect("compression:result", pk=done.pk)
