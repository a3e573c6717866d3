"""Small compress calls over the API, by several clients at once.

    python -m benchmarks.inline [--calls N] [--clients N] [--url http://127.0.0.1:8000, with TOKEN]

Without an address a platform is started for it. Each call sends a few KiB of text, is answered at once with the
verified result, and keeps both files.
"""

import argparse
import json
import random
import statistics
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from benchmarks.platform import platform


def main() -> int:
    """Call and print the times."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--url", default="")
    parser.add_argument("--calls", type=int, default=100)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--algorithm", default="zstd")
    parser.add_argument("--size", type=int, default=4096)
    options = parser.parse_args()
    with platform(options.url) as (url, token), ThreadPoolExecutor(options.clients) as pool:
        call = partial(called, url, token, options.algorithm, options.size)
        list(pool.map(call, range(-16, 0)))  # warm
        for round_ in range(options.rounds):
            seeds = range(round_ * options.calls, (round_ + 1) * options.calls)
            began = time.perf_counter()
            times = sorted(pool.map(call, seeds))
            cuts = statistics.quantiles(times, n=20)
            print(
                f"round {round_ + 1}: {options.calls} calls by {options.clients} clients, "
                f"p50 {cuts[9] * 1000:.1f} ms, p95 {cuts[18] * 1000:.1f} ms, max {times[-1] * 1000:.1f} ms, "
                f"{options.calls / (time.perf_counter() - began):.0f} calls/s"
            )
    return 0


def called(url: str, token: str, algorithm: str, size: int, seed: int) -> float:
    """Compress one text; return the seconds that took."""
    words = random.Random(seed).choices(["alpha", "beta", "gamma", "delta", "42", "\n"], k=size // 5)
    body = json.dumps({"text": " ".join(words)[:size], "algorithm": algorithm}).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{url}/api/v1/compression/compress", body, headers)
    began = time.perf_counter()
    with urllib.request.urlopen(request, timeout=60) as response:
        assert response.status == 201, response.status
        assert json.load(response)["verified"]
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
