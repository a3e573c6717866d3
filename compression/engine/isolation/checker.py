"""The second thread of a child: hashes what the first one reads and writes, and decodes it again.

It runs beside the codec because the libraries and the hash release the GIL. Its queue is bounded by bytes, so the
memory of a call is bounded whichever thread is the faster.
"""

import hashlib
import threading
import time
from collections import deque
from collections.abc import Iterator

from compression.engine.codecs import Codec
from compression.engine.codecs.reader import Bytes
from compression.engine.errors import EngineError, LimitExceeded, VerificationFailed
from compression.engine.limits import Limits, MiB

QUEUE_BYTES = 8 * MiB


class Checker:
    """Takes chunks of `raw` content and of `output` in the order in which they came about.

    With a `codec` the output is decoded; its hash is then `decoded_sha256`. `close()` waits for all of it and raises
    what went wrong. Without a codec and not `hashed` there is nothing to do, and the hashes are empty.
    """

    def __init__(self, codec: Codec | None, limits: Limits, *, hashed: bool = True) -> None:
        self._codec = codec
        self._limits = limits
        self._hashed = hashed
        self._raw = hashlib.sha256()
        self._output = hashlib.sha256()
        self._decoded = hashlib.sha256()
        self._queue: deque[tuple[bool, Bytes]] = deque()
        self._queued = 0
        self._closed = False
        self._error: Exception | None = None
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.blocked_seconds = 0.0
        """How long the first thread waited for this one."""
        self.wall_seconds = 0.0
        self.cpu_seconds = 0.0
        self._thread.start()

    def raw(self, chunk: Bytes) -> None:
        """Hash a chunk of the original content."""
        self._put(chunk, is_output=False)

    def output(self, chunk: Bytes) -> None:
        """Hash a chunk of the output and decode it."""
        self._put(chunk, is_output=True)

    def close(self) -> None:
        """Wait until everything is checked; raises the error that was met."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join()
        if self._error:
            raise self._error

    @property
    def raw_sha256(self) -> str:
        """Of the chunks given to `raw`."""
        return self._raw.hexdigest() if self._hashed else ""

    @property
    def output_sha256(self) -> str:
        """Of the chunks given to `output`."""
        return self._output.hexdigest() if self._hashed else ""

    @property
    def decoded_sha256(self) -> str:
        """Of what the output decodes to."""
        return self._decoded.hexdigest()

    def _put(self, chunk: Bytes, *, is_output: bool) -> None:
        if not self._hashed:
            return
        with self._changed:
            if self._queued > QUEUE_BYTES and not self._error:
                started = time.perf_counter()
                self._changed.wait_for(lambda: self._queued <= QUEUE_BYTES // 2 or self._error)
                self.blocked_seconds += time.perf_counter() - started
            if self._error:
                raise self._error
            self._queue.append((is_output, chunk))
            self._queued += len(chunk)
            if len(self._queue) == 1:
                self._changed.notify_all()

    def _take(self) -> list[tuple[bool, Bytes]]:
        """All that has been put, at least one; nothing at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._closed)
            taken = list(self._queue)
            self._queue.clear()
            return taken

    def _outputs(self) -> Iterator[Bytes]:
        """The chunks of output, hashed; the raw ones are hashed in passing."""
        while True:
            waiting = time.perf_counter()
            batch = self._take()
            self.wall_seconds -= time.perf_counter() - waiting
            if not batch:
                return
            for is_output, chunk in batch:
                (self._output if is_output else self._raw).update(chunk)
                if is_output:
                    yield chunk
                with self._changed:
                    self._queued -= len(chunk)
                    self._changed.notify_all()

    def _run(self) -> None:
        started = time.perf_counter()
        try:
            if self._codec is None:
                for _ in self._outputs():
                    pass
            else:
                for piece in self._codec.decode_chunks(self._outputs(), self._limits):
                    self._decoded.update(piece)
        except LimitExceeded as error:
            self._fail(error)
        except EngineError as error:
            self._fail(VerificationFailed(f"The fresh output does not decode: {error}"))
        except Exception as error:
            self._fail(EngineError(f"Verification broke down: {error!r}"))
        self.wall_seconds += time.perf_counter() - started
        self.cpu_seconds = time.thread_time()

    def _fail(self, error: Exception) -> None:
        with self._changed:
            self._error = error
            self._changed.notify_all()
