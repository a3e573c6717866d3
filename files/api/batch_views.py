"""Many files in one request."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, cast

from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from accounts.http import ApiRequest
from core.access import get_visible
from core.api.jobs import accepted
from core.api.parsers import StrictJSONParser
from core.api.prefer import preference
from core.api.serializers import JobOut
from core.api.views import ApiView
from core.errors import Invalid
from files.api.batch_serializers import ArchiveIn, UploadBatchIn, UploadBatchOut, outcomes
from files.batch.items import Item
from files.batch.members import Wish, fits_now
from files.batch.services import TooLongForNow, batch_store, unpack_later, unpack_now
from files.batch.uploads import ARCHIVE_PART, BatchHandler
from files.models import File
from files.services import file_on_disk
from files.staging import Staged
from files.unpacking import unpacker
from files.uploads import IncomingFile, StreamedUploads

FLAGS = {"true": True, "1": True, "": True, "false": False, "0": False}


class BatchUpload(StreamedUploads, ApiView):
    """Takes many files in."""

    parser_classes: Any = (MultiPartParser, StrictJSONParser)
    upload_parts = ("file", ARCHIVE_PART)
    upload_handler = BatchHandler

    @extend_schema(
        request={"multipart/form-data": UploadBatchIn, "application/json": ArchiveIn},
        responses={207: UploadBatchOut, 202: JobOut},
        parameters=[
            OpenApiParameter("atomic", bool, description="Store all of the files, or none."),
            OpenApiParameter("unpack", bool, description="The one part `file` is an archive to unpack."),
        ],
    )
    def post(self, request: ApiRequest) -> HttpResponseBase:
        """Store the parts `file`, or unpack one archive, with an outcome for each file.

        A part's name may be a path, as browsers send it for a chosen folder. An archive is the part `archive`, the
        only part `file` with `unpack`, or in a JSON body the id of a stored file; a large one becomes a job whose
        result is this answer. Members that are links or devices or whose paths lead elsewhere are refused. With
        `atomic` one file that cannot be stored refuses all, and the answer is a problem that names it.
        """
        if not hasattr(request.data, "getlist"):
            return _stored_archive(request)
        form = UploadBatchIn(data=request.data)
        form.is_valid(raise_exception=True)
        archive = _archive(request, form.validated_data)
        if archive is None:
            return _files(request, form.validated_data)
        with _opened(archive.staged) as source:
            wish = _wish(request, archive.name or "", form.validated_data)
            return _unpacked(request, source, archive.size or 0, wish, staged=archive.staged)


def _files(request: ApiRequest, asked: dict[str, Any]) -> Response:
    """Store the parts `file` under the paths that they shall have."""
    incoming: list[IncomingFile] = asked.get("file", [])
    if not incoming:
        raise Invalid.field("file", "No file was submitted.", "required")
    paths = asked.get("paths") or [one.path for one in incoming]
    if len(paths) != len(incoming):
        raise Invalid.field("paths", f"{len(paths)} paths were sent for {len(incoming)} files.", "count")
    items = [Item(path, one.staged, one.refusal) for path, one in zip(paths, incoming, strict=True)]
    wish = _wish(request, "", asked)
    batch_store(owner=request.user, items=items, folder=wish.folder, tags=wish.tags, atomic=wish.atomic)
    return Response(outcomes(items, {"request": request}), status=207)


def _archive(request: ApiRequest, asked: dict[str, Any]) -> IncomingFile | None:
    """Return the part that is to be unpacked, where there is one."""
    files, archive = asked.get("file", []), asked.get("archive")
    if archive is None and _flag(request, "unpack"):
        archive = files[0] if len(files) == 1 else None
        if archive is None:
            raise Invalid.field(
                "file", f"One archive is unpacked at a time; {len(files)} parts came.", "count"
            )
    elif archive is not None and (files or len(request.FILES.getlist(ARCHIVE_PART)) > 1):
        raise Invalid.field("archive", "Send one archive, or files.", "ambiguous")
    if archive is not None and archive.refusal is not None:
        raise archive.refusal
    return cast("IncomingFile | None", archive)


def _stored_archive(request: ApiRequest) -> HttpResponseBase:
    """Unpack a stored file."""
    form = ArchiveIn(data=request.data)
    form.is_valid(raise_exception=True)
    file = get_visible(File.objects, request.user, form.validated_data["file"], field="file")
    with file_on_disk(file) as source:
        wish = _wish(request, file.name, form.validated_data)
        return _unpacked(request, source, file.size, wish, file=file)


def _unpacked(
    request: ApiRequest,
    source: BinaryIO,
    size: int,
    wish: Wish,
    *,
    staged: Staged | None = None,
    file: File | None = None,
) -> HttpResponseBase:
    """Unpack now what is small, and have a worker do it otherwise."""
    look = unpacker().look(source, wish.name)
    if fits_now(size, look) and not preference(request._request).respond_async:
        try:
            items = unpack_now(owner=request.user, source=source, wish=wish)
            return Response(outcomes(items, {"request": request}), status=207)
        except TooLongForNow:
            pass
    job = unpack_later(owner=request.user, wish=wish, look=look, staged=staged, file=file)
    return accepted(request._request, job)


def _wish(request: ApiRequest, name: str, asked: dict[str, Any]) -> Wish:
    return Wish(name, asked.get("folder", ""), tuple(asked.get("tags", ())), _flag(request, "atomic"))


def _flag(request: ApiRequest, name: str) -> bool:
    """Return a truth value of the address; one that is neither true nor false is a 400."""
    value = FLAGS.get(request.query_params.get(name, "false").lower())
    if value is None:
        raise Invalid.field(name, "Must be true or false.")
    return value


@contextmanager
def _opened(staged: Staged) -> Iterator[BinaryIO]:
    """Yield the staged bytes as a file with a descriptor."""
    with staged.path.open("rb", buffering=0) as file:
        yield cast(BinaryIO, file)
