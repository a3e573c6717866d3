"""Django's WSGI machinery without the WSGI answer: the response object is what comes back."""

from dataclasses import dataclass
from typing import Any

from django.core import signals
from django.core.handlers.exception import response_for_exception
from django.core.handlers.wsgi import WSGIHandler, get_script_name
from django.db import close_old_connections
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse, UnreadablePostError
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

from core.handoff import ClientGone

Headers = list[tuple[bytes, bytes]]

# What concerns the connection is for the server to say.
_OF_THE_CONNECTION = frozenset({"connection", "keep-alive", "transfer-encoding", "upgrade", "trailer", "te"})
CLIENT_CLOSED_REQUEST = 499
SMALL_FILE_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer."""

    status: int
    headers: Headers
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An answer to go on with on the event loop; whoever does closes the response."""

    request: HttpRequest
    response: StreamingHttpResponse


class Handler(WSGIHandler):
    """Runs one request on the calling thread, with the signals and the clean-up of a WSGI server."""

    def reply(self, environ: dict[str, Any]) -> Reply | Unfinished:
        """Return the answer, with a body that is streamed not begun."""
        set_script_prefix(get_script_name(environ))
        signals.request_started.send(sender=self.__class__, environ=environ)
        request = self.request_class(environ)
        response = self.get_response(request)
        response._handler_class = self.__class__  # type: ignore[attr-defined]
        if isinstance(response, StreamingHttpResponse) and not _is_small_file(response):
            close_old_connections()  # it is closed elsewhere: this thread must not keep a broken connection
            return Unfinished(request, response)
        try:
            return whole_reply(response, keep_length=request.method == "HEAD")
        finally:
            response.close()

    def process_exception_by_middleware(self, exception: Exception, request: HttpRequest) -> Any:
        """Answer nobody, and log nothing, where the view failed because its client has left."""
        if isinstance(exception, ClientGone) or (
            isinstance(exception, UnreadablePostError) and isinstance(exception.__cause__, ClientGone)
        ):
            response = HttpResponse(status=CLIENT_CLOSED_REQUEST)
            response._has_been_logged = True  # type: ignore[attr-defined]
            return response
        return super().process_exception_by_middleware(exception, request)


def _is_small_file(response: StreamingHttpResponse) -> bool:
    """Say whether the response is a file that is better read at once than handed to the loop."""
    if not isinstance(response, FileResponse) or response.file_to_stream is None:
        return False
    length = response.get("Content-Length")
    return length is not None and int(length) <= SMALL_FILE_BYTES


def whole_reply(response: HttpResponseBase, *, keep_length: bool = False) -> Reply:
    """Return a response with all of its body. `keep_length`: what it says of its length is true (HEAD)."""
    body = b"".join(response)
    headers = headers_of(response)
    if not bodyless(response.status_code) and not (keep_length and response.has_header("Content-Length")):
        headers = [pair for pair in headers if pair[0] != b"content-length"]
        headers.append((b"content-length", b"%d" % len(body)))
    return Reply(response.status_code, headers, body)


def failure_reply(request: HttpRequest, error: Exception) -> Reply:
    """Return the answer to an exception outside of any view, logged as Django logs it."""
    try:
        raise error
    except Exception:
        return whole_reply(response_for_exception(request, error))


def headers_of(response: HttpResponseBase) -> Headers:
    """Return headers and cookies as the server wants them."""
    unwanted = _OF_THE_CONNECTION | ({"content-length"} if bodyless(response.status_code) else set())
    headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1"))
        for name, value in response.items()
        if name.lower() not in unwanted
    ]
    cookies = [cookie.output(header="").strip() for cookie in response.cookies.values()]
    return headers + [(b"set-cookie", cookie.encode("latin-1")) for cookie in cookies]


def bodyless(status: int) -> bool:
    """Say whether an answer with this status never has a body."""
    return status < 200 or status in {204, 304}
