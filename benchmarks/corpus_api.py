"""Every file of a folder through every algorithm and back, through the API of a running platform.

    TOKEN=… python -m benchmarks.corpus_api --corpus DIR --url http://127.0.0.1:8000

Uploads each file, compresses it with each algorithm at its default, decompresses the output with the format found from
the bytes where it shows itself, downloads the original and compares its SHA-256. What has a standard command-line tool
is read by that too. Ends with 1 where anything differs.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

TOOLS = {
    "zstd": ["zstd", "-dc"],
    "gzip": ["gzip", "-dc"],
    "xz": ["xz", "-dc"],
    "lzma": ["xz", "-dc", "--format=lzma"],
    "bzip2": ["bzip2", "-dc"],
    "brotli": ["brotli", "-dc"],
    "lz4": ["lz4", "-dc"],
}
UNMARKED = frozenset({"brotli", "deflate", "store"})


class Api:
    """The API of one platform."""

    def __init__(self, url: str, token: str) -> None:
        self.base, self.token = f"{url.rstrip('/')}/api/v1", token

    def call(self, path: str, data: bytes | None = None, **headers: str) -> bytes:
        """Call and return the body; HTTPError for a problem."""
        request = urllib.request.Request(self.base + path, data, {"Authorization": f"Bearer {self.token}"})
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        with urllib.request.urlopen(request, timeout=300) as response:
            body: bytes = response.read()
            return body

    def work(self, operation: str, body: dict[str, Any]) -> dict[str, Any]:
        """Compress or decompress; wait for a job where it becomes one."""
        prefer = {"Content_Type": "application/json", "Prefer": "wait=30"}
        answer: dict[str, Any] = json.loads(
            self.call(f"/compression/{operation}", json.dumps(body).encode(), **prefer)
        )
        while "status" in answer:
            if answer["status"] in ("failed", "cancelled"):
                raise RuntimeError(f"{operation} {body}: {answer['error']}")
            if answer["status"] == "succeeded":
                return dict(answer["result"])
            time.sleep(0.5)
            answer = json.loads(self.call(f"/jobs/{answer['id']}"))
        return answer

    def upload(self, path: Path) -> dict[str, Any]:
        """Upload a file."""
        edge = uuid4().hex
        name = path.name.replace('"', "")
        head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = head.encode() + path.read_bytes() + f"\r\n--{edge}--\r\n".encode()
        found: dict[str, Any] = json.loads(
            self.call("/files/upload", body, Content_Type=f"multipart/form-data; boundary={edge}")
        )
        return found


def round_trip(api: Api, file: dict[str, Any], algorithm: str) -> Iterator[str]:
    """Yield what went wrong."""
    packed = api.work("compress", {"file": file["id"], "algorithm": algorithm})
    named = {"algorithm": algorithm} if algorithm in UNMARKED else {}
    back = api.work("decompress", {"file": packed["output"], **named})
    data = api.call(f"/files/download/{back['output']}")
    if hashlib.sha256(data).hexdigest() != file["sha256"]:
        yield "other bytes came back"
    if algorithm in TOOLS:
        compressed = api.call(f"/files/download/{packed['output']}")
        tool = subprocess.run(TOOLS[algorithm], input=compressed, capture_output=True, check=False)
        if tool.returncode or hashlib.sha256(tool.stdout).hexdigest() != file["sha256"]:
            yield f"{TOOLS[algorithm][0]} does not read it: {tool.stderr.decode()[:200]}"


def main() -> int:
    """Go through all pairs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--algorithms", nargs="*", help="these alone")
    options = parser.parse_args()
    api = Api(options.url, os.environ["TOKEN"])
    listed = json.loads(api.call("/compression/algorithms?page_size=200&enabled=true"))
    names = options.algorithms or [row["name"] for row in listed["results"]]
    began, pairs, failures = time.monotonic(), 0, 0
    paths = sorted(path for path in options.corpus.iterdir() if path.is_file())

    def one(pair: tuple[dict[str, Any], str]) -> tuple[str, list[str]]:
        file, algorithm = pair
        try:
            return f"{file['name']} {algorithm}", list(round_trip(api, file, algorithm))
        except Exception as error:
            body = error.read().decode() if isinstance(error, urllib.error.HTTPError) else ""
            return f"{file['name']} {algorithm}", [f"{error} {body}"]

    with ThreadPoolExecutor(options.clients) as pool:
        uploaded = list(pool.map(api.upload, paths))
        for label, troubles in pool.map(one, [(file, name) for file in uploaded for name in names]):
            pairs += 1
            for trouble in troubles:
                failures += 1
                print(f"FAILED {label}: {trouble}")
    seconds = time.monotonic() - began
    print(
        f"{len(paths)} files x {len(names)} algorithms: {pairs} round trips, {failures} failures, {seconds:.0f} s"
    )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
