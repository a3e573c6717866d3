"""Pages of batches."""

import re
from pathlib import PurePath
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.http import SignedInRequest
from core.access import get_visible
from core.errors import AppError
from files.batch.members import Wish
from files.batch.services import archive_unpack
from files.choices import Kind
from files.models import File

# Compressed tar archives by their names; whether there is an archive in it shows when it is unpacked.
_PACKED = re.compile(r"\.(tar\.\w+|t(gz|az|bz2?|xz|lz|zst|br))$", re.IGNORECASE)


def may_hold_files(file: File) -> bool:
    """Say whether it is worth offering to unpack the file."""
    return file.kind == Kind.ARCHIVE or (file.kind == Kind.COMPRESSED and bool(_PACKED.search(file.name)))


@require_POST
def unpack(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Have the members of an archive made files, in a folder of the archive's name beside it."""
    file = get_visible(File.objects, request.user, pk)
    name = _PACKED.sub("", file.name)
    folder = PurePath(file.folder) / (PurePath(name).stem if name == file.name else name)
    try:
        job = archive_unpack(owner=request.user, file=file, wish=Wish(file.name, str(folder)))
    except AppError as error:
        messages.error(request, error.detail)
        return redirect(file)
    return redirect("jobs:detail", pk=job.pk)
