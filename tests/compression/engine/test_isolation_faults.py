"""Crashes, deaths and forks: each ends one call and no more."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from compression.engine.errors import CodecCrashed, EngineError, HostUnavailable
from compression.engine.isolation import calls, decode_bytes, encode_bytes
from compression.engine.isolation.private import PROJECT, PrivateHost
from tests.compression.engine.hostile import Hostile
from tests.compression.engine.samples import prose

DATA = prose(50_000)


def wait_until(condition, seconds: float = 40.0) -> bool:
    """Whether `condition` becomes true in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def works() -> bool:
    """Whether a call succeeds."""
    return decode_bytes({"id": "zstd"}, encode_bytes({"id": "zstd"}, DATA)[0])[0] == DATA


@pytest.mark.parametrize(
    ("action", "number"),
    [
        ("segfault", signal.SIGSEGV),
        ("thread crash", signal.SIGSEGV),
        ("abort", signal.SIGABRT),
        ("kill", signal.SIGKILL),
        ("exit", 0),
    ],
)
def test_a_crash_ends_its_call_only(action: str, number: int, hostile_host):
    with pytest.raises(CodecCrashed) as caught:
        encode_bytes(Hostile(action), DATA)
    assert caught.value.signal == number
    assert works()
    assert hostile_host.children() == []


def test_a_bug_is_told(hostile_host):
    with pytest.raises(EngineError, match="ZeroDivisionError"):
        encode_bytes(Hostile("raise"), DATA)
    assert works()


def test_a_killed_child_is_told(hostile_host):
    assert hostile_host.children() == []
    caught: list[CodecCrashed] = []

    def call() -> None:
        try:
            encode_bytes(Hostile("sleep"), DATA)
        except CodecCrashed as error:
            caught.append(error)

    thread = threading.Thread(target=call)
    thread.start()
    assert wait_until(hostile_host.running)
    hostile_host.running()[0].kill()
    thread.join(40)
    assert [error.signal for error in caught] == [signal.SIGKILL]


def test_a_caller_that_dies_takes_its_child_along(hostile_host):
    assert hostile_host.children() == []
    pid = os.fork()
    if pid == 0:
        try:
            encode_bytes(Hostile("sleep"), DATA)
        finally:
            os._exit(1)
    assert wait_until(hostile_host.running)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    assert hostile_host.children() == []


def test_a_dead_host_is_told_and_the_next_call_starts_another(monkeypatch):
    host = PrivateHost(("tests.compression.engine.hostile_host",))
    monkeypatch.setattr(calls, "private_host", host)
    assert works()
    first = host.process_id
    assert first
    threading.Timer(0.3, os.kill, (first, signal.SIGKILL)).start()
    with pytest.raises(HostUnavailable):
        encode_bytes(Hostile("sleep"), DATA)
    assert works()
    assert host.process_id != first
    assert host.process_id
    os.kill(host.process_id, signal.SIGKILL)
    assert works()
    host.close()


def test_a_forked_process_uses_the_host_of_its_parent(hostile_host):
    assert works()
    pid = os.fork()
    if pid == 0:
        os._exit(0 if works() else 1)
    assert os.waitpid(pid, 0)[1] == 0
    assert works()


def test_a_forked_process_whose_parent_has_none_starts_its_own(monkeypatch):
    monkeypatch.setattr(calls, "private_host", PrivateHost())
    pid = os.fork()
    if pid == 0:
        os._exit(0 if works() else 1)
    assert os.waitpid(pid, 0)[1] == 0


SCRIPT = """
import os, signal
from compression.engine.isolation import calls, encode_bytes
encode_bytes({"id": "zstd"}, b"data")
print(calls.private_host.process_id, flush=True)
signal.pause()
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_private_host_ends_with_its_process(number: signal.Signals):
    environment = {name: value for name, value in os.environ.items() if name != "CODEC_HOST"}
    owner = subprocess.Popen(
        [sys.executable, "-c", SCRIPT], stdout=subprocess.PIPE, text=True, cwd=PROJECT, env=environment
    )
    assert owner.stdout
    host = psutil.Process(int(owner.stdout.readline()))
    owner.send_signal(number)
    owner.wait(40)
    owner.stdout.close()
    assert wait_until(lambda: not host.is_running() or host.status() == psutil.STATUS_ZOMBIE)


def start_host(path: Path) -> subprocess.Popen[bytes]:
    """A host as the supervisor starts it, ready to serve."""
    command = [sys.executable, "-m", "compression.engine.isolation.host", "--socket", str(path)]
    host = subprocess.Popen(command, cwd=PROJECT)
    assert wait_until(path.exists)
    return host


def test_a_shared_host_on_a_path(tmp_path: Path, monkeypatch):
    path = tmp_path / "host.sock"
    monkeypatch.setenv("CODEC_HOST", str(path))
    host = start_host(path)
    try:
        assert path.stat().st_mode & 0o777 == 0o600
        assert works()
        second = subprocess.run(
            host.args, cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False
        )
        assert second.returncode != 0
        assert "already listens" in second.stderr
        host.send_signal(signal.SIGTERM)
        assert host.wait(40) == 0
        assert not path.exists()
    finally:
        host.kill()
        host.wait()


def test_a_shared_host_that_is_started_again_is_waited_for(tmp_path: Path, monkeypatch):
    path = tmp_path / "host.sock"
    monkeypatch.setenv("CODEC_HOST", str(path))
    host = start_host(path)
    host.kill()
    host.wait()
    assert path.exists(), "a killed host leaves its socket"
    again: list[subprocess.Popen[bytes]] = []
    threading.Timer(0.3, lambda: again.append(start_host(path))).start()
    assert works()
    again[0].kill()
    again[0].wait()


def test_an_absent_host_is_told(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("CODEC_HOST", str(tmp_path / "nothing.sock"))
    monkeypatch.setattr(calls, "CONNECT_SECONDS", 0.2)
    with pytest.raises(HostUnavailable):
        encode_bytes({"id": "zstd"}, DATA)
