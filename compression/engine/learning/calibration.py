"""How fast this machine is: times of a fixed piece of work here and on the reference machine.

Times are learned and predicted in seconds of the reference machine; a prediction for a machine is multiplied by that
machine's factor.
"""

import random
import time
from functools import cache
from statistics import median

from compression.engine.codecs import codec_from

REFERENCE_S = 0.0367
"""CPU seconds of the work on the reference machine (one core of a 2.5 GHz Xeon of 2023)."""
ROUNDS = 5
_WORK = ({"id": "zstd", "level": 6}, {"id": "bzip2", "level": 9}, {"id": "xz", "level": 6})


@cache
def machine() -> float:
    """How many times as long as the reference machine this one takes; measured once in a process, in 0.2 seconds."""
    return median(_seconds() for _ in range(ROUNDS)) / REFERENCE_S


def _seconds() -> float:
    """Of this thread alone: others have work of their own, and these codecs work in the thread that calls them."""
    content = _content()
    started = time.thread_time()
    for config in _WORK:
        codec = codec_from(config)
        codec.decode(codec.encode(content))
    return time.thread_time() - started


@cache
def _content() -> bytes:
    """Words and numbers, 96 KiB, the same ones everywhere."""
    chance = random.Random(1)
    words = ["".join(chance.choices("etaoinshrdlu", k=chance.randint(2, 9))) for _ in range(500)]
    lines = [f"{n},{chance.random():.4f},{' '.join(chance.choices(words, k=6))}\n" for n in range(3000)]
    return "".join(lines).encode()[: 96 * 1024]
