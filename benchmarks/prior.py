"""What installations begin with: `python -m benchmarks.prior OUTCOMES.jsonl` writes the files of `learning/data`.

The outcomes are made by `manage.py learn --keep`, from a folder with content of many kinds that is not in any corpus
that states are judged on.
"""

import gzip
import json
import os
import resource
import sys
from pathlib import Path

import numpy as np

from compression.engine.codecs import codec_from
from compression.engine.errors import EngineError
from compression.engine.learning import training
from compression.engine.learning.actions import ACTIONS
from compression.engine.learning.outcomes import Outcome
from compression.engine.limits import KiB

DATA = Path(training.__file__).parent / "data"
DIGITS = 7
MEASURED = 12
"""Contents that memory is measured on."""


def main(path: str) -> None:
    """Write all files."""
    outcomes = [Outcome.from_config(json.loads(line)) for line in Path(path).read_text().splitlines()]
    kept, refused = training.assembled(outcomes)
    print(f"{len(kept)} outcomes, refused: {refused}")
    DATA.mkdir(exist_ok=True)
    shortened = json.dumps([_short(outcome.config()) for outcome in kept], separators=(",", ":"))
    (DATA / "experience.json.gz").write_bytes(gzip.compress(shortened.encode(), mtime=0))
    static = training.static(kept)
    (DATA / "static.state").write_bytes(static.packed())
    (DATA / "shipped.state").write_bytes(training.train(kept, static).packed())
    (DATA / "memory.json").write_text(json.dumps(_memory(), indent=1) + "\n")


def _short(config: dict[str, object]) -> dict[str, object]:
    text = json.dumps(config)
    found: dict[str, object] = json.loads(
        text, parse_float=lambda digits: float(f"{float(digits):.{DIGITS}g}")
    )
    return found


def _memory() -> dict[str, list[float]]:
    """For each action the part of the declared memory that is taken: the 5 % and 50 % quantiles, and the most."""
    chance = np.random.default_rng(1)
    contents = [_content(chance, size) for size in np.geomspace(16 * KiB, 4096 * KiB, MEASURED).astype(int)]
    features = {"match_lag": 4.0, "match_rate": 0.0}
    found = {}
    for name, action in ACTIONS.items():
        config = action.config(features)
        shares = [
            _peak(config, content) / codec_from(config).memory_estimate(len(content)) for content in contents
        ]
        found[name] = [round(float(x), 4) for x in np.quantile(shares, [0.05, 0.5, 1.0])]
    return found


def _content(chance: np.random.Generator, size: int) -> bytes:
    return np.cumsum(chance.integers(-3, 4, size // 4)).astype("<i4").tobytes()


def _peak(config: dict[str, object], content: bytes) -> int:
    """Bytes that the resident memory of a fresh child grows by at most."""
    reader, writer = os.pipe()
    if child := os.fork():
        os.close(writer)
        with os.fdopen(reader) as answer:
            grown = int(answer.read() or 0)
        os.waitpid(child, 0)
        return grown
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        codec = codec_from(config)
        codec.decode(codec.encode(content))
    except EngineError:
        pass
    os.write(writer, str((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024).encode())
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1])
