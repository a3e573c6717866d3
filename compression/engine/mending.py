"""Pipelines made to fit: what held for the content that they were found for may not hold for all that follows."""

from compression.engine.errors import Unfit
from compression.engine.leaves import Leaf
from compression.engine.pipeline import End, Node, Pipeline, Step
from compression.engine.streams import Array, Stream


def mended(pipeline: Pipeline, data: Array, leaf: Leaf) -> Pipeline | None:
    """The pipeline with `leaf` in place of what does not fit these data: a field that was the same so far, say.

    None where that is all of it.
    """

    def walk(node: Node | int, stream: Stream) -> Step | End:
        if not isinstance(node, Node):
            return End(pipeline.leaves[node], pool=str(node))
        try:
            encoded = node.transform.encode(stream)
        except Unfit:
            return End(leaf)
        parts = zip(node.children, encoded.streams, strict=True)
        return Step(node.transform, [walk(child, part) for child, part in parts])

    plan = walk(pipeline.root, Stream(data))
    return Pipeline.of(plan) if isinstance(plan, Step) else None


def akin(one: Pipeline, other: Pipeline) -> bool:
    """Whether both begin with the same transform, as a pipeline and a mended one do."""
    first, second = one.root, other.root
    return isinstance(first, Node) and isinstance(second, Node) and first.transform == second.transform
