"""Pages of learning: what was learned, the states, and the outcomes behind every figure."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.http import SignedInRequest
from compression.api.learning_filters import LearningOutcomeFilters
from compression.engine.searching.objective import Objective
from compression.learning import selectors, states, training
from compression.learning.choices import Origin
from compression.learning.dashboard import figures, shown, words
from core.errors import AppError
from core.listing import listed
from core.tables import Column
from files.choices import Kind

AIMS = {Objective.RATIO: "Smallest", Objective.BALANCED: "Balanced"}
STATES = 20
LIST_COLUMNS = [
    Column("when", "When", sort="created_at", always=True),
    Column("origin", "Comes of", sort="origin"),
    Column("kind", "Kind", sort="content_kind"),
    Column("size", "Size", sort="size", number=True),
    Column("action", "Action", sort="chosen"),
    Column("predicted", "Predicted ratio", number=True),
    Column("measured", "Measured", number=True),
    Column("regret", "Regret", number=True),
    Column("state", "State", number=True),
    Column("cpu", "CPU time", sort="cpu_seconds", number=True, hidden=True),
    Column("sha256", "SHA-256", hidden=True),
]


@require_GET
def learning(request: SignedInRequest) -> HttpResponse:
    """What was learned, and does it help?"""
    aim = next((one for one in AIMS if one == request.GET.get("aim")), Objective.RATIO)
    found = figures.all_of_it(aim)
    context = {
        **found,
        **shown.of(found),
        "job": selectors.open_job(training.KIND),
        "states": shown.states(selectors.states()[:STATES]),
        "notices": selectors.notices()[:5],
        "aim": aim.value,
        "aims": [(one.value, label) for one, label in AIMS.items()],
    }
    return render(request, "compression/learning.html", context)


@require_POST
def train(request: SignedInRequest) -> HttpResponse:
    """Learn from what is there, now."""
    try:
        training.training_request(owner=request.user)
    except AppError as error:
        messages.error(request, error.detail)
    return redirect("compression:learning")


@require_GET
def state(request: SignedInRequest, number: int) -> HttpResponse:
    """What a state was made of, how it was judged, and what became of it."""
    row = get_object_or_404(selectors.states(), number=number)
    (one,) = shown.states([row])
    return render(request, "compression/learning_state.html", {"one": one, **shown.of_state(row)})


@require_POST
def promote(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Have a state serve: a candidate, or one that served before."""
    row = get_object_or_404(selectors.states(), pk=pk)
    try:
        states.state_promote(state=row, actor=request.user)
        messages.success(request, f"State {row.number} serves now.")
    except AppError as error:
        messages.error(request, error.detail)
    return redirect("compression:learning")


@require_POST
def retire(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Have the state before serve again; refuse a candidate."""
    row = get_object_or_404(selectors.states(), pk=pk)
    try:
        states.state_retire(state=row, actor=request.user)
        messages.success(request, f"State {row.number} does not serve any more.")
    except AppError as error:
        messages.error(request, error.detail)
    return redirect("compression:learning")


@require_GET
def outcome_list(request: SignedInRequest) -> HttpResponse:
    """What was learned from?"""
    found = listed(
        request,
        shown.outcomes(),
        LearningOutcomeFilters,
        columns=LIST_COLUMNS,
        search_fields=("content_sha256", "source_sha256"),
    )
    names = [("", "Any action"), *((name, name) for name in shown.ACTION_NAMES)]
    fields: list[dict[str, Any]] = [
        found.choice("origin", "Comes of", [("", "From anywhere"), *Origin.choices]),
        found.choice("kind", "Kind", [("", "Any kind"), *Kind.choices]),
        found.choice("action", "Action", names),
    ]
    page = found.page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [shown.outcome_row(row) for row in page],
        "ordering": found.ordering,
        "search": found.search,
        "filters": [*fields, *found.others([field["name"] for field in fields])],
        "also": words.filters_in_words(found.filters),
        "columns": LIST_COLUMNS,
    }
    return render(request, "compression/learning_outcomes.html", context)


@require_GET
def outcome(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """What was predicted for one content, and what came."""
    row = get_object_or_404(shown.outcomes().prefetch_related("trials"), pk=pk)
    return render(request, "compression/learning_outcome.html", shown.of_outcome(row))
