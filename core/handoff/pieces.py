"""Answers of any length that Django code makes piece by piece: exports, for example."""

from collections.abc import Callable, Iterator
from functools import partial

from django.http import HttpRequest

from core.handoff.base import Exchange, Handoff
from core.handoff.files import content_disposition


class PiecesHandoff(Handoff):
    """A download whose pieces are made one at a time, each when the client has taken the one before.

    `pieces` is called when the first one is needed. Each piece may be made on another thread: a query must begin and
    end within one. What is raised before the first piece becomes the answer.
    """

    def __init__(
        self,
        request: HttpRequest,
        pieces: Callable[[], Iterator[bytes]],
        *,
        filename: str,
        content_type: str,
    ) -> None:
        super().__init__(request, content_type=content_type)
        self._pieces = pieces
        self["Content-Disposition"] = content_disposition(filename)
        self["X-Content-Type-Options"] = "nosniff"

    async def stream(self, exchange: Exchange) -> None:
        """Send the pieces, holding a thread only while one is made."""
        if self.request.method == "HEAD":
            await exchange.send_start()
            return
        pieces = self._pieces()
        piece = await exchange.run(partial(next, pieces, None))
        await exchange.send_start()
        while piece is not None:
            await exchange.send_body(piece)
            piece = await exchange.run(partial(next, pieces, None))
