"""File parts of a batch: what is wrong with one of them stays with it, and the others go on."""

from collections.abc import Collection, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from core import formatting
from core.errors import AppError, StorageFull, TooLarge
from files.selectors import free_bytes
from files.staging import StagingArea, require_room
from files.uploads import IncomingFile, StagingHandler, check_upload_size

ARCHIVE_PART = "archive"


class BatchHandler(StagingHandler):
    """Writes any number of parts to one staging area, and notes with each why it was refused.

    No more is written than the account has room for: the bytes of a part that does not fit are passed over.
    """

    def __init__(self, request: HttpRequest, parts: Collection[str]) -> None:
        super().__init__(request, parts, many=True)
        self._area: StagingArea | None = None
        self._room = 0

    def handle_raw_input(
        self,
        input_data: Any,
        META: Mapping[str, Any],
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> None:
        """Look how much may be written; refuse what is too large for one request before any of it is read."""
        check_upload_size(content_length, self.part)
        user: Any = self.request.user if self.request is not None else None
        self._room = free_bytes(user) if user is not None and user.is_authenticated else 0
        require_room(min(content_length, self._room))
        self._area = StagingArea()

    def begin(self, file_name: str, field_name: str, content_type: str) -> IncomingFile:
        """Return a file of the area; TooLarge beyond the number of files in one request."""
        if len(self._incoming) >= settings.BATCH_FILES:
            raise TooLarge(
                f"One request may have {settings.BATCH_FILES} files at most. Send the others in another.",
                code="too_many_files",
                field=field_name,
            )
        assert self._area is not None
        return IncomingFile(self._area.add(), file_name, field_name, content_type)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write the next bytes of the part, unless it was refused."""
        incoming = self._current
        assert incoming is not None
        if incoming.refusal is not None:
            return
        try:
            check_upload_size(start + len(raw_data), incoming.field_name)
            self._take(len(raw_data), incoming.field_name)
            incoming.staged.write(raw_data)
        except (TooLarge, StorageFull) as error:
            self._refuse(incoming, error, start)

    def _take(self, size: int, part: str) -> None:
        if size > self._room:
            raise TooLarge(
                f"Your quota has room for {formatting.size(self._room)} more, which this file passes. "
                "Delete some files first.",
                code="quota_exceeded",
                field=part,
            )
        self._room -= size

    def _refuse(self, incoming: IncomingFile, error: AppError, written: int) -> None:
        incoming.refusal = error
        incoming.staged.close()
        self._room += written

    def file_complete(self, file_size: int) -> IncomingFile | None:
        """Hand the part to the form, and let go of its descriptor."""
        complete = super().file_complete(file_size)
        if complete is not None:
            complete.staged.rest()
        return complete

    def close(self) -> None:
        """Remove what was not adopted."""
        super().close()
        if self._area is not None:
            self._area.close()
