"""Pages of files."""

from functools import partial
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from accounts.http import SignedInRequest
from accounts.selectors import quota_of
from core.access import Role, get_visible
from core.errors import AppError
from core.handoff import FileHandoff
from files import panels, selectors, services, snippets
from files.api.views import deleted
from files.api.views import download as download_of
from files.batch.members import may_hold_files
from files.choices import Kind
from files.forms import ChangeForm
from files.listing import COLUMNS, OWNER, asked
from files.models import File
from files.uploads import IncomingFile, stream_uploads

PAGE = 50


@require_GET
def file_list(request: SignedInRequest) -> HttpResponse:
    """What is there, and the place to put more."""
    query = asked(request.GET)
    found = query.apply(File.objects.visible_to(request.user).select_related("owner"))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "search": query.search,
        "ordering": query.ordering,
        "filters": query.filters(),
        "columns": [*COLUMNS, OWNER] if request.user.is_staff else COLUMNS,
        "may_change": _may_change(request),
        "limit": settings.UPLOAD_LIMIT_BYTES,
        "used": selectors.used_bytes(request.user),
        "quota": quota_of(request.user),
    }
    return render(request, "files/list.html", context)


@partial(stream_uploads, many=True)
@require_POST
def upload(request: SignedInRequest) -> HttpResponse:
    """Take files from a form that was sent without scripts."""
    try:
        for incoming in request.FILES.getlist("file"):
            file = services.file_store(owner=request.user, incoming=cast(IncomingFile, incoming))
            messages.success(request, f"{file.name} is stored.")
    except AppError as error:
        messages.error(request, error.detail)
    return redirect("files:list")


@require_GET
def file_detail(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """One file."""
    file = get_visible(File.objects.select_related("owner", "object"), request.user, pk)
    return _detail(request, file, ChangeForm.of(file))


@require_POST
def edit(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Give the file another name, folder or other tags."""
    file = get_visible(File.objects.select_related("owner", "object"), request.user, pk)
    form = ChangeForm(request.POST)
    if (
        form.submit(lambda **changes: services.file_change(file=file, actor=request.user, changes=changes))
        is None
    ):
        return _detail(request, file, form)
    messages.success(request, "Saved.")
    return redirect(file)


def _detail(request: SignedInRequest, file: File, form: ChangeForm) -> HttpResponse:
    context = {
        "file": file,
        "form": form,
        "panels": panels.shown(file, request.user),
        "snippets": snippets.for_file(file, request.build_absolute_uri("/").rstrip("/")),
        "may_change": _may_change(request),
        "packed": file.kind in {Kind.COMPRESSED, Kind.ARCHIVE},
        "holds_files": may_hold_files(file),
    }
    return form.page(request, "files/detail.html", context)


@require_GET
def download(request: SignedInRequest, pk: UUID) -> FileHandoff:
    """Send the bytes."""
    return download_of(request, get_visible(File.objects, request.user, pk))


@require_POST
def delete(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Delete the file; the message that says so can take it back."""
    file = get_visible(File.objects, request.user, pk)
    services.file_delete(file=file, actor=request.user)
    undo = reverse("files:restore", kwargs={"pk": pk})
    messages.success(request, f"{file.name} is deleted.", extra_tags=f"undo:{undo}")
    return redirect(_next(request))


@require_POST
def restore(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Take a deletion back."""
    file = deleted(request, pk)
    try:
        services.file_restore(file=file, actor=request.user)
        messages.success(request, f"{file.name} is back.")
    except AppError as error:
        messages.error(request, error.detail)
    return redirect(_next(request))


def _may_change(request: SignedInRequest) -> bool:
    return Role(request.user.role).includes(Role.USER)


def _next(request: Any) -> str:
    """Return where the form wants to go on, if that is a page of ours, else the list."""
    wanted = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else reverse("files:list")
