"""What is done to a valid stream: as transfers, disks and people do, and as those who know the format would."""

import random
import struct
from collections.abc import Callable
from dataclasses import dataclass

from tests.compression.engine.fuzzing.repairs import REPAIRS
from tests.compression.engine.fuzzing.seeds import Seed, seeds

MOST_BYTES = 1 << 17
SEVERAL, IN_HEADERS, REPAIRED = 0.3, 0.6, 0.4
"""Shares of the mutations that do more than one thing, of the places that are in headers, of those whose header
checksums are made right again, so that a decoder goes on."""
NUMBERS = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 1 << 16, 1 << 24, (1 << 31) - 1, 1 << 31, (1 << 32) - 1)
LARGE = (*NUMBERS, 1 << 32, 1 << 40, (1 << 63) - 1, 1 << 63, (1 << 64) - 1)
BYTES = (0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF)


@dataclass(frozen=True)
class Mutation:
    """The `number`th of a run. Where `guarded`, what decodes without an error has to be right."""

    number: int
    seed: Seed
    data: bytes
    guarded: bool
    done: tuple[str, ...]


@dataclass
class _Work:
    """A stream under the knife."""

    rng: random.Random
    seed: Seed
    data: bytearray
    guarded: bool

    def place(self) -> int:
        """Somewhere, often in a header; 0 where nothing is left."""
        if not self.data:
            return 0
        if self.seed.headers and self.rng.random() < IN_HEADERS:
            header = self.rng.choice(self.seed.headers)
            if header and header.start < len(self.data):
                return self.rng.randrange(header.start, min(header.stop, len(self.data)))
        return self.rng.randrange(len(self.data))

    def length(self) -> int:
        """Of a block: mostly small."""
        return min(1 + int(self.rng.expovariate(1 / 20)), 4096) if self.rng.random() < 0.8 else 512


def mutation(form: str, run: int, number: int) -> Mutation:
    """The same for the same arguments."""
    rng = random.Random(f"{run}/{form}/{number}")
    seed = rng.choice(seeds()[form])
    work = _Work(rng, seed, bytearray(seed.data), seed.checks)
    rounds = rng.randint(2, 4) if rng.random() < SEVERAL else 1
    done = rng.choices(list(_OPERATIONS), weights=[weight for _, weight in _OPERATIONS.values()], k=rounds)
    for name in done:
        _OPERATIONS[name][0](work)
        del work.data[MOST_BYTES:]
    if form in REPAIRS and rng.random() < REPAIRED:
        work.guarded = REPAIRS[form](rng, work.data, seed.data) and work.guarded
        done.append("repaired")
    return Mutation(number, seed, bytes(work.data), work.guarded, tuple(done))


def _flip_bits(work: _Work) -> None:
    for _ in range(work.rng.choice((1, 1, 1, 2, 8))):
        if work.data:
            work.data[work.place()] ^= 1 << work.rng.randrange(8)


def _set_bytes(work: _Work) -> None:
    at = work.place()
    for offset in range(at, min(at + work.rng.choice((1, 1, 2, 4, 16)), len(work.data))):
        work.data[offset] = work.rng.choice((*BYTES, work.rng.randrange(256)))


def _edit_length(work: _Work) -> None:
    """Put another number in the place of one, of two to eight bytes: one that is known to hurt, or one close by."""
    code, numbers = work.rng.choice((("H", NUMBERS), ("I", NUMBERS), ("Q", LARGE), ("I", NUMBERS)))
    form = struct.Struct(work.rng.choice("<<<>") + code)
    at = work.place()
    if at + form.size > len(work.data):
        return
    (present,) = form.unpack_from(work.data, at)
    near = present + work.rng.choice((-256, -2, -1, 1, 2, 256, len(work.data)))
    value = work.rng.choice((near, near, work.rng.choice(numbers), len(work.data)))
    form.pack_into(work.data, at, value % (1 << 8 * form.size))


def _delete(work: _Work) -> None:
    at = work.place()
    del work.data[at : at + work.length()]


def _duplicate(work: _Work) -> None:
    at = work.place()
    work.data[at:at] = work.data[at : at + work.length()]


def _insert(work: _Work) -> None:
    at, size = work.place(), work.length()
    kinds = (work.rng.randbytes(size), bytes(size), b"\xff" * size)
    work.data[at:at] = work.rng.choice(kinds)


def _move(work: _Work) -> None:
    """Write one part over another."""
    source, target, size = work.place(), work.place(), work.length()
    part = work.data[source : source + size]
    work.data[target : target + len(part)] = part


def _truncate(work: _Work) -> None:
    near_end = work.rng.random() < 0.5
    del work.data[-1 - work.rng.randrange(16) if near_end else work.place() :]


def _splice(work: _Work) -> None:
    """The beginning of this and the end of another, of this format or of any."""
    form = work.seed.format if work.rng.random() < 0.5 else work.rng.choice(list(seeds()))
    other = work.rng.choice(seeds()[form])
    at = work.rng.choice((work.place(), len(work.data)))
    start = work.rng.choice((0, work.rng.randrange(len(other.data)), min(at, len(other.data))))
    work.data[at:] = other.data[start:]
    work.guarded &= other.format != work.seed.format or other.checks


_OPERATIONS: dict[str, tuple[Callable[[_Work], None], int]] = {
    "flip bits": (_flip_bits, 6),
    "set bytes": (_set_bytes, 5),
    "edit a length": (_edit_length, 5),
    "delete": (_delete, 2),
    "duplicate": (_duplicate, 2),
    "insert": (_insert, 2),
    "move": (_move, 2),
    "truncate": (_truncate, 2),
    "splice": (_splice, 2),
}
