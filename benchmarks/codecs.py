"""How fast the codecs are through the engine's isolation, beside the bare library on the same file.

    python -m benchmarks.codecs [--size BYTES | --file PATH] [--rounds N] [--json OUT]

First zstd level 3 on a large file: the bare library reads, compresses and writes in one thread; the engine does the
same in an isolated child, which also hashes input and output and verifies by decoding. The two take turns, and
medians are compared. Then every codec at its default on a smaller file.
"""

import argparse
import json
import os
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.material import write_mixed
from compression.engine.codecs import all_codecs, codec_from
from compression.engine.codecs.reader import CHUNK
from compression.engine.isolation import decode, encode, encode_bytes

Figures = dict[str, Any]

MB = 1_000_000
GOAL, FLOOR = 0.95, 0.85


def bare_zstd(source: Path, target: Path) -> dict[str, float]:
    """The library alone, with the parameters of the engine's default."""
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    key = zstd.CompressionParameter
    compressor = zstd.ZstdCompressor(options={key.compression_level: 3, key.checksum_flag: 1})
    compressor.set_pledged_input_size(source.stat().st_size)
    started, cpu = time.perf_counter(), time.process_time()
    with source.open("rb", buffering=0) as reader, target.open("wb", buffering=0) as writer:
        while chunk := reader.read(CHUNK):
            writer.write(compressor.compress(chunk))
        writer.write(compressor.flush())
    return {"wall_s": time.perf_counter() - started, "cpu_s": time.process_time() - cpu}


def isolated(config: Figures, source: Path, target: Path) -> dict[str, float]:
    """The engine: one verified call in a child, timed from outside."""
    started = time.perf_counter()
    with source.open("rb") as reader, target.open("wb") as writer:
        report = encode(config, reader.fileno(), writer.fileno())
    return {
        "wall_s": time.perf_counter() - started,
        "cpu_s": report.encode_cpu_seconds,
        "verify_cpu_s": report.decode_cpu_seconds,
        "peak_memory_mb": report.peak_memory_bytes / MB,
    }


def medians(runs: list[dict[str, float]]) -> dict[str, float]:
    """The median of each figure."""
    return {name: round(statistics.median(run[name] for run in runs), 4) for name in runs[0]}


def against_bare(source: Path, folder: Path, rounds: int) -> Figures:
    """zstd level 3, bare and isolated in turns."""
    target = folder / "output"
    bare: list[dict[str, float]] = []
    engine: list[dict[str, float]] = []
    for _ in range(rounds):
        bare.append(bare_zstd(source, target))
        engine.append(isolated({"id": "zstd", "level": 3}, source, target))
    size = source.stat().st_size
    figures = {"bare": medians(bare), "isolated": medians(engine)}
    for row in figures.values():
        row["mb_s"] = round(size / MB / row["wall_s"], 1)
    share = figures["bare"]["wall_s"] / figures["isolated"]["wall_s"]
    return {
        "bytes": size,
        "rounds": rounds,
        **figures,
        "share_of_bare": round(share, 4),
        "runs": [bare, engine],
    }


def every_codec(source: Path, folder: Path) -> list[Figures]:
    """Each codec at its default, through isolation, both ways."""
    rows: list[Figures] = []
    packed, unpacked = folder / "packed", folder / "unpacked"
    size = source.stat().st_size / MB
    for codec_id in sorted(all_codecs()):
        config = codec_from({"id": codec_id}).config()
        with source.open("rb") as reader, packed.open("wb") as writer:
            made = encode(config, reader.fileno(), writer.fileno())
        with packed.open("rb") as reader, unpacked.open("wb") as writer:
            back = decode(config, reader.fileno(), writer.fileno())
        rows.append(
            {
                "codec": codec_id,
                "ratio": round(made.original_size / made.compressed_size, 3),
                "encode_mb_s": round(size / made.encode_wall_seconds, 1),
                "encode_mb_cpu_s": round(size / made.encode_cpu_seconds, 1),
                "decode_mb_s": round(size / back.decode_wall_seconds, 1),
                "encode_memory_mb": round(made.peak_memory_bytes / MB, 1),
                "decode_memory_mb": round(back.peak_memory_bytes / MB, 1),
                "same": made.raw_sha256 == back.raw_sha256,
            }
        )
    return rows


def small_calls(count: int = 100) -> dict[str, float]:
    """Milliseconds of a call on 4 KiB, host already running."""
    data = os.urandom(2048) * 2
    times = []
    for _ in range(count):
        started = time.perf_counter()
        encode_bytes({"id": "zstd"}, data)
        times.append((time.perf_counter() - started) * 1000)
    return {
        "p50_ms": round(statistics.median(times), 2),
        "p95_ms": round(sorted(times)[int(count * 0.95)], 2),
    }


def show(title: str, rows: list[Figures]) -> None:
    """A table on the terminal."""
    names = list(rows[0])
    print(f"\n{title}")
    print("".join(f"{name:>18}" for name in names))
    for row in rows:
        print("".join(f"{row.get(name, '')!s:>18}" for name in names))


def run(options: argparse.Namespace, folder: Path) -> Figures:
    """All measurements."""
    encode_bytes({"id": "zstd"}, b"start the host")
    large = options.file or write_mixed(folder / "large", options.size, seed=1)
    comparison = against_bare(large, folder, options.rounds)
    show(
        f"zstd -3, {comparison['bytes']:,} bytes, medians of {options.rounds}",
        [{"": name, **comparison[name]} for name in ("isolated", "bare")],
    )
    share = comparison["share_of_bare"]
    verdict = "goal reached" if share >= GOAL else "above the floor" if share >= FLOOR else "TOO SLOW"
    print(f"\nisolated / bare throughput: {share:.1%} (goal {GOAL:.0%}, floor {FLOOR:.0%}): {verdict}")
    table = every_codec(write_mixed(folder / "small", options.table_size, seed=2), folder)
    show(f"every codec at its default, {options.table_size:,} bytes", table)
    small = small_calls()
    print(f"\na call on 4 KiB: {small}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"zstd_3": comparison, "codecs": table, "small_call": small, "client_peak_bytes": peak}


def main() -> int:
    """The command line; fails below the floor."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", type=int, default=1000 * MB, help="bytes of the large generated file")
    parser.add_argument("--file", type=Path, help="a real file instead of a generated large one")
    parser.add_argument("--table-size", type=int, default=20 * MB, help="bytes of the file for the table")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, help="write all figures here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-codecs-") as folder:
        figures = run(options, Path(folder))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")
    return 0 if figures["zstd_3"]["share_of_bare"] >= FLOOR else 1


if __name__ == "__main__":
    sys.exit(main())
