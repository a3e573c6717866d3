"""Every file of a folder through every codec at its default, lowest and highest level, and back, by SHA-256.

    python -m benchmarks.corpus_round_trip --corpus DIR

Each way is a call in isolation. Prints a line for every codec and fails if any file comes back different.
"""

import argparse
import hashlib
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from compression.engine.codecs import Codec, all_codecs, codec_from
from compression.engine.codecs.params import Integer, declared
from compression.engine.isolation import decode, encode


def settings(cls: type[Codec]) -> Iterator[Codec]:
    """The default, and the lowest and the highest of its level (or of its first number, where it has no level)."""
    yield codec_from({"id": cls.id})
    numbers = {name: item for name, item in declared(cls).items() if isinstance(item, Integer)}
    name = "level" if "level" in numbers else next(iter(numbers), None)
    if name is not None:
        for value in (numbers[name].minimum, numbers[name].maximum):
            yield codec_from({"id": cls.id, name: value})


def round_trip(codec: Codec, original: Path, folder: Path) -> tuple[int, bool]:
    """Bytes of the compressed file, and whether the original came back."""
    expected = hashlib.sha256(original.read_bytes()).hexdigest()
    packed, unpacked = folder / "packed", folder / "unpacked"
    with original.open("rb") as reader, packed.open("wb") as writer:
        made = encode(codec, reader.fileno(), writer.fileno())
    with packed.open("rb") as reader, unpacked.open("wb") as writer:
        back = decode(codec, reader.fileno(), writer.fileno())
    came_back = hashlib.sha256(unpacked.read_bytes()).hexdigest()
    same = made.raw_sha256 == back.raw_sha256 == came_back == expected
    return made.compressed_size, same and made.verified


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpus", type=Path, required=True)
    files = sorted(path for path in parser.parse_args().corpus.iterdir() if path.is_file())
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="round-trip-") as folder:
        for cls in all_codecs().values():
            for codec in settings(cls):
                started = time.perf_counter()
                results = [round_trip(codec, path, Path(folder)) for path in files]
                bad = [path.name for path, (_, same) in zip(files, results, strict=True) if not same]
                wrong += len(bad)
                total = sum(size for size, _ in results)
                taken = time.perf_counter() - started
                print(
                    f"{codec!s:.90} {len(files)} files -> {total} bytes, {taken:.1f} s, different: {bad}",
                    flush=True,
                )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
