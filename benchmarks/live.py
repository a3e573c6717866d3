"""The live stream with many clients at once, and one that never reads.

    python -m benchmarks.live [--clients 200] [--seconds 30] [--url http://127.0.0.1:8000, with TOKEN]

Without an address a platform is started for it. What is published is heard at Redis too: a client has lost what was
published and is not told to it, and is told it late by the time from the sampler's sending to the client's reading.
"""

import argparse
import asyncio
import contextlib
import json
import socket
import time
from typing import Any
from urllib.parse import urlsplit

import psutil
from redis.asyncio import Redis
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.figures import figures, table
from benchmarks.platform import platform
from benchmarks.serving_platform import Platform
from metrics.live.publishing import CHANNEL

STREAM = "/api/v1/live-metrics/stream"
# What different pages ask for.
WANTED = (["*"], ["system.*"], ["compression.*", "system.cpu_percent"], ["queue.*", "jobs.*", "component.*"])
SETTLING_S = 5.0
GOAL_MS = 250

Heard = list[tuple[float, str | bytes]]


class Clients:
    """Clients that listen, and one that does not."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url.replace("http", "ws", 1) + STREAM
        self._headers = {"Authorization": f"Bearer {token}"}
        self.heard: list[Heard] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._open: list[ClientConnection] = []

    async def come(self, number: int) -> None:
        """Have so many of them listen, and one more."""
        for index in range(number):
            connection = await self._subscribed(WANTED[index % len(WANTED)])
            heard: Heard = []
            self.heard.append(heard)
            self._tasks.append(asyncio.create_task(self._listen(connection, heard)))
        await self._subscribed(["*"], sock=await self._narrow(), max_queue=1)

    async def leave(self) -> None:
        """End."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for connection in self._open:
            connection.transport.abort()

    async def _subscribed(self, patterns: list[str], **options: Any) -> ClientConnection:
        connection = await connect(self._url, additional_headers=self._headers, open_timeout=60, **options)
        self._open.append(connection)
        await connection.send(json.dumps({"subscribe": patterns, "interval_ms": 1000}))
        return connection

    async def _narrow(self) -> socket.socket:
        made = socket.socket()
        made.setblocking(False)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        parts = urlsplit(self._url)
        await asyncio.get_running_loop().sock_connect(made, (parts.hostname or "127.0.0.1", parts.port or 80))
        return made

    @staticmethod
    async def _listen(connection: ClientConnection, heard: Heard) -> None:
        while True:
            text = await connection.recv()
            heard.append((time.time(), text))


async def published(redis_url: str, sent: dict[str, float]) -> None:
    """Note when each sample was sent."""
    async with Redis.from_url(redis_url) as redis, redis.pubsub(ignore_subscribe_messages=True) as ear:
        await ear.subscribe(CHANNEL)
        while True:
            message = await ear.get_message(timeout=5)
            if message is not None:
                sample = json.loads(message["data"])
                sent[sample["t"]] = sample["sent"]


def late_and_lost(clients: list[Heard], sent: dict[str, float]) -> tuple[list[float], int]:
    """How late each message came, in seconds, and how many did not."""
    late, lost = [], 0
    for heard in clients:
        arrived = {json.loads(text)["t"]: at for at, text in heard}
        late += [arrived[t] - at for t, at in sent.items() if t in arrived]
        lost += sum(t not in arrived for t in sent)
    return late, lost


def web_processes(watched: Platform) -> list[psutil.Process]:
    """The processes that serve the platform's pages."""
    family = [psutil.Process(pid) for pid in watched.processes()]
    return [process for process in family if "config.serving" in process.cmdline()]


async def measure(url: str, token: str, clients: int, seconds: float) -> dict[str, Any]:
    """Let the clients listen, and return what they saw."""
    web = web_processes(Platform(url, token))
    redis_url = web[0].environ()["REDIS_URL"]
    sent: dict[str, float] = {}
    listening = asyncio.create_task(published(redis_url, sent))
    crowd = Clients(url, token)
    began = time.perf_counter()
    await crowd.come(clients)
    came = time.perf_counter() - began
    await asyncio.sleep(SETTLING_S)
    spent, start = _cpu(web), time.time()
    await asyncio.sleep(seconds)
    cpu = (_cpu(web) - spent) / (time.time() - start)
    await asyncio.sleep(1)
    listening.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await listening
    await crowd.leave()
    within = {t: at for t, at in sent.items() if start <= at <= start + seconds}
    late, lost = late_and_lost(crowd.heard, within)
    return {
        "clients": clients,
        "samples": len(within),
        **figures(late),
        "slowest_ms": round(max(late) * 1000, 1),
        "lost": lost,
        "CPU of web": f"{100 * cpu:.0f} %",
        "came within s": round(came, 1),
    }


def _cpu(processes: list[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--url", default="")
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=30)
    options = parser.parse_args()
    with platform(options.url) as (url, token):
        row = asyncio.run(measure(url, token, options.clients, options.seconds))
    print(table([row]))
    return 0 if row["p99_ms"] < GOAL_MS and not row["lost"] else 1


if __name__ == "__main__":
    raise SystemExit(main())
