"""How the web process serves: `python -m benchmarks.serving [--url http://127.0.0.1:8000 --token TOKEN] [--json]`.

With an address, a running platform is measured through its API. Without one, the embedded PostgreSQL is started and,
one after the other, the servers to compare, all over the same small site (`benchmarks.serving_site`); `a2wsgi` is
compared where it is installed. Server, database and clients share the machine.
"""

import argparse
import asyncio
import importlib.util
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import uvloop

from benchmarks import http_load as load
from benchmarks.figures import Watch, figures, table
from benchmarks.http_load import InTheWay, Target
from benchmarks.serving_platform import Platform, measure_platform

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

    def pids(self) -> list[int]:
        """Return the numbers of the processes."""
        return [child.pid for child in self._children]

    def cpu_seconds(self) -> float:
        """Return the processor time that the processes have had."""
        times = [psutil.Process(pid).cpu_times() for pid in self.pids()]
        return sum(spent.user + spent.system for spent in times)

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


def slow_clients(target: Target) -> InTheWay:
    """Return 30 of them: ten wait, ten download, ten upload or stream."""
    kinds: list[Callable[[], Awaitable[None]]] = [partial(load.slow_wait, target, "/wait")] * 10
    kinds += [partial(load.slow_download, target, f"/download/{64 * MIB}")] * 10
    kinds += [partial(load.slow_upload, target, "/upload", size=500_000)] * 4
    kinds += [partial(load.slow_upload, target, "/upload", size=200 * MIB)] * 3
    kinds += [partial(load.slow_stream, target, "/api/v1/compression/stream")] * 3
    return InTheWay(kinds)


async def measure_rate(kind: str, connections: str, seconds: float) -> dict[str, Any]:
    """Return what one process does for eight busy clients, and what that costs it.

    Milliseconds of processor time tell more than requests a second where something else runs on the machine.
    """
    server = Server(kind, connections=connections)
    row: dict[str, Any] = {"server": kind, "connections": connections}
    try:
        await server.ready()
        for name, path in (("query", "/small"), ("hello", "/hello"), ("static", "/static/app.css")):
            before = server.cpu_seconds()
            rate, latencies = await load.throughput(server.target, path, clients=8, seconds=seconds)
            row[f"{name}_s"] = round(rate)
            row[f"{name}_cpu_ms"] = round((server.cpu_seconds() - before) * 1000 / len(latencies), 2)
    finally:
        server.stop()
    return row


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
                found: dict[str, Any] = {**figures(await asyncio.wait_for(ask(), 3 * seconds))}
            except TimeoutError:
                found = dict.fromkeys(("p50_ms", "p95_ms", "p99_ms"), "no answer")
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
        with Watch(server.pids()) as watch:
            status, seconds = await load.large_upload(server.target, "/upload", size)
        assert status == 200, status
        rows.append({"direction": "up", "bytes": size, "seconds": seconds, "growth_mb": watch.most / 1e6})
        with Watch(server.pids()) as watch:
            status, got, seconds = await load.large_download(server.target, f"/download/{size}")
        assert (status, got) == (200, size)
        rows.append({"direction": "down", "bytes": size, "seconds": seconds, "growth_mb": watch.most / 1e6})
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
    return {"rates": rates, "slow": slow, "memory": await measure_memory(size)}


def measure_servers(seconds: float, size: int) -> dict[str, Any]:
    """Measure all of it over a database of its own."""
    with tempfile.TemporaryDirectory(prefix="bench-serving-") as folder:
        services = prepare(Path(folder) / "data")
        try:
            return uvloop.run(measure(seconds, size))
        finally:
            services.stop()


def prepare(data: Path) -> Any:
    """Start the database and make the tables of the site; return what is to be stopped."""
    from config.services import Services

    static = data.parent / "static"
    static.mkdir()
    (static / "app.css").write_bytes(b"a" * 30_000)
    os.environ["BENCH_STATIC"] = str(static)
    services = Services(data, durable=False)
    services.start()
    os.environ["DATABASE_URL"] = services.database_url
    subprocess.run([sys.executable, "-m", "benchmarks.serving_site", "migrate"], check=True)
    return services


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="a running platform to measure")
    parser.add_argument(
        "--token", default="", help="of an account there; files are made and deleted under it"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--seconds", type=float, default=10, help="length of each measurement")
    parser.add_argument("--size", type=int, default=GB, help="bytes to send up and down")
    options = parser.parse_args()
    size = options.size // MIB * MIB
    if options.url:
        platform = Platform(options.url, options.token)
        found = uvloop.run(measure_platform(platform, options.seconds, size))
    else:
        found = measure_servers(options.seconds, size)
    if options.json:
        print(json.dumps(found, indent=2))
        return
    print(f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores")
    for name, rows in found.items():
        print(f"\n{name}\n\n{table(rows)}")


if __name__ == "__main__":
    main()
