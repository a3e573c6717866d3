"""What the analysis proposes to the search: transforms that may suit a stream, each with its reason.

A proposer is a function of one stream, registered for the kinds that it understands. It only looks: it may read
samples, count and measure, in a few milliseconds for each MB, and never raises for any content. It proposes little and
only what fits, since every proposal is tried by the search. To add one: a file in this package with a function under
`@proposer`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from compression.engine.streams import Kind, Stream
from compression.engine.transforms import Transform


@dataclass(frozen=True, slots=True)
class Proposal:
    """Transforms to try one after the other, each on the first stream that the one before gave out.

    The other streams that come out are looked at afresh, by what their kind says. `reason` is for people: "repeats at
    32 bytes: 11 fields". `whole`: a sample would not show what it is worth, since it changes parts of content alone.
    `expected`: the part of the size that will be left, where the analysis knows that better than a trial; else 0.
    `sole`: content holds several things, and whatever else could be proposed is for these one by one: nobody else is
    asked.
    """

    chain: tuple[Transform, ...]
    reason: str
    whole: bool = False
    expected: float = 0.0
    sole: bool = False


Proposer = Callable[[Stream], Iterable[Proposal]]

_proposers: list[tuple[frozenset[Kind], Proposer]] = []


def proposer(*kinds: Kind, first: bool = False) -> Callable[[Proposer], Proposer]:
    """Decorator: have a function asked for streams of these kinds, maybe before all others."""

    def registered(function: Proposer) -> Proposer:
        _proposers.insert(0 if first else len(_proposers), (frozenset(kinds), function))
        return function

    return registered


def proposers(kind: Kind) -> list[Proposer]:
    """The proposers that understand a kind."""
    return [function for kinds, function in _proposers if kind in kinds]


def proposals(stream: Stream) -> Iterator[Proposal]:
    """All that the proposers of the stream's kind propose."""
    for function in proposers(stream.kind):
        yield from function(stream)
