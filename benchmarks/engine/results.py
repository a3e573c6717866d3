"""What one peer makes of one file: measured, and checked for every byte."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, TypeVar

MB = 1_000_000
LEAST_S, MOST_RUNS = 0.05, 5
"""What is fast is run again until this much CPU time was measured, or so many times; the fastest run counts."""

WRONG = "WRONG BYTES"

Value = TypeVar("Value")


@dataclass(frozen=True)
class Result:
    """Bytes that came out, CPU seconds for them, and what went wrong, if anything did."""

    size: int
    encode_s: float
    decode_s: float
    error: str = ""

    def config(self) -> dict[str, Any]:
        """As JSON data."""
        return asdict(self)


def timed(work: Callable[[], Value]) -> tuple[Value, float]:
    """What `work` gives, and the CPU seconds of its fastest run."""
    total, best = 0.0, float("inf")
    for _ in range(MOST_RUNS):
        started = time.process_time()
        value = work()
        taken = time.process_time() - started
        total, best = total + taken, min(best, taken)
        if total >= LEAST_S:
            break
    return value, best


def round_trip(data: bytes, encode: Callable[[bytes], bytes], decode: Callable[[bytes], bytes]) -> Result:
    """There and back, timed; `error` where other bytes come back, or none."""
    try:
        packed, encode_s = timed(lambda: encode(data))
        back, decode_s = timed(lambda: decode(packed))
    except Exception as error:
        return failure(error)
    return Result(len(packed), encode_s, decode_s, difference(data, back))


def failure(error: Exception) -> Result:
    """The result where there is none."""
    return Result(0, 0.0, 0.0, f"{type(error).__name__}: {error}"[:300])


def difference(data: bytes, back: bytes) -> str:
    """Empty where both are the same by SHA-256."""
    return "" if sha256(data).digest() == sha256(back).digest() else f"{WRONG} came back"


def speed(size: int, seconds: float) -> float:
    """MB/s."""
    return size / MB / seconds if seconds else 0.0
