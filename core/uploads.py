"""What becomes of file parts where a view does not say: they are refused before a byte of them is kept."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.core.files.uploadhandler import FileUploadHandler


class NoFiles(FileUploadHandler):
    """Django's handler of forms that shall have no files; the CSRF check reads forms of anybody.

    It raises Django's own errors, for which Django answers 400 or 413 wherever the form is read.
    """

    def handle_raw_input(
        self,
        input_data: Any,
        META: Mapping[str, Any],
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> None:
        """Refuse what is longer than fields may be before reading any of it."""
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if limit is not None and content_length > limit:
            raise RequestDataTooBig(f"A form without files may have {limit} bytes.")

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Refuse the part."""
        raise TooManyFilesSent("No file is taken here.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Never called: there is no part."""

    def file_complete(self, file_size: int) -> None:
        """Never called: there is no part."""
