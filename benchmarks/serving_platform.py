"""The same measurements on a running platform, through its API."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil

from benchmarks import http_load as load
from benchmarks.figures import Watch, figures
from benchmarks.http_load import InTheWay, Target

MIB = 1024 * 1024
API = "/api/v1"


class Platform:
    """A platform at `url`, and an account of it by its token."""

    def __init__(self, url: str, token: str) -> None:
        self.target = Target(url, {"Authorization": f"Bearer {token}"})
        self._http = httpx.Client(base_url=f"{url}{API}", headers=self.target.headers, timeout=120)

    def stored(self, size: int) -> str:
        """Store a file of `size` bytes that is slow to compress; return its id."""
        content = b"".join(b"%x" % (number * 2_654_435_761 % 2**32) for number in range(size // 8))
        answer = self._http.post("/files/upload", files={"file": ("benchmark.bin", content)})
        return str(answer.raise_for_status().json()["id"])

    def long_job(self, file: str) -> str:
        """Start a job that takes minutes; return its id."""
        body = {"file": file, "algorithm": "xz", "level": 9}
        answer = self._http.post("/compression/compress", json=body, headers={"Prefer": "respond-async"})
        return str(answer.raise_for_status().json()["id"])

    def cancel(self, job: str) -> None:
        """Stop the job."""
        self._http.post(f"/jobs/{job}/cancel").raise_for_status()

    def slow_clients(self, file: str, job: str) -> InTheWay:
        """Return 30: ten wait for a job, ten download and ten upload slowly."""
        waiting = Target(self.target.url, {**self.target.headers, "Prefer": "wait=30"})
        kinds: list[Callable[[], Awaitable[None]]] = [
            partial(load.slow_wait, waiting, f"{API}/jobs/{job}")
        ] * 10
        kinds += [partial(load.slow_download, self.target, f"{API}/files/download/{file}")] * 10
        kinds += [partial(load.slow_upload, self.target, f"{API}/files/upload", size=500_000)] * 5
        kinds += [partial(load.slow_upload, self.target, f"{API}/files/upload", size=200 * MIB)] * 5
        return InTheWay(kinds)

    def processes(self) -> list[int]:
        """Return the numbers of all processes of the platform, found by who listens at its port."""
        port = urlsplit(self.target.url).port
        listening = [
            found.pid
            for found in psutil.net_connections("tcp")
            if found.status == psutil.CONN_LISTEN and found.laddr and found.laddr.port == port and found.pid
        ]
        web = psutil.Process(min(listening))
        family = web.parents()[0].children(recursive=True) if web.parents() else [web]
        return [process.pid for process in family]


async def measure_platform(platform: Platform, seconds: float, size: int) -> dict[str, Any]:
    """Return the latency of a small read alone and beside 30 slow clients, and the memory of large files."""
    path = f"{API}/files/list?page_size=5"
    ask = partial(load.steady, platform.target, path, clients=8, every=0.1, seconds=seconds)
    file = await asyncio.to_thread(platform.stored, 64 * MIB)
    await load.throughput(platform.target, path, clients=8, seconds=1)
    slow = [{"slow_clients": 0, "a_worker_is_busy": False, **figures(await ask())}]
    job = await asyncio.to_thread(platform.long_job, file)
    slow.append({"slow_clients": 0, "a_worker_is_busy": True, **figures(await ask())})
    async with platform.slow_clients(file, job):
        slow.append({"slow_clients": 30, "a_worker_is_busy": True, **figures(await ask())})
    await asyncio.to_thread(platform.cancel, job)
    rate, _ = await load.throughput(platform.target, path, clients=8, seconds=seconds)
    return {
        "slow": slow,
        "rates": [{"path": path, "requests_s": round(rate)}],
        "memory": await _memory(platform, size),
    }


async def _memory(platform: Platform, size: int) -> list[dict[str, Any]]:
    before = {str(item["id"]) for item in await asyncio.to_thread(_listed, platform)}
    with Watch(platform.processes()) as up:
        status, up_seconds = await load.large_upload(platform.target, f"{API}/files/upload", size)
    assert status == 201, status
    (new,) = {str(item["id"]) for item in await asyncio.to_thread(_listed, platform)} - before
    with Watch(platform.processes()) as down:
        status, got, down_seconds = await load.large_download(platform.target, f"{API}/files/download/{new}")
    assert (status, got) == (200, size)
    await asyncio.to_thread(platform._http.delete, f"/files/delete/{new}")
    return [
        {"direction": "up", "bytes": size, "seconds": up_seconds, "growth_mb": up.most / 1e6},
        {"direction": "down", "bytes": size, "seconds": down_seconds, "growth_mb": down.most / 1e6},
    ]


def _listed(platform: Platform) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (
        platform._http.get("/files/list?page_size=50").raise_for_status().json()["results"]
    )
    return found
