"""The conformance set: small inputs every algorithm takes through its round trip, and damage it must notice."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from compression.engine import isolation
from compression.engine.codecs import Codec
from compression.engine.errors import EngineError
from compression.engine.limits import Limits, MiB

LIMITS = Limits(
    max_output_bytes=16 * MiB, max_memory_bytes=1024 * MiB, max_cpu_seconds=30, max_wall_seconds=30
)


@dataclass(frozen=True)
class Case:
    """What came of one case. `ratio` is original by compressed bytes; `error` says what failed."""

    name: str
    size: int
    passed: bool
    ratio: float | None
    error: str


def inputs() -> dict[str, bytes]:
    """Return the inputs by name; the same ones every time."""
    rng = random.Random(7)
    words = [rng.randbytes(rng.randint(2, 9)).hex() for _ in range(200)]
    return {
        "empty": b"",
        "one byte": b"\x00",
        "every byte": bytes(range(256)),
        "zeros": bytes(MiB),
        "random": rng.randbytes(200_000),
        "words": " ".join(rng.choices(words, k=40_000)).encode(),
        "records": b"".join(
            i.to_bytes(4, "little") + (i * i % 9973).to_bytes(2, "big") for i in range(40_000)
        ),
        "one long line": b"ab" * 150_000 + b"\n",
    }


def run(codec: Codec) -> list[Case]:
    """Run every case in isolated processes."""
    cases = [_round_trip(codec, name, data) for name, data in inputs().items()]
    words = inputs()["words"]
    cases.append(_notices(codec, "cut short", words, lambda packed: packed[: len(packed) // 2]))
    return cases


def _round_trip(codec: Codec, name: str, data: bytes) -> Case:
    try:
        packed, _ = isolation.encode_bytes(codec, data, LIMITS)
        back, _ = isolation.decode_bytes(codec, packed, LIMITS)
    except EngineError as error:
        return Case(name, len(data), passed=False, ratio=None, error=f"{error.code}: {error}")
    ratio = len(data) / len(packed) if packed else None
    same = back == data
    return Case(name, len(data), passed=same, ratio=ratio, error="" if same else "other bytes came back")


def _notices(codec: Codec, name: str, data: bytes, damage: Callable[[bytes], bytes]) -> Case:
    """A damaged stream gives an error, or at the least not the whole original."""
    try:
        packed, _ = isolation.encode_bytes(codec, data, LIMITS)
        back, _ = isolation.decode_bytes(codec, damage(packed), LIMITS)
    except EngineError as error:
        noticed = error.code in ("corrupt_stream", "truncated_stream")
        return Case(
            name, len(data), passed=noticed, ratio=None, error="" if noticed else f"{error.code}: {error}"
        )
    passed = back != data and not codec.self_ending
    return Case(
        name, len(data), passed=passed, ratio=None, error="" if passed else "the damage was not noticed"
    )
