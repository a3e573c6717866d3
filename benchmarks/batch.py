"""Batches through the API: many small files, and some large ones.

    python -m benchmarks.batch [--files 10000] [--large-gb 5] [--url http://127.0.0.1:8000, with TOKEN]

Without an address a platform is started for it. The time is from the request that begins the batch until its job has
ended, archive of all outputs included; the uploads before it do not count.
"""

import argparse
import hashlib
import http.client
import json
import sys
import tempfile
import time
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from benchmarks.batch_upload import Client, in_batches, material
from benchmarks.figures import Watch, table
from benchmarks.material import write_mixed
from benchmarks.platform import platform
from benchmarks.serving_platform import Platform
from benchmarks.stream import Clock

GB = 10**9
LARGE = 500_000_000
FOLDER = "batch-benchmark"


def ids_of(client: Client, search: str) -> list[str]:
    """Return the files whose name begins with `search`, page by page."""
    found: list[str] = []
    page: int | None = 1
    while page:
        _, body = client.call("GET", f"/files/list?search={search}&page_size=200&page={page}")
        found += [row["id"] for row in body["results"]]
        page = page + 1 if body["next"] else None
    return found


def run(
    client: Client, files: Sequence[str], algorithms: Sequence[dict[str, Any]]
) -> tuple[float, dict[str, Any]]:
    """Begin a batch and wait for its end; return seconds and its result."""
    body = json.dumps({"files": files, "algorithms": algorithms}).encode()
    began = time.perf_counter()
    status, job = client.call("POST", "/compression/batch", body, Content_Type="application/json")
    assert status == 202, job
    while job["ended_at"] is None:
        _, job = client.call("GET", f"/jobs/{job['id']}", Prefer="wait=30")
    took = time.perf_counter() - began
    assert job["status"] == "succeeded", job
    assert job["result"]["counts"]["failed"] == 0, job["result"]["counts"]
    return took, job["result"]


def upload(url: str, token: str, path: Path) -> str:
    """Upload one large file from the disk; return its id."""
    edge = uuid4().hex
    head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{path.name}"\r\n\r\n'.encode()
    tail = f"\r\n--{edge}--\r\n".encode()
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=600)
    connection.putrequest("POST", "/api/v1/files/upload")
    connection.putheader("Authorization", f"Bearer {token}")
    connection.putheader("Content-Type", f"multipart/form-data; boundary={edge}")
    connection.putheader("Content-Length", str(len(head) + path.stat().st_size + len(tail)))
    connection.endheaders(head)
    with path.open("rb") as file:
        connection.sock.sendfile(file)
    connection.send(tail)
    answer = connection.getresponse()
    assert answer.status == 201, answer.read()
    return str(json.load(answer)["id"])


def measured(
    what: str, files: int, result: dict[str, Any], took: float, clock: Clock, growth: int
) -> dict[str, Any]:
    """Return a row of the table."""
    items = result["count"]
    return {
        "what": what,
        "files": files,
        "items": items,
        "MB": round(result["size"] / 1e6),
        "seconds": round(took, 1),
        "items/s": round(items / took, 1),
        "MB/s": round(result["size"] / 1e6 / took),
        "cores busy": round(clock.platform / took, 2),
        "growth MB": round(growth / 1e6),
    }


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--url", default="")
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--large-gb", type=float, default=5)
    options = parser.parse_args()
    rows = []
    with platform(options.url) as (url, token):
        client, watched = Client(url, token), Platform(url, token)

        def measure(what: str, files: Sequence[str], *algorithms: dict[str, Any]) -> None:
            with Clock(watched) as clock, Watch(watched.processes()) as watch:
                took, result = run(client, files, algorithms)
            rows.append(measured(what, len(files), result, took, clock, watch.most))

        if options.files:
            mark = hashlib.sha256(str(time.time()).encode()).hexdigest()[:8]
            named = [
                (f"{mark}-{name.replace('/', '-')}", data)
                for name, data in material(options.files, zlib.crc32(mark.encode()))
            ]
            in_batches(client, named, 3, 250)
            files = ids_of(client, mark)
            assert len(files) == options.files, len(files)
            run(client, files[:300], [{"algorithm": "lz4"}])  # warm
            measure("small files, zstd -3", files, {"algorithm": "zstd"})
            measure(
                "small files, three ways",
                files[: options.files // 3],
                {"algorithm": "zstd", "level": 9},
                {"algorithm": "gzip"},
                {"algorithm": "lz4"},
            )
        if options.large_gb:
            with tempfile.TemporaryDirectory() as folder:
                count = max(2, round(options.large_gb * GB / LARGE))
                large = [
                    upload(url, token, write_mixed(Path(folder) / f"large-{n}", LARGE, seed=n))
                    for n in range(count)
                ]
            measure("large files, zstd -3", large, {"algorithm": "zstd"})
    print(table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
