"""One pipeline on the content: encoded, decoded, compared, and what that took."""

from dataclasses import dataclass

import numpy as np

from compression.engine.clock import cpu_seconds
from compression.engine.leaves import Leaf
from compression.engine.pipeline import Node, Pipeline
from compression.engine.searching.objective import Aim, Cost
from compression.engine.streams import Array

MOST_NAMED = 4


@dataclass(frozen=True)
class Tried:
    """A pipeline that took `content` bytes and gave them back: `size` bytes of output, CPU seconds of both ways.

    `round` is the number of the search that found it; 0 for a plain codec. `reasons` say why it is what it is.
    """

    pipeline: Pipeline
    content: int
    size: int
    encode_s: float
    decode_s: float
    round: int = 0
    reasons: tuple[str, ...] = ()

    @property
    def cost(self) -> Cost:
        """As the search counts."""
        return Cost(self.size, self.encode_s, self.decode_s)

    def beats(self, other: "Tried | None", aim: Aim) -> bool:
        """Whether it serves the aim better."""
        return other is None or aim.score(self.cost, self.content) < aim.score(other.cost, self.content)


def tried(pipeline: Pipeline, content: Array, round_: int = 0, reasons: tuple[str, ...] = ()) -> Tried | None:
    """The pipeline on the content; None where it does not take it, or does not give it back."""
    try:
        begun = cpu_seconds()
        payload = pipeline.encode(content)
        encoded = cpu_seconds()
        sound = np.array_equal(pipeline.decode(payload, len(content)), content)
        decoded = cpu_seconds()
    except Exception:  # whatever it is, this candidate is none
        return None
    if not sound:
        return None
    return Tried(
        pipeline,
        len(content),
        len(payload),
        round(encoded - begun, 6),
        round(decoded - encoded, 6),
        round_,
        reasons,
    )


def words(pipeline: Pipeline) -> str:
    """A pipeline in a few words: `table › delta › planes → lzma, zstd 19`."""
    steps = _few([node.transform.id for node in pipeline.nodes() if isinstance(node, Node)], "›")
    ends = _few([_leaf(leaf) for leaf in pipeline.leaves], ",")
    return f"{steps} → {ends}" if steps else ends


def _leaf(leaf: Leaf) -> str:
    level = getattr(leaf, "level", None)
    return leaf.id if level is None else f"{leaf.id} {level}"


def _few(names: list[str], mark: str) -> str:
    """The different ones of the names, in order; of many the first."""
    found = list(dict.fromkeys(names))
    more = [f"{len(found) - MOST_NAMED} more"] if len(found) > MOST_NAMED else []
    between = f"{mark} " if mark == "," else f" {mark} "
    return between.join([*found[:MOST_NAMED], *more])
