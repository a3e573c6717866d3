"""Pages of the algorithms that people make: shared, imported, trained."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import SignedInRequest
from compression.batch import choice
from compression.engine import portable
from compression.models import Algorithm
from compression.optimising import algorithms, training
from compression.optimising.forms import ImportForm, TrainForm
from core.errors import AppError
from core.forms import refuse
from files import selectors as file_selectors
from files.choices import Kind
from files.uploads import stream_uploads


@require_POST
def share(request: SignedInRequest, name: str) -> HttpResponse:
    """Give it to everybody, or to its owner alone."""
    found = get_object_or_404(Algorithm.objects.visible_to(request.user), name=name)
    try:
        algorithms.algorithm_share(
            algorithm=found, actor=request.user, shared=request.POST.get("shared") == "yes"
        )
    except AppError as error:
        messages.error(request, error.detail)
    return redirect(found)


@stream_uploads
@require_http_methods(["GET", "POST"])
def import_(request: SignedInRequest) -> HttpResponse:
    """Take in an algorithm from a file."""
    is_post = request.method == "POST"
    form = ImportForm(request.POST, request.FILES) if is_post else ImportForm()
    if is_post and form.is_valid():
        try:
            data = form.cleaned_data["file"].read(portable.MAX_BYTES + 1)
            made = algorithms.algorithm_import(actor=request.user, data=data, name=form.cleaned_data["name"])
            messages.success(request, f"{made.name} is there, in version {made.version}.")
            return redirect(made)
        except AppError as error:
            refuse(form, error)
    context = {"form": form}
    return render(request, "compression/algorithm_import.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def train(request: SignedInRequest) -> HttpResponse:
    """Choose sample files and a name; the address holds which files."""
    found = choice.chosen(request.user, request.GET)
    is_post = request.method == "POST"
    form = TrainForm(request.POST) if is_post else TrainForm()
    if is_post and form.is_valid():
        try:
            return redirect(_begin(request, found, form.cleaned_data))
        except AppError as error:
            refuse(form, error)
    context = {
        "form": form,
        "choice": found,
        "folders": file_selectors.folders(request.user) if not found.count else [],
        "kinds": Kind.choices,
        "most": training.MOST_FILES,
    }
    return render(request, "compression/algorithm_train.html", context, status=422 if form.errors else 200)


def _begin(request: SignedInRequest, found: choice.Choice, asked: dict[str, Any]) -> Any:
    return training.training_request(
        owner=request.user,
        sources=found.files(request.user),
        name=asked["name"],
        title=asked["title"],
        description=asked["description"],
        objective=asked["objective"],
        budget_s=float(asked["budget_s"]),
        test_share=asked["test_percent"] / 100,
    )
