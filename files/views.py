"""Pages of files."""

from functools import partial
from typing import cast
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.http import SignedInRequest
from accounts.selectors import quota_of
from core.access import Role, get_visible
from core.errors import AppError
from core.handoff import FileHandoff
from core.http import next_page
from core.snippets import base_of
from core.text import SIZE_PATTERN
from files import panels, selectors, services, snippets
from files.actions import on_page
from files.api.views import deleted
from files.api.views import download as download_of
from files.batch.members import may_hold_files
from files.choices import Kind, Origin
from files.forms import ChangeForm
from files.listing import COLUMNS, OWNER, Asked, Listing
from files.models import File
from files.uploads import IncomingFile, stream_uploads

SAVED_SHOWN = 12


@require_GET
def file_list(request: SignedInRequest) -> HttpResponse:
    """What is there, or what is found there; and the place to put more."""
    asked = Asked.of(request.GET)
    saved = list(selectors.saved_searches(request.user))
    used = selectors.used_bytes(request.user)
    files = File.objects.visible_to(request.user)
    context = {
        "listing": Listing(files.select_related("owner") if request.user.is_staff else files, asked),
        "criteria": asked.criteria,
        "origins": Origin.choices,
        "size_pattern": SIZE_PATTERN,
        "columns": [*COLUMNS, OWNER] if request.user.is_staff else COLUMNS,
        "bulk": _bulk(asked) if _may_change(request) else None,
        "saved": saved[:SAVED_SHOWN],
        "saved_as": next((one for one in saved if one.criteria == asked.criteria.as_json()), None),
        "may_change": _may_change(request),
        "limit": settings.UPLOAD_LIMIT_BYTES,
        "used": used,
        "compact": bool(used or asked.criteria),
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
        "snippets": snippets.for_file(file, base_of(request)),
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
    return redirect(next_page(request, reverse("files:list")))


@require_POST
def restore(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Take a deletion back."""
    file = deleted(request, pk)
    try:
        services.file_restore(file=file, actor=request.user)
        messages.success(request, f"{file.name} is back.")
    except AppError as error:
        messages.error(request, error.detail)
    return redirect(next_page(request, reverse("files:list")))


def _bulk(asked: Asked) -> list[dict[str, str | bool]]:
    """Return what can be done with picked files, as `components/table.html` draws it. The step knows the search."""
    address = urlsplit(asked.url).query
    return [
        {
            "label": action.label,
            "icon": action.icon,
            "danger": action.danger,
            "url": f"{reverse('files:bulk', kwargs={'name': name})}?{address}",
        }
        for name, action in on_page()
    ]


def _may_change(request: SignedInRequest) -> bool:
    return Role(request.user.role).includes(Role.USER)
