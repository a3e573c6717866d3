"""Many small files through the API: one request a file, batches of parts, and one archive.

    python -m benchmarks.batch_upload [--files 3000] [--url http://127.0.0.1:8000, with TOKEN]

Without an address a platform is started for it. Prints files a second, end to end.
"""

import argparse
import http.client
import io
import json
import random
import sys
import time
import zipfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import local
from typing import Any
from urllib.parse import urlsplit

from benchmarks.figures import table
from benchmarks.platform import platform

SMALL = (200, 8000)
Named = tuple[str, bytes]


def material(count: int, seed: int) -> list[Named]:
    """Return small files of text, CSV and JSON in folders, no two alike."""
    rng = random.Random(seed)
    words = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"]
    found = []
    for number in range(count):
        size = rng.randrange(*SMALL)
        text = " ".join(rng.choices(words, k=size // 6))
        rows = "\n".join(f"{n},{rng.random():.4f},{rng.choice(words)}" for n in range(size // 18))
        body = (text, f"n,value,word\n{rows}", json.dumps({"id": number, "text": text}))[number % 3]
        name = f"folder-{number // 100}/{number}{('.txt', '.csv', '.json')[number % 3]}"
        found.append((name, f"{seed} {number} {body}".encode()))
    return found


class Client:
    """The API over connections that are kept, one for each thread."""

    def __init__(self, url: str, token: str) -> None:
        self._place, self._token, self._own = urlsplit(url).netloc, token, local()

    def call(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, Any]:
        """Return status and parsed answer."""
        connection = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._own.connection = http.client.HTTPConnection(self._place, timeout=300)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named["Authorization"] = f"Bearer {self._token}"
        try:
            connection.request(method, f"/api/v1{path}", body, named)
            answer = connection.getresponse()
        except ConnectionError:  # it lay idle for longer than the server keeps one
            connection.close()
            connection.request(method, f"/api/v1{path}", body, named)
            answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or b"null")

    def send(self, path: str, parts: Iterable[Named], part: str = "file", **headers: str) -> tuple[int, Any]:
        """Send a form with these file parts."""
        lines: list[bytes] = []
        for name, content in parts:
            head = f'--x-x\r\nContent-Disposition: form-data; name="{part}"; filename="{name}"\r\n\r\n'
            lines += [head.encode(), content, b"\r\n"]
        body = b"".join([*lines, b"--x-x--\r\n"])
        return self.call("POST", path, body, Content_Type="multipart/form-data; boundary=x-x", **headers)


def one_each(client: Client, files: Sequence[Named], clients: int) -> None:
    """Send one request a file."""
    with ThreadPoolExecutor(clients) as pool:
        for status, body in pool.map(lambda file: client.send("/files/upload", [file]), files):
            assert status == 201, body


def in_batches(client: Client, files: Sequence[Named], clients: int, size: int) -> None:
    """Send requests of `size` files."""
    chunks = [files[at : at + size] for at in range(0, len(files), size)]
    with ThreadPoolExecutor(clients) as pool:
        for status, body in pool.map(lambda chunk: client.send("/files/batch-upload", chunk), chunks):
            assert status == 207, body
            assert all(result["status"] == 201 for result in body["results"]), body


def zipped(files: Sequence[Named]) -> bytes:
    """Return a ZIP archive of the files."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return target.getvalue()


def as_archive(client: Client, archive: bytes, query: str, count: int) -> None:
    """Have one archive unpacked, at once or by a job."""
    status, body = client.send(f"/files/batch-upload{query}", [("many.zip", archive)], part="archive")
    while status == 202 or body.get("status") in ("queued", "running"):
        time.sleep(0.05)
        status, body = client.call("GET", f"/jobs/{body['id']}")
    results = (body.get("result") or body)["results"]
    assert [result["status"] for result in results] == [201] * count, (status, str(body)[:500])


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--url", default="")
    parser.add_argument("--files", type=int, default=3000)
    parser.add_argument("--clients", type=int, default=3)
    options = parser.parse_args()
    rows: list[dict[str, Any]] = []

    def measure(way: str, files: Sequence[Named], function: Callable[[], None]) -> None:
        began = time.perf_counter()
        function()
        took = time.perf_counter() - began
        rows.append({"way": way, "files": len(files), "seconds": took, "files_s": round(len(files) / took)})

    with platform(options.url) as (url, token):
        client = Client(url, token)
        in_batches(client, material(200, seed=0), options.clients, 100)  # warm
        fewer = material(options.files // 6, seed=1)
        measure("one request a file", fewer, lambda: one_each(client, fewer, options.clients))
        for size in (100, 500):
            files = material(options.files, seed=size)
            measure(
                f"{size} a request",
                files,
                partial(in_batches, client, files, options.clients, size),
            )
        for query in ("", "?atomic=true"):
            many = material(options.files, seed=len(query) + 1)
            archive = zipped(many)
            measure(
                f"one archive{query}",
                many,
                partial(as_archive, client, archive, query, options.files),
            )
        again = material(options.files, seed=100)
        measure("100 a request, known bytes", again, lambda: in_batches(client, again, options.clients, 100))
    print(table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
