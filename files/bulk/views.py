"""The page of something that is done with many files: what it will touch first, then what came of it."""

from itertools import islice
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import SignedInRequest
from core.errors import AppError, NotFound
from core.formatting import count
from core.http import next_page
from core.ids import uuid_of
from files.actions import Action, actions
from files.api.bulk_serializers import BulkIn, action_called, selection_of
from files.api.search_serializers import criteria_in
from files.bulk.forms import ActionForm
from files.bulk.selection import Selection
from files.bulk.services import Bulk, bulk_plan, bulk_run
from files.listing import Asked
from files.search.narrowing import Narrowing

FIRST, LISTED = 12, 500


@require_http_methods(["GET", "POST"])
def step(request: SignedInRequest, name: str) -> HttpResponse:
    """Show what the action will touch; then do it. The address says which files, and the search they were picked in."""
    action = _offered(name)
    if request.method == "POST" and "shown" not in request.POST:  # handed over by the table of files
        return redirect(f"{request.path}?{_handed_over(request)}")
    selection = _selection(request.GET)
    if selection is None:
        messages.warning(request, "Pick some files first.")
        return redirect(Asked.of(request.GET).url)
    if request.method == "GET":
        is_filled = any(field in request.GET for field in action.form.base_fields)
        return _page(
            request, action, selection, action.form(request.GET if is_filled else None, user=request.user)
        )
    form = action.form(request.POST, user=request.user)
    if not form.is_valid():
        return _page(request, action, selection, form, status=400)
    return _do(request, action, selection, form)


def _do(request: SignedInRequest, action: Action, selection: Selection, form: ActionForm) -> HttpResponse:
    try:
        bulk = bulk_run(
            action=action,
            selection=selection,
            actor=request.user,
            options=form.options(),
            shown=request.POST["shown"],
        )
    except AppError as error:
        return _page(request, action, selection, form, error=error, status=error.status)
    _tell(request, action, bulk)
    return redirect(bulk.result.url or Asked.of(request.GET).url)


def _tell(request: SignedInRequest, action: Action, bulk: Bulk) -> None:
    done, refused = len(bulk.done), len(bulk.refused)
    words = [f"{count(done) if done else 'No'} file{'s' if done > 1 else ''} {action.done[done > 1]}."]
    if refused:
        words.append(f"{count(refused)} {'were' if refused != 1 else 'was'} left out.")
    undo = QueryDict(mutable=True)
    undo.update(bulk.result.undo or {})
    tags = f"undo:{reverse('files:bulk-undo')}?{undo.urlencode()}" if undo else ""
    (messages.success if done else messages.warning)(request, " ".join(words), extra_tags=tags)


@require_POST
def undo(request: SignedInRequest) -> HttpResponse:
    """Take something back that was done with many files, as the address says."""
    form = BulkIn(data=request.GET.dict())
    form.is_valid(raise_exception=True)
    action = action_called(form.validated_data["action"])
    selection = selection_of(form.validated_data)
    try:
        _tell(request, action, bulk_run(action=action, selection=selection, actor=request.user, options={}))
    except AppError as error:
        messages.error(request, error.detail)
    return redirect(next_page(request, reverse("files:list")))


def _offered(name: str) -> Action:
    if name not in actions or not actions.get(name).on_page:
        raise NotFound("There is no such action.")
    return actions.get(name)


def _handed_over(request: SignedInRequest) -> str:
    """Return the address of what was picked: the search stays in it, for the way back."""
    address = request.GET.copy()
    if "all" in request.POST:
        address["all"] = "1"
    else:
        address.setlist("file", request.POST.getlist("selected"))
    return address.urlencode()


def _selection(address: QueryDict) -> Selection | None:
    if "all" in address:
        return Selection(search=criteria_in(address))
    ids = tuple(pk for raw in address.getlist("file") if (pk := uuid_of(raw)))
    return Selection(ids=ids) if ids else None


def _page(
    request: SignedInRequest,
    action: Action,
    selection: Selection,
    form: ActionForm,
    *,
    error: AppError | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "action": action,
        "form": form,
        "error": error,
        "back": Asked.of(request.GET).url,
    }
    try:
        bulk = bulk_plan(action=action, selection=selection, actor=request.user, options=form.options())
        context |= _shown(bulk)
    except AppError as refusal:
        context["error"], status = refusal, refusal.status
    if error is not None and error.code == "selection_changed":  # what is shown now can be agreed to
        context |= {"error": None, "changed": True}
    if selection.search is not None:
        context |= {
            "is_search": True,
            "criteria": selection.search,
            "chips": Narrowing(selection.search).chips(),
        }
    return render(request, "files/bulk.html", context, status=status)


def _shown(bulk: Bulk) -> dict[str, Any]:
    """What the page shows of a plan: the first files of each sort, and how many there are."""
    done, refused = bulk.done, bulk.refused
    return {
        "bulk": bulk,
        "count": len(done),
        "first": done[:FIRST],
        "more": list(islice(done, FIRST, LISTED)),
        "unnamed": max(0, len(done) - LISTED),
        "refused": refused[:FIRST],
        "refused_count": len(refused),
    }
