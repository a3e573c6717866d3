"""A small Django site that shows every way of answering; `python -m tests.config.serving_site` serves it alone."""

import asyncio
import hashlib
import io
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from django.db import connection, connections
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import path

from core.handoff import ClientGone, Exchange, FileHandoff, Handoff

MIDDLEWARE = ["core.handoff.HandoffMiddleware"]
LETTERS = b"abcdefghijklmnopqrstuvwxyz" * 40_000  # about 1 MB, and no range looks like another

# What happened, for the test to look at; one entry a happening.
seen: list[str] = []


# Shut by a test that wants a thread held; to be opened again.
gate = threading.Event()
# End the waits that have begun.
end_wait: list[Callable[[], object]] = []


def saw(what: str, seconds: float = 40, times: int = 1) -> bool:
    """Say whether something that begins with `what` happened so often, waiting for it for a while."""
    deadline = time.monotonic() + seconds
    while sum(entry.startswith(what) for entry in seen) < times:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def hello(request: HttpRequest) -> HttpResponse:
    """Answer at once, with a header and two cookies."""
    response = HttpResponse(b"hello", content_type="text/plain", headers={"X-Site": "here"})
    response.set_cookie("one", "1")
    response.set_cookie("two", "2")
    return response


def echo(request: HttpRequest) -> HttpResponse:
    """Say what arrived."""
    return JsonResponse(
        {
            "method": request.method,
            "path": request.path,
            "query": request.GET.dict(),
            "meta": {name: value for name, value in request.META.items() if isinstance(value, str)},
            "size": len(request.body),
            "sha256": hashlib.sha256(request.body).hexdigest(),
            "thread": threading.current_thread().name,
        }
    )


def status(request: HttpRequest, code: int) -> HttpResponse:
    """Answer with a status, and with a body even where there must be none."""
    return HttpResponse(b"body", status=code)


def nap(request: HttpRequest, milliseconds: int) -> HttpResponse:
    """Hold the thread for a while."""
    seen.append("napping")
    time.sleep(milliseconds / 1000)
    return HttpResponse(threading.current_thread().name)


def hold(request: HttpRequest) -> HttpResponse:
    """Hold the thread until the gate opens."""
    seen.append("held")
    gate.wait(60)
    return HttpResponse(threading.current_thread().name)


def happened(request: HttpRequest) -> JsonResponse:
    """Tell a test in another process what happened."""
    return JsonResponse(seen, safe=False)


def note(request: HttpRequest) -> HttpResponse:
    """Note that it ran."""
    seen.append("noted")
    return HttpResponse()


def fail(request: HttpRequest) -> HttpResponse:
    """Fail as a view does."""
    raise LookupError("the view failed")


def upload(request: HttpRequest) -> HttpResponse:
    """Read a body in pieces, and notice when it breaks off."""
    digest, size = hashlib.sha256(), 0
    try:
        while piece := request.read(64 * 1024):
            digest.update(piece)
            size += len(piece)
            if not seen:
                seen.append("upload began")
    except OSError as error:
        seen.append(f"upload broken off: {type(error.__cause__).__name__}")
        raise
    return JsonResponse(
        {"size": size, "sha256": digest.hexdigest(), "thread": threading.current_thread().name}
    )


def form(request: HttpRequest) -> HttpResponse:
    """Read a multipart form."""
    uploads: Any = request.FILES
    files = {name: hashlib.sha256(file.read()).hexdigest() for name, file in uploads.items()}
    return JsonResponse({"fields": request.POST.dict(), "files": files})


def refuse(request: HttpRequest) -> HttpResponse:
    """Refuse without a look at the body."""
    return HttpResponse("no", status=403)


def _numbers(count: int) -> Iterator[bytes]:
    seen.append(f"numbers on {threading.current_thread().name}")
    try:
        for number in range(count):
            yield b"%d\n" % number
    finally:
        seen.append(f"numbers closed on {threading.current_thread().name}")


def numbers(request: HttpRequest, count: int) -> StreamingHttpResponse:
    """Count, as an ordinary streamed answer."""
    return StreamingHttpResponse(_numbers(count), content_type="text/plain")


def broken_numbers(request: HttpRequest, after: int) -> StreamingHttpResponse:
    """Fail before the first piece, or in the middle."""

    def produce() -> Iterator[bytes]:
        yield from (b"x" * 100_000 for _ in range(after))
        raise LookupError("the generator failed")

    return StreamingHttpResponse(produce())


def plain_file(request: HttpRequest, size: int) -> FileResponse:
    """Answer with Django's own file response."""
    file = io.BytesIO(LETTERS[:size])
    file.close = lambda: seen.append("file closed")  # type: ignore[method-assign]
    return FileResponse(file, content_type="text/plain")


class _Noted(io.BytesIO):
    def close(self) -> None:
        if not self.closed:
            seen.append("file closed")
        super().close()


def _open_letters() -> BinaryIO:
    seen.append("file opened")
    return _Noted(LETTERS)


def letters(request: HttpRequest) -> FileHandoff:
    """Hand off a file of known content."""
    return FileHandoff(
        _open_letters,
        len(LETTERS),
        "lëtters.txt",
        "text/plain",
        "v1",
        request,
        inline="inline" in request.GET,
    )


def short_letters(request: HttpRequest) -> FileHandoff:
    """Hand off a file that is shorter than it is said to be."""
    return FileHandoff(_open_letters, 2 * len(LETTERS), "a.txt", "text/plain", "v1", request)


def missing_file(request: HttpRequest) -> FileHandoff:
    """Hand off a file that is not there any more."""
    return FileHandoff(lambda: open("/nonexistent/file", "rb"), 10, "a", "", "v1", request)


class _Zeros(io.RawIOBase):
    def __init__(self, size: int) -> None:
        self._left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        size = min(len(buffer), self._left)
        self._left -= size
        buffer[:size] = bytes(size)
        return size


def zeros(request: HttpRequest, size: int) -> FileHandoff:
    """Hand off a file of any size."""
    return FileHandoff(lambda: io.BufferedReader(_Zeros(size)), size, "zeros", "", "v1", request)


class Shout(Handoff):
    """The request body in capitals, piece by piece."""

    async def stream(self, exchange: Exchange) -> None:
        """Read and write in turn."""
        try:
            await exchange.send_start(headers={"X-Loud": "yes"})
            async for chunk in exchange.body():
                await exchange.send_body(chunk.upper())
        except ClientGone:
            seen.append("shout: client gone")
            raise


class Wait(Handoff):
    """Waits, then answers with a whole response."""

    def __init__(self, request: HttpRequest, seconds: float) -> None:
        super().__init__(request, status=202, headers={"X-From": "handoff"})
        self.seconds = seconds

    async def stream(self, exchange: Exchange) -> None:
        """Wait for what the test does."""
        news, loop = asyncio.Event(), asyncio.get_running_loop()
        end_wait.append(lambda: loop.call_soon_threadsafe(news.set))
        seen.append("waiting")
        try:
            came = await exchange.wait(news.wait(), self.seconds)
        except ClientGone:
            seen.append("wait: client gone")
            raise
        thread = await exchange.run(lambda: threading.current_thread().name)
        await exchange.send_response(JsonResponse({"came": came, "thread": thread}, status=201))


def wait(request: HttpRequest, milliseconds: int) -> HttpResponseBase:
    """Wait without a thread."""
    response = Wait(request, milliseconds / 1000)
    response.set_cookie("kept", "yes")
    return response


class Broken(Handoff):
    """Fails before or after the answer has begun, or answers nothing."""

    def __init__(self, request: HttpRequest, when: str) -> None:
        super().__init__(request)
        self.when = when

    async def stream(self, exchange: Exchange) -> None:
        """Fail."""
        if self.when == "never":
            return
        if self.when == "late":
            await exchange.send_start()
            await exchange.send_body(b"something")
        if self.when == "app":
            from core.errors import Unprocessable

            raise Unprocessable("the stream is corrupt")
        raise LookupError("the handoff failed")


def _backend() -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return JsonResponse({"backend": cursor.fetchone()[0]})


def rows(request: HttpRequest) -> HttpResponse:
    """Ask the database in the view."""
    return _backend()


class RowsLater(Handoff):
    """Asks the database in a handoff."""

    async def stream(self, exchange: Exchange) -> None:
        """Ask on a thread."""
        await exchange.send_response(await exchange.run(_backend))


def close_connections(request: HttpRequest) -> HttpResponse:
    """Leave nothing behind that would keep the test database from being dropped."""
    connections.close_all()
    return HttpResponse()


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer for a defect."""
    return HttpResponse("our fault", status=500)


urlpatterns = [
    path("hello", hello),
    path("echo", echo),
    path("status/<int:code>", status),
    path("nap/<int:milliseconds>", nap),
    path("api/v1/compression/nap/<int:milliseconds>", nap),
    path("api/v1/compression/hold", hold),
    path("api/v1/compression/note", note),
    path("happened", happened),
    path("fail", fail),
    path("upload", upload),
    path("form", form),
    path("refuse", refuse),
    path("numbers/<int:count>", numbers),
    path("broken-numbers/<int:after>", broken_numbers),
    path("plain-file/<int:size>", plain_file),
    path("letters", letters),
    path("api/letters", letters),
    path("short-letters", short_letters),
    path("missing-file", missing_file),
    path("zeros/<int:size>", zeros),
    path("wait/<int:milliseconds>", wait),
    path("broken/<str:when>", Broken),
    path("api/broken/<str:when>", Broken),
    path("rows", rows),
    path("rows-later", RowsLater),
    path("close-connections", close_connections),
    path("api/v1/compression/stream", Shout),
]
handler500 = "tests.config.serving_site.server_error"


async def echo_socket(scope: Any, receive: Any, send: Any) -> None:
    """Repeat what a WebSocket says."""
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message["text"]})


def serve() -> None:
    """Serve the site until told to stop."""
    import django
    from django.conf import settings

    settings.configure(
        ROOT_URLCONF="tests.config.serving_site",
        MIDDLEWARE=MIDDLEWARE,
        ALLOWED_HOSTS=["*"],
        SECRET_KEY="only-for-tests",
        DATA_UPLOAD_MAX_MEMORY_SIZE=None,
        SERVING=json.loads(os.environ.get("SERVING", "{}")),
    )
    django.setup()
    from config.serving.application import Application
    from config.serving.bridge import Bridge
    from config.serving.server import run_process

    bridge = Bridge()
    run_process(Application(http=bridge, websocket=echo_socket), bridge)


if __name__ == "__main__":
    serve()
