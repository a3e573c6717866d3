"""Pages of algorithms: what there is, where each is good, and what staff make and change."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import SignedInRequest
from compression import posted
from compression.algorithms import calls, detail, forms, listing, selectors, services
from compression.algorithms.forms import PresetForm, StatusForm
from compression.forms import options_of
from compression.models import Algorithm
from compression.optimising import algorithms as own
from compression.views import DEFAULT_ALGORITHM
from core.errors import AppError, Forbidden, Invalid, NotFound
from core.models import Job
from core.snippets import base_of

T = TypeVar("T")


@require_GET
def algorithm_list(request: SignedInRequest) -> HttpResponse:
    """What is there to compress with?"""
    return render(request, "compression/algorithms.html", listing.of(request))


@require_GET
def algorithm(request: SignedInRequest, name: str) -> HttpResponse:
    """Where is it good, where not?"""
    found = _find(request, name)
    return _page(request, found, *detail.editing(found))


@require_POST
def edit(request: SignedInRequest, name: str) -> HttpResponse:
    """Give a preset other texts or settings."""
    found = _find(request, name)
    form, params = detail.editing(found, request.POST)
    if form is not None and form.is_valid() and (params is None or params.is_valid()):
        try:
            changes = detail.changes(found, form, params)
            services.algorithm_change(algorithm=found, actor=request.user, changes=changes)
            messages.success(request, "Saved.")
            return redirect(found)
        except AppError as error:
            posted.show(form, error, params)
    return _page(request, found, form, params, status=422)


@require_POST
def status(request: SignedInRequest, name: str) -> HttpResponse:
    """Take it a step further in its life."""
    found = _find(request, name)
    form = StatusForm(request.POST)
    if not form.is_valid():
        raise Invalid.field("status", "There is no such status.")
    changed = _tried(
        request,
        lambda: services.algorithm_change(algorithm=found, actor=request.user, changes=form.cleaned_data),
    )
    if changed is not None:
        messages.success(request, f"{changed.name} is {changed.get_status_display().lower()} now.")
    return redirect(f"{found.get_absolute_url()}#life")


@require_POST
def test(request: SignedInRequest, name: str) -> HttpResponse:
    """Take it through the conformance set, now or by a worker."""
    found = _find(request, name)
    report = _tried(request, lambda: calls.run_test(request.user, found))
    if report is not None and not isinstance(report, Job):
        passed, of = sum(case["passed"] for case in report["cases"]), len(report["cases"])
        say = messages.success if report["passed"] else messages.error
        say(request, f"{passed} of {of} cases passed.")
    return redirect(f"{found.get_absolute_url()}#life")


@require_POST
def delete(request: SignedInRequest, name: str) -> HttpResponse:
    """Delete a draft, or one of your own, and go back to the list."""
    found = _find(request, name)
    try:
        own.algorithm_remove(algorithm=found, actor=request.user)
    except Forbidden:
        raise
    except AppError as error:
        messages.error(request, error.detail)
        return redirect(found)
    messages.success(request, f"{found.name} is deleted.")
    return redirect("compression:algorithms")


@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """Compose a preset of a codec and its settings."""
    is_post = request.method == "POST"
    codecs = selectors.codecs(request.user)
    named = request.POST.get("algorithm") or request.GET.get("algorithm") or DEFAULT_ALGORITHM
    codec = codecs.filter(name=named).first() or codecs.order_by("name").first()
    if codec is None:
        raise NotFound("There is no codec that takes new work now.")
    form = PresetForm(request.POST if is_post else None, initial=request.GET.dict())
    params = forms.params_form(codec, request.POST if is_post else None)
    if is_post and form.is_valid() and (params.is_valid() or not params.is_bound):
        try:
            made = services.preset_create(actor=request.user, **form.cleaned_data, params=params.values())
            messages.success(request, f"{made.name} is a draft. Take it to testing to try it.")
            return redirect(made)
        except AppError as error:
            posted.show(form, error, params)
    context = {
        "form": form,
        "params": params,
        "algorithm": codec,
        "algorithms": options_of(codecs),
    }
    wrong = form.errors or (is_post and params.errors)
    return render(request, "compression/algorithm_new.html", context, status=422 if wrong else 200)


def _find(request: SignedInRequest, name: str) -> Algorithm:
    return get_object_or_404(Algorithm.objects.visible_to(request.user), name=name)


def _page(
    request: SignedInRequest, found: Algorithm, form: Any, params: Any, *, status: int = 200
) -> HttpResponse:
    context = {
        **detail.of(request.user, found, base_of(request), request.GET.get("ordering", "")),
        "form": form,
        "params": params,
    }
    return render(request, "compression/algorithm.html", context, status=status)


def _tried(request: SignedInRequest, act: Callable[[], T]) -> T | None:
    """Return what the service gives; None, with a message, where it refuses."""
    try:
        return act()
    except AppError as error:
        messages.error(request, error.detail)
        return None
