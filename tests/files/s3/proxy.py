"""A network between the platform and a store that can be slow, silent or cut."""

import socket
import threading
import time
from contextlib import suppress

PIECE = 65536


class Proxy:
    """Passes bytes on to `port`. `delay_s` holds each answer back; `silent` swallows what comes and says nothing."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.delay_s = 0.0
        self.silent = False
        self.cut_after: int | None = None
        """Cut the next connection that has carried so many bytes of answers."""
        self._ends: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections, and end those that are there."""
        self._listener.close()
        self.cut()

    def cut(self) -> None:
        """End all connections."""
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._ends.clear()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                try:
                    far = socket.create_connection(("127.0.0.1", self._target))
                except OSError:
                    near.close()
                    continue
                self._ends += [near, far]
                for source, target, answers in ((near, far, False), (far, near, True)):
                    threading.Thread(target=self._pass, args=(source, target, answers), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, answers: bool) -> None:
        carried = 0
        with suppress(OSError):
            while piece := source.recv(PIECE):
                if self.silent:
                    continue
                if answers:
                    time.sleep(self.delay_s)
                    carried += len(piece)
                target.sendall(piece)
                if answers and self.cut_after is not None and carried > self.cut_after:
                    self.cut_after = None
                    break
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
