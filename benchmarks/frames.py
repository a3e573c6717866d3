"""One large file in frames on one core and on all: the isolated child, verified, as the platform's jobs call it.

    python -m benchmarks.frames [--size BYTES] [--rounds N]

The two take turns and medians are compared; the slow codecs get a tenth of the size. `cores` is CPU time by wall time.
"""

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.figures import table
from benchmarks.material import write_mixed
from compression.engine.codecs import all_codecs, codec_from
from compression.engine.isolation import encode
from compression.engine.isolation.framed import frame_bytes

MB = 1_000_000
FAST = frozenset({"zstd", "lz4", "snappy", "gzip"})


def once(codec_id: str, source: Path, target: Path, threads: int) -> dict[str, Any]:
    """One call; seconds of CPU and wall, bytes."""
    with source.open("rb") as reader, target.open("wb") as writer:
        report = encode({"id": codec_id}, reader.fileno(), writer.fileno(), threads=threads)
    wall = report.encode_wall_seconds + report.decode_wall_seconds
    cpu = report.encode_cpu_seconds + report.decode_cpu_seconds
    return {
        "wall": wall,
        "cores": cpu / wall,
        "size": report.compressed_size,
        "memory": report.peak_memory_bytes,
    }


def row(codec_id: str, source: Path, target: Path, rounds: int, cores: int) -> dict[str, Any]:
    """Return a row of the table."""
    runs: dict[int, list[dict[str, Any]]] = {0: [], 1: [], cores: []}
    for _ in range(rounds):
        for threads, found in runs.items():
            found.append(once(codec_id, source, target, threads))

    def middle(threads: int, name: str) -> float:
        return statistics.median(run[name] for run in runs[threads])

    size = source.stat().st_size
    return {
        "codec": codec_id,
        "MB": round(size / MB),
        "1 core MB/s": round(size / MB / middle(1, "wall")),
        f"{cores} cores MB/s": round(size / MB / middle(cores, "wall")),
        "faster": round(middle(1, "wall") / middle(cores, "wall"), 2),
        "cores": round(middle(cores, "cores"), 2),
        "larger %": round((middle(cores, "size") / middle(0, "size") - 1) * 100, 2),
        "memory MB": round(middle(cores, "memory") / MB),
    }


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", type=int, default=1000 * MB)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    cores = len(os.sched_getaffinity(0))
    rows = []
    with tempfile.TemporaryDirectory(prefix="dynacomp-frames-") as folder:
        large = write_mixed(Path(folder) / "large", options.size, seed=1)
        small = write_mixed(Path(folder) / "small", options.size // 10, seed=2)
        for codec_id in sorted(all_codecs()):
            if frame_bytes(codec_from({"id": codec_id})) is None:
                continue
            source = large if codec_id in FAST else small
            rows.append(row(codec_id, source, Path(folder) / "out", options.rounds, cores))
    print(table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
