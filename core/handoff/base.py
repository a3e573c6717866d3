"""What a handoff is and what it may do."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import partial
from typing import Protocol, TypeVar

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from core import context
from core.errors import AppError
from core.handoff.replay import Replay

T = TypeVar("T")

# Set in `request.META` by a server that awaits handoffs itself.
ON_LOOP = "dynacomp.on_loop"
# So is the moment (of `time.perf_counter`) from which a request waits for its answer ...
RECEIVED = "dynacomp.received"
# ... and a list of functions, called when the request is over with the status that its client was sent, and the moment
# when its answer began. They run on the event loop and must not block.
AT_END = "dynacomp.at_end"


class ClientGone(ConnectionAbortedError):
    """The client closed the connection before its request was read or its answer written."""


class Exchange(Protocol):
    """What `Handoff.stream` may do. Reading and writing raise ClientGone once the client has left."""

    @property
    def started(self) -> bool:
        """Say whether the answer has begun, so that its status can no longer be chosen."""

    @property
    def stopping(self) -> bool:
        """Say whether the server is about to stop, so that nothing is worth waiting for."""

    def body(self) -> AsyncIterator[bytes]:
        """Yield what is unread of the request body as it arrives; not asking holds the client back."""

    async def send_start(self, status: int | None = None, headers: Mapping[str, str] | None = None) -> None:
        """Begin the answer with the handoff's own status, headers and cookies, changed by what is given."""

    async def send_body(self, chunk: bytes) -> None:
        """Send a piece of the answer; returns when the client has taken nearly all that was sent before."""

    async def send_response(self, response: HttpResponse) -> None:
        """Answer with a whole response; headers and cookies that middleware put on the handoff go with it."""

    async def run(self, function: Callable[[], T]) -> T:
        """Run Django code (queries, rendering) on a thread and return its result."""

    async def io(self, function: Callable[[], T]) -> T:
        """Run a blocking file operation on a thread of a pool of its own; no queries here."""

    async def wait(self, event: Awaitable[object], seconds: float) -> bool:
        """Wait for `event` without a thread. False: it did not come in time, or the server stops."""

    async def disconnected(self) -> None:
        """Return when the client has left; while a body is left unread, when it sends no more of it."""


class Handoff(StreamingHttpResponse):
    """A response that `stream` writes. Costs nothing until then: no file is open, nothing is started."""

    def __init__(
        self,
        request: HttpRequest,
        *,
        status: int = 200,
        content_type: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.request = request
        self.context = context.current()
        self._replay = Replay(self)
        super().__init__(self._replay, status=status, content_type=content_type)
        self._own_body = vars(self)["_iterator"]
        for name, value in (headers or {}).items():
            self[name] = value

    async def stream(self, exchange: Exchange) -> None:
        """Write the answer: `send_start` and then `send_body` as often as needed, or `send_response` once."""
        raise NotImplementedError

    async def answer(self, exchange: Exchange) -> None:
        """Stream; an AppError raised before the answer has begun becomes the answer."""
        try:
            await self.stream(exchange)
        except AppError as error:
            if exchange.started:
                raise
            await exchange.send_response(await exchange.run(partial(_problem, self.request, error)))

    @property
    def rewritten(self) -> bool:
        """Say whether middleware put another body in place of the one that `stream` writes."""
        return vars(self)["_iterator"] is not self._own_body

    def decorate(self, response: HttpResponse) -> HttpResponse:
        """Give `response` the headers and cookies of the handoff that it has none of itself."""
        for name, value in self.items():
            if name.lower() not in {"content-type", "content-length"}:
                response.headers.setdefault(name, value)
        for name, morsel in self.cookies.items():
            response.cookies.setdefault(name, morsel)
        return response

    def resolve(self) -> HttpResponseBase:
        """Stream in this thread until the status is known; return the response to send instead."""
        response = self._replay.begin()
        closers(response).extend(closers(self))
        return response


class HandoffMiddleware:
    """Where the server does not await handoffs, puts the response that a handoff amounts to in its place.

    The last in MIDDLEWARE, so that all others see the real status.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Return the view's response, resolved where that is needed."""
        response = self.get_response(request)
        if isinstance(response, Handoff) and not request.META.get(ON_LOOP):
            return response.resolve()
        return response


def closers(response: HttpResponseBase) -> list[Callable[[], None]]:
    """Return the functions that closing the response calls; Django keeps them to itself."""
    found: list[Callable[[], None]] = vars(response)["_resource_closers"]
    return found


def rendered(response: HttpResponse) -> HttpResponse:
    """Return the response with its content made: template and API responses put that off."""
    if not getattr(response, "is_rendered", True):
        response.render()  # type: ignore[attr-defined]
    return response


def _problem(request: HttpRequest, error: AppError) -> HttpResponse:
    from core.api.problems import problem_response  # the API package builds on handoffs

    return problem_response(request, error)
