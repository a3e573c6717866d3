"""The time that a whole post may take, whatever it is spent on."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_network
from typing import Any

import pytest

from core.notifications import addresses, posting
from tests.core.notifications.servers import Receiver

DRIPS_S = 20.0


@pytest.fixture(autouse=True)
def impatient(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a second for all of it, and the own machine allowed."""
    settings.WEBHOOK_PRIVATE_NETWORKS = [ip_network("127.0.0.0/8")]
    monkeypatch.setattr(posting, "WHOLE_S", 0.5)


@contextmanager
def dripping(first: bytes, drop: bytes) -> Iterator[int]:
    """Give the port of a server that says `first` and then `drop` again and again."""

    def serve() -> None:
        with suppress(OSError), listening.accept()[0] as taken:
            taken.sendall(first)
            until = time.monotonic() + DRIPS_S
            while time.monotonic() < until:
                taken.sendall(drop)
                time.sleep(0.05)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=serve, daemon=True).start()
        yield listening.getsockname()[1]


def is_cut_off(url: str) -> bool:
    """Post, and say whether that ended by the limit and long before the other side does."""
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        posting.post(url, b"{}", {})
    return time.monotonic() - began < DRIPS_S / 2


def test_a_handshake_that_drips_is_cut_off() -> None:
    with dripping(b"\x16\x03\x03\x3f\xff\x02\x00\x3f\xfb", b"\x00") as port:
        assert is_cut_off(f"https://127.0.0.1:{port}/")


def test_one_that_says_to_continue_for_ever_is_cut_off() -> None:
    with dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n") as port:
        assert is_cut_off(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize("slow", ["resolve", "connect"])
def test_time_that_is_up_before_there_is_a_socket_counts(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, slow: str
) -> None:
    def late(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            time.sleep(0.8)
            return real(*args, **kwargs)

        return call

    if slow == "resolve":
        monkeypatch.setattr(addresses, "resolve", late(addresses.resolve))
    else:
        monkeypatch.setattr(socket, "create_connection", late(socket.create_connection))
    assert is_cut_off(receiver.url)
    assert receiver.received == []


def test_a_lookup_that_hangs_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(posting, "STEP_S", 0.2)
    monkeypatch.setattr(addresses, "resolve", lambda host, port: over.wait(DRIPS_S) and "127.0.0.1")
    assert is_cut_off("http://hangs.example.org/")
    over.set()


def test_what_is_quick_arrives(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "WHOLE_S", 15.0)
    assert posting.post(receiver.url, b"{}", {}) == posting.Answer(200, "so be it")
