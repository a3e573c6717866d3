"""The conformance set: what every algorithm must take through its round trip, and damage it must not be fooled by.

The same cases every time, in isolated processes, in bounded time. A codec passes a damaged stream where it says that it
is damaged; where its format bears no checksum other bytes may come back, but no crash, and never more than the limits.
"""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from compression.engine import isolation
from compression.engine.codecs import Codec, codec_from
from compression.engine.errors import EngineError, Stopped
from compression.engine.limits import Limits, MiB

LIMITS = Limits(
    max_output_bytes=64 * MiB, max_memory_bytes=1024 * MiB, max_cpu_seconds=30, max_wall_seconds=30
)
TOTAL_S = 300
FLIPS = 8
# To fork two children, whatever they do.
CASE_S = 0.02


@dataclass(frozen=True)
class Case:
    """What came of one case. `ratio` is original by compressed bytes; `error` says what failed."""

    name: str
    size: int
    passed: bool
    ratio: float | None
    error: str


@dataclass(frozen=True)
class Plan:
    """A case to run: `damage` makes a damaged stream of a sound one; without it, it is a round trip."""

    name: str
    codec: Codec
    data: bytes
    damage: Callable[[bytes], bytes] | None = None

    @property
    def seconds(self) -> float:
        """Roughly how long it takes."""
        return CASE_S + 2 * len(self.data) / 1e6 / self.codec.speed_estimate()


def inputs() -> dict[str, bytes]:
    """Return the inputs by name; the same ones every time."""
    rng = random.Random(7)
    words = [rng.randbytes(rng.randint(2, 9)).hex() for _ in range(200)]
    return {
        "empty": b"",
        "one byte": b"\x00",
        "every byte": bytes(range(256)),
        "a huge run": bytes(8 * MiB),
        "random": rng.randbytes(200_000),
        "words": " ".join(rng.choices(words, k=40_000)).encode(),
        "records": b"".join(
            i.to_bytes(4, "little") + (i * i % 9973).to_bytes(2, "big") for i in range(40_000)
        ),
        "one long line": b"ab" * 150_000 + b"\n",
    }


def cases(codec: Codec, *, fixed: bool = False) -> list[Plan]:
    """Return the cases for a codec; one whose settings are `fixed` is not tried on its other levels."""
    found, given = [], inputs()
    found += [Plan(name, codec, data) for name, data in given.items()]
    words, few = given["words"], given["words"][:60_000]
    for level in () if fixed else _extremes(codec):
        other = codec_from({**codec.config(), "level": level})
        found += [
            Plan(f"level {level}: {name}", other, data) for name, data in (("empty", b""), ("words", few))
        ]
    found += [
        Plan("all but the last byte", codec, words, lambda packed: packed[:-1]),
        Plan("the first half", codec, words, lambda packed: packed[: len(packed) // 2]),
        Plan("nothing at all", codec, words, lambda packed: b""),
        Plan("bytes behind the end", codec, words, lambda packed: packed + b"\x00garbage\xff"),
    ]
    found += [Plan(f"a flipped bit, {i} of {FLIPS}", codec, few, _flip(i)) for i in range(1, FLIPS + 1)]
    return found


def _extremes(codec: Codec) -> list[int]:
    levels, own = codec.levels(), getattr(codec, "level", None)
    return [level for level in (levels.minimum, levels.maximum) if level != own] if levels else []


def _flip(number: int) -> Callable[[bytes], bytes]:
    """Damage one bit, each number another one, spread over the stream."""

    def damage(packed: bytes) -> bytes:
        if not packed:
            return packed
        at = (2 * number - 1) * len(packed) // (2 * FLIPS)
        return packed[:at] + bytes([packed[at] ^ 1 << number % 8]) + packed[at + 1 :]

    return damage


def estimate(plans: list[Plan]) -> float:
    """Return roughly how many seconds the cases take together."""
    return sum(plan.seconds for plan in plans)


def run(
    plans: list[Plan], *, total_s: float = TOTAL_S, on_case: Callable[[int, Plan], Any] = lambda _i, _p: None
) -> Iterator[Case]:
    """Run the cases and yield what came of each; raises Stopped when `total_s` are over.

    `on_case` is told each case before it is run, and may raise.
    """
    until = time.monotonic() + total_s
    for number, plan in enumerate(plans):
        if time.monotonic() > until:
            raise Stopped(f"The test took longer than {total_s:g} s")
        on_case(number, plan)
        yield _round_trip(plan) if plan.damage is None else _damaged(plan, plan.damage)


def _round_trip(plan: Plan) -> Case:
    try:
        packed, _ = isolation.encode_bytes(plan.codec, plan.data, LIMITS)
        back, _ = isolation.decode_bytes(plan.codec, packed, LIMITS)
    except EngineError as error:
        return _case(plan, f"{error.code}: {error}")
    ratio = len(plan.data) / len(packed) if packed else None
    return _case(plan, "" if back == plan.data else "other bytes came back", ratio)


def _damaged(plan: Plan, damage: Callable[[bytes], bytes]) -> Case:
    try:
        packed, _ = isolation.encode_bytes(plan.codec, plan.data, LIMITS)
        back, _ = isolation.decode_bytes(plan.codec, damage(packed), LIMITS)
    except EngineError as error:
        noticed = error.code in ("corrupt_stream", "truncated_stream", "limit_exceeded")
        return _case(plan, "" if noticed else f"{error.code}: {error}")
    return _case(plan, _fooled(plan, same=back == plan.data))


def _fooled(plan: Plan, *, same: bool) -> str:
    """Why it is wrong that the damaged stream decoded; nothing where the format cannot tell."""
    codec = plan.codec
    if plan.name.startswith("a flipped bit"):  # of a field that carries no content, it may do no harm
        told = codec.checksummed and getattr(codec, "checksum", True)  # some can leave it out by a parameter
        return "" if same or not told else "wrong bytes came back without a word"
    return "" if not codec.self_ending and not same else "the damage was not noticed"


def _case(plan: Plan, error: str, ratio: float | None = None) -> Case:
    return Case(plan.name, len(plan.data), passed=not error, ratio=ratio, error=error)
