"""A map of a container: what each block was made with, and what the next best would have made of it."""

from collections import Counter
from collections.abc import Iterator, Sequence

from compression.engine.blockmap import EXAMINED, LISTED, Block, BlockMap, Examined, Used
from compression.engine.clock import cpu_seconds
from compression.engine.codecs.reader import Bytes, ReadAt
from compression.engine.container import Frame, Seekable
from compression.engine.errors import EngineError, InvalidParams
from compression.engine.leaves.bzip3 import Bzip3Leaf
from compression.engine.leaves.lzma import LzmaLeaf
from compression.engine.leaves.zstd import ZstdLeaf
from compression.engine.limits import Limits, MiB
from compression.engine.pipeline import End, Node, Pipeline
from compression.engine.streams import Array

SAMPLE = 1 * MiB
"""Bytes of a block that others are tried on, at most."""
OTHERS = 4
"""Pipelines of the container that are tried on blocks of others, the most used first."""
PLAIN: tuple[End, ...] = (End(ZstdLeaf()), End(LzmaLeaf()), End(Bzip3Leaf()))


def blocks(blob: Bytes, budget_cpu_s: float = 8.0, limits: Limits | None = None) -> BlockMap:
    """The map of a container in memory; see `blocks_of`."""
    view = memoryview(blob)

    def read(offset: int, length: int) -> Bytes:
        return view[offset : offset + length]

    return blocks_of(read, len(view), budget_cpu_s, limits)


def blocks_of(read: ReadAt, total: int, budget_cpu_s: float = 8.0, limits: Limits | None = None) -> BlockMap:
    """The map of a container of `total` bytes, of which `read(offset, length)` gives any.

    Blocks are decoded and others are tried on them as long as the budget of CPU seconds is not spent: at most 32,
    spread over the container. Raises CorruptStream.
    """
    started, limits = cpu_seconds(), limits or Limits()
    container = Seekable(read, total, limits)
    count = sum(1 for entry in container.entries if entry.size)
    listed = list(container.outlines(set(_spread(count, LISTED))))
    pipelines = list({one.pipeline.name: one.pipeline for one in listed}.values())
    numbers = {pipeline.name: number for number, pipeline in enumerate(pipelines)}
    often = Counter(numbers[one.pipeline.name] for one in listed)
    rivals = [*map(Pipeline.of, PLAIN), *(pipelines[number] for number, _ in often.most_common(OTHERS))]
    examined: dict[int, Examined] = {}
    for place in _from_coarse_to_fine(_spread(len(listed), EXAMINED)):
        if cpu_seconds() - started > budget_cpu_s:
            break
        for _, frame in container.between(listed[place].offset, listed[place].offset + 1):
            examined[place] = _examined(frame, rivals, limits)
    return BlockMap(
        container.size,
        total,
        container.sha256,
        count,
        tuple(
            Block(
                one.number,
                one.offset,
                one.size,
                one.packed_size,
                numbers[one.pipeline.name],
                examined.get(place),
            )
            for place, one in enumerate(listed)
        ),
        tuple(_used(pipeline, often[number]) for number, pipeline in enumerate(pipelines)),
        round(cpu_seconds() - started, 4),
    )


def _spread(count: int, most: int) -> list[int]:
    """At most so many numbers below `count`, evenly spread, the first and the last among them."""
    if count <= most:
        return list(range(count))
    return [number * (count - 1) // (most - 1) for number in range(most)]


def _from_coarse_to_fine(places: Sequence[int]) -> Iterator[int]:
    """The same places in an order of which every beginning is spread well."""
    bits = max(len(places) - 1, 1).bit_length()
    for number in range(1 << bits):
        turned = int(f"{number:0{bits}b}"[::-1], 2)
        if turned < len(places):
            yield places[turned]


def _examined(frame: Frame, rivals: Sequence[Pipeline], limits: Limits) -> Examined:
    data = frame.decode(limits)
    sample = data[:SAMPLE]
    whole = len(sample) == len(data)
    own = len(frame.payload) if whole else _made(frame.pipeline, sample) or len(frame.payload)
    others = {pipeline.name: pipeline for pipeline in rivals if pipeline.name != frame.pipeline.name}
    sizes = {name: size for name, pipeline in others.items() if (size := _made(pipeline, sample)) is not None}
    best = min(sizes, key=sizes.__getitem__, default=None)
    bodies = frame.pipeline.bodies(frame.payload, frame.size)
    return Examined(
        leaf_bytes=tuple(bodies),
        head_bytes=len(frame.payload) - sum(bodies),
        sample=len(sample),
        own=own,
        rival=words(others[best]) if best else "",
        rival_size=sizes[best] if best else None,
    )


def _made(pipeline: Pipeline, data: Array) -> int | None:
    """Bytes of the pipeline's output; None where it does not take the content."""
    try:
        return len(pipeline.encode(data))
    except (EngineError, InvalidParams, ValueError, ArithmeticError, IndexError):
        return None


def words(pipeline: Pipeline) -> str:
    """A pipeline by the titles of its parts: `records split into fields › byte planes → LZMA, Zstandard 19`."""
    steps, ends = _transforms(pipeline), ", ".join(dict.fromkeys(_leaves(pipeline)))
    return f"{' › '.join(steps)} → {ends}" if steps else ends


def _transforms(pipeline: Pipeline) -> tuple[str, ...]:
    titles = [node.transform.title for node in pipeline.nodes() if isinstance(node, Node)]
    return tuple(dict.fromkeys(titles))


def _leaves(pipeline: Pipeline) -> list[str]:
    return [
        f"{leaf.title} {leaf.level}" if hasattr(leaf, "level") else leaf.title for leaf in pipeline.leaves
    ]


def _used(pipeline: Pipeline, count: int) -> Used:
    return Used(
        pipeline.name,
        words(pipeline),
        _transforms(pipeline),
        tuple(leaf.id for leaf in pipeline.leaves),
        isinstance(pipeline.root, int),
        count,
    )
