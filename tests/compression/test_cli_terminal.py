"""The command line on a terminal, interrupted, and read by nobody any more."""

import os
import pty
import signal
import subprocess
import time
from collections.abc import Iterator
from io import FileIO
from pathlib import Path
from typing import Any

import pytest

from compression.cli import places
from tests.compression.test_cli import COMMAND, ENV, TEXT

PATIENCE_S = 30


@pytest.fixture(autouse=True)
def _interruptible() -> Iterator[None]:
    """Let processes made here heed SIGINT: a shell without job control has its background jobs ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    """A file that takes seconds."""
    path = tmp_path / "slow.bin"
    path.write_text(os.urandom(4_000_000).hex())
    return path


def on_terminal(*arguments: str, cwd: Path) -> tuple[int, str]:
    """Return exit code and all that a terminal was shown."""
    screen, terminal = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, *arguments], stdin=terminal, stdout=terminal, stderr=terminal, cwd=cwd, env=ENV
    )
    os.close(terminal)
    shown = b""
    try:
        while piece := os.read(screen, 65536):
            shown += piece
    except OSError:  # nobody writes to it any more
        pass
    os.close(screen)
    return process.wait(PATIENCE_S), shown.decode()


def test_a_terminal_shows_how_far_it_is(slow: Path) -> None:
    one_stream = ["-a", "xz", "-l", "1", "--threads", "0"]
    code, shown = on_terminal("compress", *one_stream, "slow.bin", cwd=slow.parent)
    assert code == 0, shown
    drawn = [line for line in shown.split("\r\x1b[K") if "MB/s" in line]
    assert drawn
    assert all(line.startswith("slow.bin  [") and " %" in line for line in drawn)
    assert "verified: slow.bin.xz" in shown.rsplit("\x1b[K", 2)[1]
    quiet, nothing = on_terminal("compress", "-q", "-f", "-l", "1", "slow.bin", cwd=slow.parent)
    assert (quiet, nothing) == (0, "")


def test_text_is_shown_on_a_terminal_and_compressed_bytes_are_not(tmp_path: Path) -> None:
    (tmp_path / "fox.txt").write_bytes(TEXT[:60])
    assert on_terminal("compress", "fox.txt", cwd=tmp_path)[0] == 0
    refused, shown = on_terminal("compress", "-c", "fox.txt", cwd=tmp_path)
    assert refused == 1
    assert "not written to a terminal" in shown
    assert on_terminal("decompress", "-c", "fox.txt.zst", cwd=tmp_path) == (0, TEXT[:60].decode())
    code, shown = on_terminal("decompress", cwd=tmp_path)
    assert code == 2
    assert "name files or folders" in shown


@pytest.mark.parametrize(
    ("number", "code", "word"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
)
def test_an_interrupt_leaves_nothing_half_written(
    slow: Path, number: signal.Signals, code: int, word: str
) -> None:
    process = subprocess.Popen(
        [*COMMAND, "compress", "-a", "xz", "-l", "9", "slow.bin"],
        stderr=subprocess.PIPE,
        cwd=slow.parent,
        env=ENV,
    )
    deadline = time.monotonic() + PATIENCE_S
    while not list(slow.parent.glob(".slow.bin*")):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(number)
    assert process.wait(PATIENCE_S) == code
    assert process.stderr is not None
    with process.stderr as said:
        assert said.read().decode() == f"dynacomp: {word}; nothing half-written was left\n"
    assert [path.name for path in slow.parent.iterdir()] == ["slow.bin"]


@pytest.mark.slow
def test_an_interrupt_at_any_moment_of_the_start_ends_it_without_a_trace(tmp_path: Path) -> None:
    subprocess.run(["scripts/install-cli.sh", tmp_path], capture_output=True, timeout=60, check=True)
    for milliseconds in range(5, 205, 8):
        process = subprocess.Popen(
            [tmp_path / "dynacomp", "formats"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        time.sleep(milliseconds / 1000)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=PATIENCE_S)
        assert process.returncode in (-signal.SIGINT, 130, 0), (milliseconds, said)
        assert b"Traceback" not in said, (milliseconds, said)


def test_nor_does_one_in_the_moment_the_file_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def made(*args: Any, **options: Any) -> None:
        FileIO(*args, **options).close()
        raise KeyboardInterrupt

    monkeypatch.setattr(places, "FileIO", made)
    with pytest.raises(KeyboardInterrupt), places.output(tmp_path / "out", force=False):
        pytest.fail("it was interrupted before")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [("compress", "-c", "-a", "store", "slow.bin"), ("decompress", "-c", "-a", "store", "slow.bin")],
)
def test_a_reader_that_leaves_ends_it_quietly(slow: Path, arguments: tuple[str, ...]) -> None:
    process = subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=slow.parent, env=ENV
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.read(10)
    process.stdout.close()
    assert process.wait(PATIENCE_S) == 1
    with process.stderr as said:
        assert said.read() == b""


def test_a_reader_of_the_list_that_leaves_ends_it_quietly() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as nobody:
        done = subprocess.run(
            [*COMMAND, "formats"], stdout=nobody, stderr=subprocess.PIPE, env=ENV, timeout=60, check=False
        )
    assert (done.returncode, done.stderr) == (1, b"")
