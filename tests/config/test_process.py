"""A child process follows its parent, gives up root when told, and is started again when it ends."""

import os
import signal
import subprocess
import sys
import time
from itertools import pairwise

import psutil
import pytest

from config.services.keeper import DELAYS_S, STEADY_S, Kept, describe_end, reap_strangers, stop_all
from config.services.process import LAUNCHER, Process, empty_large_log
from core.tail import last_lines
from tests.config.places import ROOT, needs_root

ENVIRONMENT = {"PATH": os.environ["PATH"], "SECRET": "sesame"}


@pytest.fixture
def process(tmp_path):
    """Make processes that end with the test."""
    made = []

    def make(*command, **options):
        settings = {"log": tmp_path / "child.log", "folder": tmp_path, "environment": ENVIRONMENT} | options
        made.append(Process("child", command, **settings))
        return made[-1]

    yield make
    for each in made:
        each.kill()


def wait_until(condition, seconds=40.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def test_it_runs_where_and_with_what_it_is_told_and_writes_to_its_log(process, tmp_path):
    child = process("sh", "-c", "pwd; echo $SECRET; echo trouble >&2; exit 3")
    child.start()
    assert child.wait(40) == 3
    assert child.log.read_text() == f"{tmp_path}\nsesame\ntrouble\n"
    assert str(child.failure("ended")) == (
        f"child: ended\n    {tmp_path}\n    sesame\n    trouble\n  Log: {child.log}"
    )


def test_only_what_the_latest_start_wrote_is_shown(process):
    child = process("sh", "-c", "date +%s.%N")
    child.start()
    child.wait(40)
    first = child.log.read_text()
    child.start()
    child.wait(40)
    assert first.strip() not in str(child.failure("ended"))


def test_a_log_that_has_grown_large_is_set_aside(process, tmp_path, monkeypatch):
    monkeypatch.setattr("config.services.process.LOG_LIMIT_BYTES", 10)
    child = process("echo", "a long line")
    child.start()
    child.wait(40)
    child.start()
    child.wait(40)
    assert (tmp_path / "child.1.log").read_text() == child.log.read_text() == "a long line\n"


def test_a_log_that_grows_large_is_emptied_under_the_program(process, tmp_path, monkeypatch):
    script = "echo many words; while [ ! -e go ]; do sleep 0.01; done; echo and more; exec sleep 60"
    child = process("sh", "-c", script)
    child.start()
    wait_until(lambda: child.log.read_text() == "many words\n")
    empty_large_log(child.log)
    assert child.log.read_text() == "many words\n"
    monkeypatch.setattr("config.services.process.LOG_LIMIT_BYTES", 10)
    empty_large_log(child.log)
    (tmp_path / "go").touch()
    wait_until(lambda: child.log.read_text() == "and more\n")
    aside = tmp_path / "child.1.log"
    assert (aside.read_text(), aside.stat().st_mode & 0o777) == ("many words\n", 0o600)
    assert last_lines(child.log, since=1000) == ["and more"]
    empty_large_log(tmp_path / "none.log")


def test_signals_that_a_shell_or_python_ignores_have_their_usual_effect(process):
    child = process("sh", "-c", "grep -E 'Sig(Blk|Ign)' /proc/self/status")
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    try:
        child.start()
    finally:
        signal.signal(signal.SIGINT, before)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGUSR1})
    child.wait(40)
    words = child.log.read_text().split()
    assert words[::2] == ["SigBlk:", "SigIgn:"]
    of_libc = 1 << 31 | 1 << 32  # two signals that the C library keeps to itself, and nobody can set
    assert [int(mask, 16) & ~of_libc for mask in words[1::2]] == [0, 0]


def test_a_stubborn_child_is_killed(process):
    child = process("sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.05; done")
    child.start()
    wait_until(lambda: child.log.read_text() == "ready\n")
    child.stop(0.2)
    assert child.exit_code == -signal.SIGKILL


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
def test_the_child_gets_its_signal_when_the_parent_ends(tmp_path, ending):
    code = (
        "import os, signal, sys, time; from pathlib import Path; from config.services.process import Process\n"
        f"folder = Path({str(tmp_path)!r})\n"
        "script = 'trap \"echo told; exit\" INT; echo ready; while :; do sleep 0.05; done'\n"
        "child = Process('child', ['sh', '-c', script], log=folder / 'log', folder=folder,\n"
        "                environment=os.environ, orphan_signal=signal.SIGINT)\n"
        "child.start(); time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    log = tmp_path / "log"
    wait_until(lambda: log.exists() and log.read_text() == "ready\n")
    parent.send_signal(ending)
    parent.wait()
    wait_until(lambda: log.read_text() == "ready\ntold\n")


def test_a_child_whose_parent_is_gone_already_does_not_start(tmp_path):
    launched = [sys.executable, "-I", "-S", str(LAUNCHER), "1", str(int(signal.SIGTERM)), "-"]
    done = subprocess.run([*launched, "touch", tmp_path / "started"], check=False)
    assert done.returncode == 0
    assert not (tmp_path / "started").exists()


def test_a_program_that_is_not_there_says_so(process):
    child = process("no-such-program")
    child.start()
    assert child.wait(40) == 1
    assert "no-such-program cannot be started: [Errno 2]" in child.log.read_text()


@needs_root
def test_root_is_given_up_for_good(process, nobody, reachable):
    status = "grep -E '^(Uid|Gid|Groups|CapEff)' /proc/self/status"
    child = process("sh", "-c", status, account=nobody, folder=reachable)
    child.start()
    child.wait(40)
    lines = dict(line.split(":", 1) for line in child.log.read_text().splitlines())
    assert lines["Uid"].split() == [str(nobody.uid)] * 4
    assert lines["Gid"].split() == [str(nobody.gid)] * 4
    assert lines["Groups"].split() == []
    assert int(lines["CapEff"], 16) == 0


def test_what_is_killed_is_started_again_at_once(process):
    child = process("sleep", "60")
    child.start()
    said: list[str] = []
    kept = Kept(child, said.append)
    first = child.pid
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: child.exit_code is not None)
    kept.look()
    assert child.exit_code is None
    assert child.pid != first
    assert said == [f"child was ended by SIGKILL; starting it again now. Log: {child.log}"]


def test_what_keeps_ending_waits_ever_longer(process):
    now = 100.0
    child = process("false")
    kept = Kept(child, lambda _: None, clock=lambda: now)
    starts: list[float] = []
    while len(starts) <= len(DELAYS_S) + 1:
        before = child.pid
        kept.look()
        if child.pid != before:
            starts.append(now)
            child.wait(40)
        now += 0.5
    gaps = [later - earlier for earlier, later in pairwise(starts)]
    assert gaps == [0.5 + delay for delay in (*DELAYS_S, DELAYS_S[-1])]


def test_an_end_after_a_long_life_is_a_first_one_again(process):
    now = 100.0
    child = process("sleep", "60")
    kept = Kept(child, lambda _: None, clock=lambda: now)
    kept.look()
    for life in (1.0, 1.0, STEADY_S + 1):
        child.kill()
        now += life
        kept.look()
        now += DELAYS_S[-1]
        kept.look()
    assert kept.ends == 1
    assert child.exit_code is None


def test_all_stop_together_and_the_stubborn_are_killed_at_once_in_a_hurry(process, tmp_path):
    stubborn = [
        process(
            "sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.05; done", log=tmp_path / str(number)
        )
        for number in range(3)
    ]
    for child in stubborn:
        child.start()
    wait_until(lambda: all(child.log.read_text() == "ready\n" for child in stubborn))
    began = time.monotonic()
    stop_all(stubborn, 600, hurried=lambda: time.monotonic() > began + 0.2)
    assert time.monotonic() - began < 60
    assert {child.exit_code for child in stubborn} == {-signal.SIGKILL}


@pytest.mark.parametrize(
    ("code", "words"),
    [(0, "ended with exit code 0"), (-15, "was ended by SIGTERM"), (-60, "was ended by signal 60")],
)
def test_ends_in_words(code, words):
    assert describe_end(code) == words


def test_the_ends_of_strangers_are_collected_and_those_of_known_ones_left():
    known, stranger = (subprocess.Popen(["true"]) for _ in range(2))
    wait_until(
        lambda: all(psutil.Process(each.pid).status() == psutil.STATUS_ZOMBIE for each in (known, stranger))
    )
    reap_strangers([stranger.pid, known.pid])
    assert psutil.pid_exists(stranger.pid)
    known.wait()
    reap_strangers([])
    assert not psutil.pid_exists(stranger.pid)
    stranger.returncode = 0
