"""A large file through `POST /compression/stream` and back over loopback, beside `zstd -3 -T1` on the same file.

    python -m benchmarks.stream [--file PATH] [--rounds N] [--url http://127.0.0.1:8000, with TOKEN]

Without an address a platform is started for it. The two take turns, so that whatever else the machine does meets both.
The body is sent in chunks while the answer is read; the answer is compared by its SHA-256 once, outside of the measured
rounds.
"""

import argparse
import hashlib
import http.client
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil

from benchmarks.figures import Watch, table
from benchmarks.material import write_mixed
from benchmarks.platform import platform
from benchmarks.serving_platform import Platform

MIB = 1024 * 1024
CHUNK = 256 * 1024
PATH = "/api/v1/compression/stream"


class Streams:
    """A client that sends and receives at the same time."""

    def __init__(self, url: str, token: str) -> None:
        self._address = urlsplit(url).netloc
        self._token = token

    def pass_through(self, query: str, source: Path, take: Callable[[bytes], object]) -> None:
        """Send a file; `take` gets what comes back."""
        connection = http.client.HTTPConnection(self._address, timeout=120)
        connection.putrequest("POST", f"{PATH}?{query}")
        connection.putheader("Authorization", f"Bearer {self._token}")
        connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders()
        sender = threading.Thread(target=_send, args=(connection.sock, source))
        sender.start()
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        buffer = bytearray(CHUNK)
        while count := answer.readinto(buffer):
            take(memoryview(buffer)[:count])  # type: ignore[arg-type]
        sender.join()
        connection.close()


def _send(socket: Any, path: Path) -> None:
    """Send the file in chunks of HTTP, from the kernel's cache to the socket."""
    with path.open("rb") as file:
        left = path.stat().st_size
        while left:
            size = min(CHUNK, left)
            socket.sendall(b"%x\r\n" % size)
            socket.sendfile(file, path.stat().st_size - left, size)
            socket.sendall(b"\r\n")
            left -= size
    socket.sendall(b"0\r\n\r\n")


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Clock:
    """Wall time of a block, and the CPU time that the platform and this process with its children spent in it."""

    def __init__(self, platform: Platform) -> None:
        self._processes = platform.processes

    def __enter__(self) -> "Clock":
        self._began, self._platform, self._own = time.perf_counter(), self._spent(), _own_spent()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall = time.perf_counter() - self._began
        # A process that has ended is among the children of the one that made it.
        self.platform = sum(spent - self._platform.get(pid, 0) for pid, spent in self._spent().items())
        self.own = _own_spent() - self._own

    def _spent(self) -> dict[int, float]:
        found = {}
        for pid in self._processes():
            with suppress(psutil.NoSuchProcess):
                times = psutil.Process(pid).cpu_times()
                found[pid] = times.user + times.system + times.children_user + times.children_system
        return found


def _own_spent() -> float:
    uses = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(use.ru_utime + use.ru_stime for use in uses)


def measured(name: str, size: int, rounds: list[Clock], reference: str = "") -> dict[str, Any]:
    """Return a row: the median round in MB/s of original bytes, its spread and its CPU seconds for each GB."""
    speeds = sorted(size / 1e6 / clock.wall for clock in rounds)
    median = statistics.median(speeds)
    cpu = statistics.median(clock.platform + clock.own for clock in rounds)
    return {
        "what": name,
        "MB/s": round(median),
        "slowest – fastest": f"{speeds[0]:.0f} – {speeds[-1]:.0f}",
        "CPU s a GB": round(cpu / size * 1e9, 2),
        "share": reference,
    }


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--url", default="")
    parser.add_argument("--file", type=Path, help="default: 512 MiB of mixed content")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with platform(options.url) as (url, token), tempfile.TemporaryDirectory() as folder:
        watched, streams = Platform(url, token), Streams(url, token)
        source = options.file or write_mixed(Path(folder) / "mixed", 512 * MIB, seed=1)
        packed, back = Path(folder) / "packed.zst", hashlib.sha256()
        with packed.open("wb") as file:
            streams.pass_through("algorithm=zstd&level=3", source, file.write)
        streams.pass_through("operation=decompress", packed, back.update)
        assert back.hexdigest() == digest(source), "other bytes came back"
        zstd = ["zstd", "-q", "-c"]
        calls: dict[str, Callable[[], object]] = {
            "zstd -3 -T1": lambda: subprocess.run(
                [*zstd, "-3", "-T1", source], stdout=subprocess.DEVNULL, check=True
            ),
            "stream, compress": lambda: streams.pass_through("algorithm=zstd&level=3", source, len),
            "zstd -d": lambda: subprocess.run([*zstd, "-d", packed], stdout=subprocess.DEVNULL, check=True),
            "stream, decompress": lambda: streams.pass_through("operation=decompress", packed, len),
        }
        rounds: dict[str, list[Clock]] = {name: [] for name in calls}
        with Watch(watched.processes()) as watch:
            for _ in range(options.rounds):
                for name, call in calls.items():
                    with Clock(watched) as clock:
                        call()
                    rounds[name].append(clock)
        _print(rounds, source.stat().st_size, watch.most)
    return 0


def _print(rounds: dict[str, list[Clock]], size: int, growth: int) -> None:
    rows = []
    for name, clocks in rounds.items():
        beside = [old.wall / new.wall for old, new in zip(rounds["zstd -3 -T1"], clocks, strict=True)]
        rows.append(measured(name, size, clocks, f"{statistics.median(beside):.0%} of zstd -3 -T1"))
    print(f"{size:,} bytes, {len(rounds['zstd -d'])} rounds in turns; medians; 1 MB = 10^6 original bytes\n")
    print(table(rows))
    print(f"\nNo process of the platform grew by more than {growth / 1e6:.1f} MB.")


if __name__ == "__main__":
    sys.exit(main())
