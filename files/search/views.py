"""Pages of saved searches."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import SignedInRequest
from core.access import get_visible
from core.http import next_page
from core.tables import Column
from files import selectors
from files.api.search_serializers import criteria_in, criteria_of
from files.forms import SavedSearchForm
from files.models import SavedSearch
from files.search import services
from files.search.criteria import Criteria
from files.search.narrowing import Narrowing, page_of

PAGE = 50
COLUMNS = [
    Column("name", "Search", always=True),
    Column("criteria", "What it looks for"),
    Column("created", "Saved", number=True),
]


@require_GET
def saved_list(request: SignedInRequest) -> HttpResponse:
    """Your saved searches."""
    page = Paginator(selectors.saved_searches(request.user), PAGE).get_page(request.GET.get("page"))
    rows = [(saved, criteria_of(saved.criteria)) for saved in page]
    context = {
        "page": page,
        "rows": [(saved, criteria, Narrowing(criteria).chips()) for saved, criteria in rows],
        "columns": COLUMNS,
    }
    return render(request, "files/searches.html", context)


@require_GET
def open_saved(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Show what it finds now."""
    return redirect(page_of(criteria_of(_saved(request, pk).criteria)))


@require_http_methods(["GET", "POST"])
def save(request: SignedInRequest) -> HttpResponse:
    """Keep the search that the address says. The undo of a deletion sends the name in the address, too."""
    criteria = criteria_in(request.GET)
    if not criteria:
        return redirect("files:list")
    sent = request.POST if "name" in request.POST else request.GET
    form = SavedSearchForm(sent if request.method == "POST" else None)
    saved = form.submit(lambda name: services.search_save(owner=request.user, name=name, criteria=criteria))
    if saved is None:
        return _form(request, form, criteria, "Save this search")
    messages.success(request, f"“{saved.name}” is saved.")
    return redirect(next_page(request, page_of(criteria)))


@require_http_methods(["GET", "POST"])
def rename(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Give it another name."""
    saved = _saved(request, pk)
    form = SavedSearchForm(request.POST if request.method == "POST" else None, initial={"name": saved.name})
    changed = form.submit(
        lambda name: services.search_change(search=saved, actor=request.user, changes={"name": name})
    )
    if changed is None:
        return _form(request, form, criteria_of(saved.criteria), "Rename a saved search")
    return redirect("files:searches")


@require_POST
def delete(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Forget it; the message that says so can take it back."""
    saved = _saved(request, pk)
    services.search_delete(search=saved, actor=request.user)
    again = f"{criteria_of(saved.criteria).address()}&{urlencode({'name': saved.name})}"
    undo = f"{reverse('files:search-new')}?{again}"
    messages.success(request, f"“{saved.name}” is deleted.", extra_tags=f"undo:{undo}")
    return redirect("files:searches")


def _form(request: SignedInRequest, form: SavedSearchForm, criteria: Criteria, title: str) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "criteria": criteria,
        "chips": Narrowing(criteria).chips(),
        "back": page_of(criteria),
    }
    return form.page(request, "files/search_form.html", context)


def _saved(request: SignedInRequest, pk: UUID) -> SavedSearch:
    found: SavedSearch = get_visible(SavedSearch.objects, request.user, pk)
    return found
