"""Fixtures of the engine's tests: a codec host that also knows the hostile codecs."""

import time
from collections.abc import Iterator

import psutil
import pytest

from compression.engine.isolation import calls, encode_bytes
from compression.engine.isolation.private import PrivateHost


class HostUnderTest:
    """The running host, and the children it has."""

    def __init__(self, host: PrivateHost) -> None:
        self._host = host

    @property
    def pid(self) -> int:
        """Of the host."""
        assert self._host.process_id
        return self._host.process_id

    def running(self) -> list[psutil.Process]:
        """The children at this moment."""
        return psutil.Process(self.pid).children()

    def children(self) -> list[psutil.Process]:
        """The children that are still there after a while; a finished call's ends at once."""
        end = time.monotonic() + 40
        while (left := self.running()) and time.monotonic() < end:
            time.sleep(0.01)
        return left


@pytest.fixture(scope="session")
def _shared_host() -> Iterator[PrivateHost]:
    host = PrivateHost(("tests.compression.engine.hostile_host",))
    yield host
    host.close()


@pytest.fixture(scope="session")
def _shared_engine_host() -> Iterator[PrivateHost]:
    host = PrivateHost(("compression.engine.loaded", "tests.compression.engine.hostile_host"))
    yield host
    host.close()


@pytest.fixture
def hostile_engine_host(_shared_engine_host: PrivateHost, monkeypatch: pytest.MonkeyPatch) -> HostUnderTest:
    """The same, with all of the engine loaded, for calls of every sort."""
    monkeypatch.delenv("CODEC_HOST", raising=False)
    for name in ("private_host", "engine_host"):
        monkeypatch.setattr(calls, name, _shared_engine_host)
    _shared_engine_host.address()
    encode_bytes({"id": "dcz"}, b"")  # waits until all is loaded
    return HostUnderTest(_shared_engine_host)


@pytest.fixture
def hostile_host(_shared_host: PrivateHost, monkeypatch: pytest.MonkeyPatch) -> HostUnderTest:
    """Calls go to a host that knows the hostile codecs."""
    monkeypatch.delenv("CODEC_HOST", raising=False)
    monkeypatch.setattr(calls, "private_host", _shared_host)
    _shared_host.address()
    return HostUnderTest(_shared_host)
