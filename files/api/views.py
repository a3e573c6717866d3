"""Endpoints of files."""

from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from accounts.http import ApiRequest
from core.access import get_visible
from core.api.parsers import StrictJSONParser
from core.api.snippets import SnippetOut, snippets_answer
from core.api.views import ApiView, ListView
from core.errors import NotFound
from core.handoff import FileHandoff
from core.snippets import base_of
from files import services
from files.api.filters import FileFilter
from files.api.serializers import ChangeIn, FileOut, UploadIn
from files.models import File
from files.snippets import for_file
from files.uploads import StreamedUploads


class Upload(StreamedUploads, ApiView):
    """Takes a file in."""

    parser_classes: Any = (MultiPartParser,)

    @extend_schema(request={"multipart/form-data": UploadIn}, responses={201: FileOut})
    def post(self, request: ApiRequest) -> Response:
        """Store the part `file`. The same bytes again make another entry over the same stored object."""
        form = UploadIn(data=request.data)
        form.is_valid(raise_exception=True)
        fields = dict(form.validated_data)
        file = services.file_store(owner=request.user, incoming=fields.pop("file"), **fields)
        location = reverse("api:files:info", kwargs={"pk": file.pk})
        return Response(
            FileOut(file, context={"request": request}).data, status=201, headers={"Location": location}
        )


class FileList(ListView):
    """Your files, newest first."""

    queryset = File.objects.none()  # tells the schema the model
    serializer_class = FileOut
    filterset_class = FileFilter
    search_fields = ("name", "folder", "tags")
    ordering_fields = ("created_at", "name", "size", "kind", "media_type")

    def get_queryset(self) -> QuerySet[File]:
        """Through the door."""
        found: QuerySet[File] = File.objects.visible_to(self.request.user)
        return found


class FileInfo(ApiView):
    """One file."""

    parser_classes: Any = (StrictJSONParser,)

    @extend_schema(responses=FileOut)
    def get(self, request: ApiRequest, pk: UUID) -> Response:
        """Return what is known of the file."""
        return Response(
            FileOut(get_visible(File.objects, request.user, pk), context={"request": request}).data
        )

    @extend_schema(request=ChangeIn, responses=FileOut)
    def put(self, request: ApiRequest, pk: UUID) -> Response:
        """Change name, folder or tags; what is absent stays."""
        file = get_visible(File.objects, request.user, pk)
        form = ChangeIn(data=request.data)
        form.is_valid(raise_exception=True)
        changed = services.file_change(file=file, actor=request.user, changes=form.validated_data)
        return Response(FileOut(changed, context={"request": request}).data)


class FileSnippets(ApiView):
    """A download as code."""

    @extend_schema(responses=SnippetOut(many=True))
    def get(self, request: ApiRequest, pk: UUID) -> Response:
        """Return code that downloads the file; on the command line it goes on to compress or decompress it."""
        file = get_visible(File.objects, request.user, pk)
        return snippets_answer(for_file(file, base_of(request._request)))


class FileDownload(ApiView):
    """The bytes of a file."""

    any_accept = True  # the file has the one type it has

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "Range", str, OpenApiParameter.HEADER, description="One range, such as `bytes=0-1023`."
            )
        ],
        responses={
            (200, "application/octet-stream"): OpenApiTypes.BINARY,
            (206, "application/octet-stream"): OpenApiTypes.BINARY,
            412: OpenApiResponse(description="The file is not the one that `If-Match` names."),
            416: OpenApiResponse(description="The range begins after the end of the file."),
        },
    )
    def get(self, request: ApiRequest, pk: UUID) -> FileHandoff:
        """Send the file, or a range of it. Its `ETag` is the SHA-256."""
        return download(request._request, get_visible(File.objects, request.user, pk))


class FileDelete(ApiView):
    """Deletes a file."""

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: ApiRequest, pk: UUID) -> Response:
        """Delete the file. For ten minutes it can be restored; its bytes go with the last file that has them."""
        services.file_delete(file=get_visible(File.objects, request.user, pk), actor=request.user)
        return Response(status=204)


class FileRestore(ApiView):
    """Takes a deletion back."""

    @extend_schema(request=None, responses=FileOut)
    def post(self, request: ApiRequest, pk: UUID) -> Response:
        """Restore a file within ten minutes of its deletion."""
        file = services.file_restore(file=deleted(request._request, pk), actor=request.user)
        return Response(FileOut(file, context={"request": request}).data)


def download(request: HttpRequest, file: File) -> FileHandoff:
    """Answer with the bytes, always as an attachment: a page that somebody uploaded must not run as ours."""
    return FileHandoff(
        partial(services.file_open, file), file.size, file.name, file.media_type, file.sha256, request
    )


def deleted(request: HttpRequest, pk: UUID) -> File:
    """Return a deleted file that the account may have back; NotFound where there is none."""
    file: File | None = File.objects.restorable_by(request.user).select_related("owner").filter(pk=pk).first()
    if file is None:
        raise NotFound("There is no such deleted file, or it is gone for good.")
    return file
