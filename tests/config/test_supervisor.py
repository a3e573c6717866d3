"""The platform as `make run` starts it: it keeps itself running, and leaves nothing behind however it ends."""

import signal
import socket
import stat
import subprocess
import sys
import time

import psutil
import pytest

from tests.config.places import ROOT
from tests.config.running import Running, await_none

pytestmark = pytest.mark.slow


def wait_until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def still_runs(process):
    try:
        return process.status() != psutil.STATUS_ZOMBIE  # those wait for their turn with the first process
    except psutil.NoSuchProcess:
        return False


def refused(data, **environment):
    """Start a supervisor that is expected to refuse; return its exit code and words."""
    other = Running(data, **environment)
    other.start()
    return other.process.wait(60), other.text()


def test_it_starts_signs_in_replaces_what_is_killed_and_stops(reachable):
    data = reachable / "data"
    with Running(data) as platform:
        platform.await_ready()
        password = (data / "admin-password").read_text().strip()
        assert len(password) >= 12
        assert stat.S_IMODE((data / "admin-password").stat().st_mode) == 0o600
        assert f"First sign-in: admin / {password}" in platform.text()
        assert platform.get("/api/v1/health/ready")[0] == 200
        assert stat.S_IMODE((data / "run" / "services.json").stat().st_mode) == 0o600

        code, words = refused(data)
        assert code == 1
        assert words == f"Dynacomp is already running in {data}. (process {platform.process.pid})\n"
        port = platform.services()["PORT"]
        code, words = refused(reachable / "other", PORT=port)
        assert code == 1
        assert words.startswith(f"Port {port} on 127.0.0.1 is in use")

        (worker,) = platform.children("manage.py worker")
        worker.kill()
        wait_until(lambda: [child for child in platform.children("manage.py worker") if child != worker])
        assert "worker-1 was ended by SIGKILL; starting it again now." in platform.text()

        platform.end(signal.SIGTERM)
        assert platform.process.returncode == 0
    assert await_none(reachable, 0) == []
    assert not (data / "run" / "services.json").exists()


def test_killed_it_leaves_nothing_and_the_next_start_finds_everything(reachable):
    data = reachable / "data"
    with Running(data) as platform:
        platform.await_ready()
        descendants = psutil.Process(platform.process.pid).children(recursive=True)
        password = (data / "admin-password").read_text()
        platform.end(signal.SIGKILL)
        wait_until(lambda: not any(still_runs(process) for process in descendants))
    with Running(data) as again:
        again.await_ready()
        assert "First sign-in" not in again.text()
        assert (data / "admin-password").read_text() == password
        again.end(signal.SIGINT)
    assert await_none(reachable, 0) == []


def test_it_ends_with_its_parent_where_that_is_wanted(reachable):
    data = reachable / "data"
    code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-m', 'config.services.supervisor', '--follow-parent'])\n"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    environment = Running(data).environment
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment, stdout=subprocess.PIPE)
    assert parent.stdout
    supervisor = psutil.Process(int(parent.stdout.readline()))
    wait_until(lambda: (data / "run").is_dir())
    parent.kill()
    parent.communicate()
    wait_until(lambda: not still_runs(supervisor))
    assert await_none(reachable, 40) == []


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"PORT": "many"}, "PORT='many' is not a whole number"),
        ({"WORKERS": "0"}, "WORKERS='0' is not between 1 and 256"),
        ({"HOST": "no.such.host.invalid"}, "HOST=no.such.host.invalid is no address"),
        ({"DATABASE_URL": "postgresql://127.0.0.1:1/x"}, "prepare: the database cannot be prepared"),
    ],
)
def test_what_cannot_be_started_is_refused_in_words_and_ends(reachable, variables, words):
    code, said = refused(reachable / "data", **variables)
    assert code == 1
    assert words in said
    assert await_none(reachable, 0) == []


def test_a_port_in_use_is_named(reachable):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, said = refused(reachable / "data", PORT=str(port))
    assert code == 1
    assert said == f"Port {port} on 127.0.0.1 is in use. Choose another one: make run PORT={port + 1}\n"
