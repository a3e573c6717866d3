"""One file through all peers and the engine, in this process or in several."""

import csv
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from benchmarks.engine import openzl_peer, own, plain
from benchmarks.engine.cache import Cache
from files.detection import HEAD_BYTES, detect

OPENZL = "openzl"


@dataclass(frozen=True)
class Plan:
    """What is measured: how the engine compresses, its CPU seconds for each MB, and the names of the peers."""

    objective: str
    budget: float
    peers: tuple[str, ...]


def every_peer() -> tuple[str, ...]:
    """The plain codecs, and OpenZL where it is installed."""
    return (*plain.PEERS, *([OPENZL] if openzl_peer.version() else []))


def kinds_of(folder: Path) -> dict[str, str]:
    """The kind of each file by its name, where the folder has a MANIFEST.csv that says it."""
    manifest = folder / "MANIFEST.csv"
    if not manifest.exists():
        return {}
    with manifest.open(newline="") as file:
        return {row["name"]: row["kind"] for row in csv.DictReader(file) if row.get("kind")}


def measure(path: Path, kind: str | None, plan: Plan, known: dict[str, Any]) -> dict[str, Any]:
    """All results on one file, as JSON data; `known` has those of peers that need not run again."""
    data = path.read_bytes()
    row: dict[str, Any] = {
        "name": path.name,
        "kind": kind or str(detect(data[:HEAD_BYTES], path.name, len(data)).kind),
        "bytes": len(data),
        "sha256": sha256(data).hexdigest(),
        "cached": [peer for peer in plan.peers if peer in known],
        "peers": {},
    }
    for peer in plan.peers:
        row["peers"][peer] = known[peer] if peer in known else _measured(peer, path, data)
    row["engine"] = own.measure(data, plan.objective, plan.budget)
    return row


def _measured(peer: str, path: Path, data: bytes) -> dict[str, Any]:
    return openzl_peer.measure(path) if peer == OPENZL else plain.measure(peer, data).config()


def measured(
    paths: list[Path], kinds: dict[str, str], plan: Plan, cache: Cache, jobs: int
) -> Iterator[dict[str, Any]]:
    """The results on each file, as they come; with one job in this process and in order."""
    if jobs == 1:
        own.warm()
        for path in paths:
            row = measure(path, kinds.get(path.name), plan, _known(cache, path))
            cache.keep(row["sha256"], row["peers"])
            yield row
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=own.warm) as pool:
        waiting = [
            pool.submit(measure, path, kinds.get(path.name), plan, _known(cache, path)) for path in paths
        ]
        for future in as_completed(waiting):
            row = future.result()
            cache.keep(row["sha256"], row["peers"])
            yield row


def _known(cache: Cache, path: Path) -> dict[str, Any]:
    """What the cache has for a file and is still good."""
    known = cache.of(sha256(path.read_bytes()).hexdigest())
    if known.get(OPENZL, {}).get("choice") != openzl_peer.choice():
        known.pop(OPENZL, None)
    return known
