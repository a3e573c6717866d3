"""Many files in one request."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from accounts.http import ApiRequest
from core.api.views import ApiView
from core.errors import Invalid
from files.api.batch_serializers import BatchIn, BatchOut, outcomes
from files.batch import Item, batch_store
from files.batch_uploads import ARCHIVE_PART, BatchHandler
from files.uploads import IncomingFile, StreamedUploads

FLAGS = {"true": True, "1": True, "": True, "false": False, "0": False}


class BatchUpload(StreamedUploads, ApiView):
    """Takes many files in."""

    parser_classes: Any = (MultiPartParser,)
    upload_parts = ("file", ARCHIVE_PART)
    upload_handler = BatchHandler

    @extend_schema(
        request={"multipart/form-data": BatchIn},
        responses={207: BatchOut},
        parameters=[
            OpenApiParameter("atomic", bool, description="Store all of the files, or none."),
        ],
    )
    def post(self, request: ApiRequest) -> Response:
        """Store the parts `file`, each with an outcome of its own.

        A part's name may be a path, as browsers send it for a chosen folder. With `atomic` one file that cannot be
        stored refuses all, and the answer is a problem that names it.
        """
        form = BatchIn(data=request.data)
        form.is_valid(raise_exception=True)
        asked = form.validated_data
        items = _items(asked)
        batch_store(
            owner=request.user,
            items=items,
            folder=asked.get("folder", ""),
            tags=asked.get("tags", ()),
            atomic=_flag(request, "atomic"),
        )
        return Response(outcomes(items, {"request": request}), status=207)


def _items(asked: dict[str, Any]) -> list[Item]:
    """Return the files of the form under the paths that they shall have."""
    incoming: list[IncomingFile] = asked.get("file", [])
    if not incoming:
        raise Invalid.field("file", "No file was submitted.", "required")
    paths = asked.get("paths") or [one.path for one in incoming]
    if len(paths) != len(incoming):
        raise Invalid.field("paths", f"{len(paths)} paths were sent for {len(incoming)} files.", "count")
    return [Item(path, one.staged, one.refusal) for path, one in zip(paths, incoming, strict=True)]


def _flag(request: ApiRequest, name: str) -> bool:
    """Return a truth value of the address; one that is neither true nor false is a 400."""
    value = FLAGS.get(request.query_params.get(name, "false").lower())
    if value is None:
        raise Invalid.field(name, "Must be true or false.")
    return value
