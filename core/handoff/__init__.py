"""Responses that are finished on the event loop, so that a slow or waiting client holds no thread.

A view returns a `Handoff` like any other response. The web server sees it, gives the thread back and awaits
`Handoff.stream(exchange)` on its event loop. Everywhere else (the test client, any WSGI server) the same
`stream` is driven step by step in the calling thread, so that both ways give the same answer.
"""

from core.handoff.base import AT_END, ON_LOOP, RECEIVED, ClientGone, Exchange, Handoff, HandoffMiddleware
from core.handoff.files import FileHandoff, SourceTruncated
from core.handoff.pieces import PiecesHandoff

__all__ = [
    "AT_END",
    "ON_LOOP",
    "RECEIVED",
    "ClientGone",
    "Exchange",
    "FileHandoff",
    "Handoff",
    "HandoffMiddleware",
    "PiecesHandoff",
    "SourceTruncated",
]
