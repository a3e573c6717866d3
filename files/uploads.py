"""Uploads that go straight to staging: hashed on the way, in constant memory, gone again unless they are adopted.

An endpoint that takes files derives from `StreamedUploads`; `request.FILES` and serializers then see `IncomingFile`s.
A page does the same with `with streamed(request): ...` before anything reads the form.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import IO, Any, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParser as DjangoParser
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from rest_framework.exceptions import ParseError
from rest_framework.parsers import DataAndFiles, MultiPartParser

from core import formatting
from core.api.parsers import check_json
from core.errors import AppError, Invalid, TooLarge
from files.names import clean_name
from files.selectors import free_bytes
from files.staging import Staged, require_room

View = Callable[..., HttpResponseBase]

CHUNK_BYTES = 256 * 1024
FORM_BYTES = 1024 * 1024  # what boundaries, headers and small fields may add to the length of the file itself


class IncomingFile(UploadedFile):  # type: ignore[type-arg]  # generic in the stubs alone
    """An uploaded file in staging. `files.services.file_store` keeps it; otherwise it goes with its request."""

    def __init__(self, staged: Staged, name: str, field_name: str, content_type: str) -> None:
        super().__init__(
            file=cast(IO[bytes], staged.file), name=clean_name(name), content_type=content_type, size=0
        )
        self.staged = staged
        self.field_name = field_name
        self.path = name
        """The name as it came: from a folder that was chosen it may be a path."""
        self.refusal: AppError | None = None
        """Why it cannot be kept, where that showed while it came in as one of many."""

    def complete(self) -> "IncomingFile":
        """Note that all bytes are here."""
        if self.refusal is None:
            self.size = self.staged.size
            self.staged.file.seek(0)
        return self

    @property
    def sha256(self) -> str:
        """Hash of the bytes."""
        return self.staged.digest()

    def head(self, size: int) -> bytes:
        """Return the first bytes."""
        return self.staged.head(size)

    def close(self) -> None:
        """Remove the bytes unless they were adopted."""
        self.staged.close()


class StagingHandler(FileUploadHandler):
    """Writes each file part to staging as it arrives, within the limits of the platform and of the account."""

    chunk_size = CHUNK_BYTES

    def __init__(self, request: HttpRequest, parts: Collection[str], *, many: bool = False) -> None:
        super().__init__(request)
        self._parts, self._many = frozenset(parts), many
        self._incoming: list[IncomingFile] = []
        self._current: IncomingFile | None = None

    def handle_raw_input(
        self,
        input_data: Any,
        META: Mapping[str, Any],
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> None:
        """Refuse what cannot fit before reading any of it."""
        least = content_length - FORM_BYTES
        check_upload_size(least, self.part)
        user = getattr(self.request, "user", None)
        if user is not None and user.is_authenticated and least > free_bytes(user):
            raise TooLarge(
                f"Your quota has room for {formatting.size(free_bytes(user))}. Delete some files first.",
                code="quota_exceeded",
                field=self.part,
            )
        require_room(content_length)

    @property
    def part(self) -> str:
        """The name of the part that is expected; empty where there are several."""
        return next(iter(self._parts)) if len(self._parts) == 1 else ""

    def new_file(self, field_name: str, file_name: str, content_type: str, *args: Any, **kwargs: Any) -> None:
        """Begin a part."""
        super().new_file(field_name, file_name, content_type, *args, **kwargs)
        if field_name not in self._parts:
            expected = ", ".join(f"“{part}”" for part in sorted(self._parts))
            raise Invalid.field(
                field_name, f"No file is taken here; send it as part {expected}.", "unknown_part"
            )
        if not self._many and any(incoming.field_name == field_name for incoming in self._incoming):
            raise Invalid.field(field_name, "Only one file can be sent at once.", "too_many_files")
        self._current = self.begin(file_name, field_name, content_type)
        self._incoming.append(self._current)

    def begin(self, file_name: str, field_name: str, content_type: str) -> IncomingFile:
        """Return what the next part is written to."""
        return IncomingFile(Staged.create(), file_name, field_name, content_type)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write the next bytes of the part."""
        assert self._current is not None
        check_upload_size(start + len(raw_data), self._current.field_name)
        self._current.staged.write(raw_data)

    def file_complete(self, file_size: int) -> IncomingFile | None:
        """Hand the part to the form."""
        complete, self._current = self._current, None
        return complete.complete() if complete else None

    def upload_interrupted(self) -> None:
        """Refuse a form that ends within a file."""
        raise Invalid.field("file", "The request ended before the file did.", "incomplete_upload")

    def close(self) -> None:
        """Remove what was not adopted, complete or not."""
        for incoming in self._incoming:
            incoming.close()


def check_upload_size(size: int, part: str) -> None:
    """Raise TooLarge, naming the part, beyond the platform's limit for one upload."""
    if size > settings.UPLOAD_LIMIT_BYTES:
        limit = formatting.size(settings.UPLOAD_LIMIT_BYTES)
        raise TooLarge(f"One upload may have {limit} at most.", code="upload_too_large", field=part)


@contextmanager
def streamed(
    request: HttpRequest, parts: Collection[str] = ("file",), *, many: bool = False
) -> Iterator[None]:
    """Have the file parts called `parts` go to staging; what was not adopted in the block is gone after it.

    `many` takes several of each name.
    """
    with handled_by(StagingHandler(request, parts, many=many), request):
        yield


@contextmanager
def handled_by(handler: StagingHandler, request: HttpRequest) -> Iterator[None]:
    """Have the handler take the file parts, and let it go after the block."""
    request.upload_handlers = [handler]
    try:
        yield
    finally:
        handler.close()


def stream_uploads(view: View, *, many: bool = False) -> View:
    """Decorate a page's view whose form has a part `file`. Outermost: the CSRF check reads the form, so it comes after.

    A form that is sent without scripts is the reason; scripts send files to the API.
    """
    protected = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def outer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with streamed(request, many=many):
            return protected(request, *args, **kwargs)

    return outer


class FormParser(MultiPartParser):
    """Multipart forms whose text is storable and whose file names come as they were sent, cleaned by us alone."""

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> "DataAndFiles[Any, Any]":
        """Return fields and files."""
        context = parser_context or {}
        request = context["request"]
        meta = {**request.META, "CONTENT_TYPE": media_type}
        encoding = context.get("encoding", settings.DEFAULT_CHARSET)
        try:
            data, files = _Form(meta, stream, request.upload_handlers, encoding).parse()
        except MultiPartParserError as error:
            raise ParseError(f"The multipart form cannot be read: {error}") from error
        for name, values in data.lists():
            check_json({name: values[0] if len(values) == 1 else values})
        return DataAndFiles(data, files)


class _Form(DjangoParser):
    def sanitize_file_name(self, file_name: str) -> str | None:
        """Keep the name, and the path that a chosen folder gives it: Django would take `&amp;` in it for an entity."""
        return file_name


class StreamedUploads:
    """Mixin, before `ApiView`, of endpoints that take file parts; `upload_parts` names them."""

    upload_parts: Collection[str] = ("file",)
    upload_handler: type[StagingHandler] = StagingHandler

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer with the parts streamed to staging; they end with the call."""
        with handled_by(self.upload_handler(request, self.upload_parts), request):
            return super().dispatch(request, *args, **kwargs)  # type: ignore[misc, no-any-return]

    def get_parsers(self) -> list[Any]:
        """Read forms with ours."""
        parsers = super().get_parsers()  # type: ignore[misc]
        return [FormParser() if type(parser) is MultiPartParser else parser for parser in parsers]
