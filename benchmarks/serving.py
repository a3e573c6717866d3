"""How the web process serves: `python -m benchmarks.serving [--json]`.

Starts the embedded PostgreSQL and, one after the other, the servers to compare, all over the same small site
(`benchmarks.serving_site`); traffic goes to 127.0.0.1 alone. `a2wsgi` is measured where it is installed.
"""

import argparse
import asyncio
import importlib.util
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import uvloop

from benchmarks import http_load as load
from benchmarks.http_load import InTheWay, Target

MIB = 1024 * 1024
GB = 10**9


class Server:
    """One or several web processes over one listening socket."""

    def __init__(self, kind: str, *, processes: int = 1, connections: str = "persistent") -> None:
        with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
            self.target = Target(f"http://127.0.0.1:{listener.getsockname()[1]}")
            env = {**os.environ, "WEB_FD": str(listener.fileno()), "BENCH_CONNECTIONS": connections}
            command = [sys.executable, "-m", "benchmarks.serving_site", kind]
            self._children = [
                subprocess.Popen(
                    command,
                    env=env,
                    pass_fds=[listener.fileno()],
                    stdin=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
                for _ in range(processes)
            ]

    async def ready(self) -> None:
        """Return when the server is warm."""
        for _ in range(100):
            try:
                await load.throughput(self.target, "/small", clients=8, seconds=0.5)
                return
            except OSError:
                await asyncio.sleep(0.1)
        raise RuntimeError("the server does not answer")

    def resident(self) -> list[int]:
        """Return the memory of each process in bytes."""
        return [psutil.Process(child.pid).memory_info().rss for child in self._children]

    def stop(self) -> None:
        """Stop, and see to it."""
        for child in self._children:
            child.terminate()
        for child in self._children:
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    @contextmanager
    def watched(self) -> Iterator[list[int]]:
        """Yield a list that in the end has by how many bytes each process grew at its peak."""
        before, growth, ended = self.resident(), [0] * len(self._children), threading.Event()

        def watch() -> None:
            while not ended.wait(0.02):
                for index, now in enumerate(self.resident()):
                    growth[index] = max(growth[index], now - before[index])

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            yield growth
        finally:
            ended.set()
            thread.join()


def figures(latencies: list[float]) -> dict[str, float]:
    """Return median and 95th percentile in milliseconds."""
    cuts = statistics.quantiles(latencies, n=100)
    return {
        "p50_ms": round(cuts[49] * 1000, 1),
        "p95_ms": round(cuts[94] * 1000, 1),
        "p99_ms": round(cuts[98] * 1000, 1),
    }


def slow_clients(target: Target) -> InTheWay:
    """Return 30 of them: ten wait, ten download, ten upload or stream."""
    kinds: list[Callable[[], Awaitable[None]]] = [partial(load.slow_wait, target, "/wait")] * 10
    kinds += [partial(load.slow_download, target, f"/download/{64 * MIB}")] * 10
    kinds += [partial(load.slow_upload, target, "/upload", size=500_000)] * 4
    kinds += [partial(load.slow_upload, target, "/upload", size=200 * MIB)] * 3
    kinds += [partial(load.slow_stream, target, "/api/v1/compression/stream")] * 3
    return InTheWay(kinds)


async def measure_rate(kind: str, connections: str, seconds: float) -> dict[str, Any]:
    """Return requests a second of one process with eight busy clients."""
    server = Server(kind, connections=connections)
    try:
        await server.ready()
        rate, latencies = await load.throughput(server.target, "/small", clients=8, seconds=seconds)
        hello, _ = await load.throughput(server.target, "/hello", clients=8, seconds=seconds / 2)
    finally:
        server.stop()
    return {
        "server": kind,
        "connections": connections,
        "requests_s": round(rate),
        "hello_s": round(hello),
        **figures(latencies),
    }


async def measure_slow(kind: str, processes: int, seconds: float) -> list[dict[str, Any]]:
    """Return the latency of a small read alone, and beside 30 slow clients."""
    server = Server(kind, processes=processes)
    rows = []
    try:
        await server.ready()
        ask = partial(load.steady, server.target, "/small", clients=8, every=0.1, seconds=seconds)
        rows.append({"server": kind, "processes": processes, "slow_clients": 0, **figures(await ask())})
        async with slow_clients(server.target):
            try:
                found = figures(await asyncio.wait_for(ask(), 3 * seconds))
            except TimeoutError:
                found = {"p50_ms": float("inf"), "p95_ms": float("inf"), "p99_ms": float("inf")}
        rows.append({"server": kind, "processes": processes, "slow_clients": 30, **found})
    finally:
        server.stop()
    return rows


async def measure_memory(size: int) -> list[dict[str, Any]]:
    """Return what a large upload and a large download cost."""
    server = Server("bridge")
    rows = []
    try:
        await server.ready()
        with server.watched() as growth:
            status, seconds = await load.large_upload(server.target, "/upload", size)
        assert status == 200, status
        rows.append({"direction": "up", "bytes": size, "seconds": seconds, "growth_mb": max(growth) / 1e6})
        with server.watched() as growth:
            status, got, seconds = await load.large_download(server.target, f"/download/{size}")
        assert (status, got) == (200, size)
        rows.append({"direction": "down", "bytes": size, "seconds": seconds, "growth_mb": max(growth) / 1e6})
    finally:
        server.stop()
    return rows


async def measure(seconds: float, size: int) -> dict[str, Any]:
    """Return all figures."""
    kinds = ["bridge", *(["a2wsgi"] if importlib.util.find_spec("a2wsgi") else []), "asgi"]
    rates = [await measure_rate(kind, "persistent", seconds) for kind in kinds]
    rates += [
        await measure_rate("bridge", connections, seconds) for connections in ("checked", "pool", "new")
    ]
    slow = [row for kind in kinds for row in await measure_slow(kind, 1, seconds)]
    slow += await measure_slow("bridge", 2, seconds)
    return {"cores": os.cpu_count(), "rates": rates, "slow": slow, "memory": await measure_memory(size)}


def prepare(data: Path) -> Any:
    """Start the database and make the tables of the site; return what is to be stopped."""
    from config.services import Services

    services = Services(data, durable=False)
    services.start()
    os.environ["DATABASE_URL"] = services.database_url
    subprocess.run([sys.executable, "-m", "benchmarks.serving_site", "migrate"], check=True)
    return services


def table(rows: list[dict[str, Any]]) -> str:
    """Return rows as a Markdown table."""
    names = list(rows[0])
    lines = [names, ["---"] * len(names)]
    lines += [
        [f"{value:.1f}" if isinstance(value, float) else str(value) for value in row.values()] for row in rows
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--seconds", type=float, default=10, help="length of each measurement")
    parser.add_argument("--size", type=int, default=GB, help="bytes to send up and down")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-serving-") as folder:
        services = prepare(Path(folder) / "data")
        try:
            found = uvloop.run(measure(options.seconds, options.size // MIB * MIB))
        finally:
            services.stop()
    if options.json:
        print(json.dumps(found, indent=2))
        return
    print(f"{found.pop('cores')} cores, shared by server, database and clients; {time.strftime('%Y-%m-%d')}")
    for name, rows in found.items():
        print(f"\n{name}\n\n{table(rows)}")


if __name__ == "__main__":
    main()
