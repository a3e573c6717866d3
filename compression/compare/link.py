"""Which candidate brings an input over a link soonest: compress, transfer, decompress, one after the other.

Pure, and the same in the browser (`frontend/scripts/lib/link.ts`); `tests/golden/link.json` holds both to it. The time
of a candidate is a straight line over the seconds that one byte takes, so the winners over all links are the lower
envelope of these lines, and two neighbours in it change places at exactly one bandwidth.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

BYTES_PER_MBIT = 125_000  # 10^6 bits


class Sent(StrEnum):
    """How often what is compressed once goes over the link."""

    ONCE = "once"
    MANY = "many"
    """So often that the time of compressing does not count."""


@dataclass(frozen=True)
class Offer:
    """A candidate: `size` bytes go over the link, with the seconds of work at its two ends."""

    key: str
    size: int
    compress_s: float
    decompress_s: float

    def work_s(self, sent: Sent) -> float:
        """Seconds that no link can save."""
        return self.decompress_s + (self.compress_s if sent == Sent.ONCE else 0.0)

    def seconds(self, mbit_s: float, sent: Sent) -> float:
        """Seconds from the first byte read to the last byte back."""
        return self.work_s(sent) + self.size / (mbit_s * BYTES_PER_MBIT)


class BreakEven(NamedTuple):
    """At `mbit_s` two winners take the same time: `slower` wins on slower links, `faster` on faster ones."""

    mbit_s: float
    slower: Offer
    faster: Offer


def ranking(offers: Sequence[Offer], mbit_s: float, sent: Sent) -> list[Offer]:
    """Return the offers, the soonest first."""
    return sorted(offers, key=lambda offer: (offer.seconds(mbit_s, sent), offer.size, offer.key))


def break_evens(offers: Sequence[Offer], sent: Sent) -> list[BreakEven]:
    """Return the bandwidths at which the winner changes, the slowest link first."""
    found: list[BreakEven] = []
    if not offers:
        return found
    winner = min(offers, key=lambda offer: (offer.work_s(sent), offer.size, offer.key))
    while smaller := [offer for offer in offers if offer.size < winner.size]:
        # The next winner, as links get slower, is the one whose line crosses first.
        s_per_byte, _, key = min((_crossing(winner, offer, sent), offer.size, offer.key) for offer in smaller)
        following = next(offer for offer in smaller if offer.key == key)
        found.append(BreakEven(1 / (s_per_byte * BYTES_PER_MBIT), following, winner))
        winner = following
    return found[::-1]


def _crossing(larger: Offer, smaller: Offer, sent: Sent) -> float:
    """Seconds a byte at which both take the same time."""
    return (smaller.work_s(sent) - larger.work_s(sent)) / (larger.size - smaller.size)
