"""A handoff streamed in the calling thread, for servers and tests that know nothing of handoffs."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

if TYPE_CHECKING:
    from core.handoff.base import Handoff

T = TypeVar("T")

READ_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class _Call:
    """Please run `function` in the calling thread."""

    function: Callable[[], Any]
    result: asyncio.Future[Any]

    def fulfil(self) -> None:
        if self.result.cancelled():
            return
        try:
            value = self.function()
        except Exception as error:
            self.result.set_exception(error)
        else:
            self.result.set_result(value)


@dataclass(frozen=True, slots=True)
class _Answer:
    """The answer begins like this."""

    response: HttpResponseBase


@dataclass(frozen=True, slots=True)
class _Chunk:
    """The next piece of the answer; `taken` when it has been."""

    data: bytes
    taken: asyncio.Future[None]


class Replay:
    """Drives `Handoff.stream` on a private loop, step by step; iterates over the body of the answer.

    The coroutine only wishes for things. They are done between two runs of the loop, because Django refuses
    queries in a thread whose event loop is running.
    """

    def __init__(self, handoff: "Handoff") -> None:
        self._handoff = handoff
        self._steps: Generator[_Answer | bytes, None, None] | None = None
        self._body: Iterator[_Answer | bytes] = iter(())

    def begin(self) -> HttpResponseBase:
        """Run until the answer begins and return it; iterating then gives its body."""
        self._body = self._steps = self._run()
        answer = next(self._steps, None)
        if not isinstance(answer, _Answer):
            raise RuntimeError(f"{type(self._handoff).__name__}.stream sent no answer")
        if isinstance(answer.response, StreamingHttpResponse):
            answer.response.streaming_content = self
        else:
            self._body = iter(list(self._steps))  # nothing is left to wait for
        return answer.response

    def __iter__(self) -> Iterator[bytes]:
        if self._steps is None and (status := self.begin().status_code) != self._handoff.status_code:
            raise RuntimeError(f"the status {status} is known too late: HandoffMiddleware is missing")
        for step in self._body:
            if isinstance(step, bytes):
                yield step

    def close(self) -> None:
        """Cancel the run wherever it is."""
        if self._steps is not None:
            self._steps.close()

    def _run(self) -> Generator[_Answer | bytes, None, None]:
        loop = asyncio.new_event_loop()
        exchange = _ReplayExchange(self._handoff, loop)
        task = loop.create_task(self._handoff.answer(exchange))
        task.add_done_callback(lambda _: exchange.wishes.put_nowait(None))
        try:
            while (wish := loop.run_until_complete(exchange.wishes.get())) is not None:
                yield from _steps_of(wish)
            task.result()
        finally:
            task.cancel()
            while not task.done():
                # What `stream` still wants when it is cancelled (to close a file) is done for it.
                if isinstance(wish := loop.run_until_complete(exchange.wishes.get()), _Call):
                    wish.fulfil()
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()


def _steps_of(wish: _Call | _Answer | _Chunk) -> Iterator[_Answer | bytes]:
    match wish:
        case _Call():
            wish.fulfil()
        case _Answer(response=HttpResponse() as response):
            yield wish
            yield response.content
        case _Answer():
            yield wish
        case _Chunk():
            yield wish.data
            wish.taken.set_result(None)


class _ReplayExchange:
    """The exchange of a replay: what it is asked to do becomes a wish."""

    stopping = False

    def __init__(self, handoff: "Handoff", loop: asyncio.AbstractEventLoop) -> None:
        self.wishes: asyncio.Queue[_Call | _Answer | _Chunk | None] = asyncio.Queue()  # None: it has returned
        self.started = False
        self._handoff = handoff
        self._loop = loop

    async def body(self) -> AsyncIterator[bytes]:
        while chunk := await self.run(partial(self._handoff.request.read, READ_BYTES)):
            yield chunk

    async def send_start(self, status: int | None = None, headers: Mapping[str, str] | None = None) -> None:
        response = StreamingHttpResponse(status=status or self._handoff.status_code)
        for name, value in {**dict(self._handoff.items()), **dict(headers or {})}.items():
            response[name] = value
        response.cookies.update(self._handoff.cookies)
        self._begin(response)

    async def send_body(self, chunk: bytes) -> None:
        taken: asyncio.Future[None] = self._loop.create_future()
        self.wishes.put_nowait(_Chunk(chunk, taken))
        await taken

    async def send_response(self, response: HttpResponse) -> None:
        from core.handoff.base import rendered

        await self.run(partial(rendered, response))
        self._begin(self._handoff.decorate(response))

    def _begin(self, response: HttpResponseBase) -> None:
        if self.started:
            raise RuntimeError("the answer has begun already")
        self.started = True
        self.wishes.put_nowait(_Answer(response))

    async def run(self, function: Callable[[], T]) -> T:
        result: asyncio.Future[T] = self._loop.create_future()
        self.wishes.put_nowait(_Call(function, result))
        return await result

    async def io(self, function: Callable[[], T]) -> T:
        return await self.run(function)

    async def wait(self, event: Awaitable[object], seconds: float) -> bool:
        try:
            await asyncio.wait_for(event, seconds)
        except TimeoutError:
            return False
        return True

    async def disconnected(self) -> None:
        await self._loop.create_future()  # whoever calls in this thread cannot leave meanwhile
