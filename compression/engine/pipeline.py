"""A pipeline: a tree of transforms whose streams end in leaves, and how content goes through it and back.

    Pipeline.of(Step(Delta(width=4), [Step(Planes(width=4), [End(ZstdLeaf())])]))

It holds registered ids and parameters only: no code, nothing that is executed. `pack` is its one canonical written
form, and the hash of that is its name. Streams that are alike may share a leaf, one after the other, as if they were
one: that is what `Step` with the same `pool` ends in.

The written form of content, the payload of a frame:

    flag (0: the head follows as it is; 1: deflated, its two lengths before it), head, bodies of the leaves
    head: for every node of the tree, from the root down and from left to right,
        a transform: its note (with length);   a stream's end: the size of the stream (not for the root)
    and after these, for every leaf but the last, the size of its body.
"""

import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

import numpy as np

from compression.engine.codecs.reader import Bytes
from compression.engine.errors import CorruptStream, InvalidParams, LimitExceeded
from compression.engine.leaves import Leaf, leaves
from compression.engine.limits import KiB, Limits
from compression.engine.streams import Array, Stream
from compression.engine.transforms import Transform, transforms
from compression.engine.wire import Reader, Writer

MAX_DEPTH = 24
MAX_NODES = 20_000
GROWTH, GROWTH_FLOOR = 16, 64 * KiB
"""The streams of a frame have together at most so many bytes for one of its content, and so many more."""
HEAD_FLOOR = 64
"""Heads of so many bytes or more are deflated where that makes them smaller."""
MAX_HEAD = 1 << 24


@dataclass(frozen=True, slots=True)
class End:
    """A stream that ends in a leaf; those with the same `pool` (not empty) share the leaf of the first of them."""

    leaf: Leaf
    pool: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A transform and what becomes of each stream that it gives out."""

    transform: Transform
    then: Sequence["Step | End"]


class Node(NamedTuple):
    """A transform in a pipeline; a child that is a number is the leaf of that number."""

    transform: Transform
    children: tuple["Node | int", ...]


@dataclass(frozen=True)
class Pipeline:
    """What content goes through; see the module's text. Leaves are in the order in which the tree names them first."""

    root: Node | int
    leaves: tuple[Leaf, ...]
    name: str = field(init=False, compare=False)
    """The SHA-256 of its packed form, in hexadecimal."""

    def __post_init__(self) -> None:
        self._check()
        object.__setattr__(self, "name", hashlib.sha256(self.packed()).hexdigest())

    @classmethod
    def of(cls, plan: Step | End) -> Self:
        """The pipeline of a plan."""
        found: list[Leaf] = []
        pools: dict[str, int] = {}

        def build(item: Step | End) -> Node | int:
            if isinstance(item, Step):
                return Node(item.transform, tuple(build(child) for child in item.then))
            if item.pool in pools:
                return pools[item.pool]
            found.append(item.leaf)
            if item.pool:
                pools[item.pool] = len(found) - 1
            return len(found) - 1

        root = build(plan)
        return cls(root, tuple(found))

    def nodes(self) -> Iterator[Node | int]:
        """All nodes and ends, from the root down and from left to right."""
        waiting: list[Node | int] = [self.root]
        while waiting:
            node = waiting.pop()
            yield node
            if isinstance(node, Node):
                waiting += reversed(node.children)

    def _check(self) -> None:
        """Raise InvalidParams where the tree is no sound one, or not the canonical form of it."""
        seen = count = 0
        for node in self.nodes():
            count += 1
            if isinstance(node, Node):
                if len(node.children) != node.transform.outputs:
                    raise InvalidParams(
                        f"{node.transform} gives {node.transform.outputs} streams, {len(node.children)} are used"
                    )
            elif not 0 <= node <= seen:
                raise InvalidParams("The leaves are not in the order of their use")
            else:
                seen = max(seen, node + 1)
        if seen != len(self.leaves):
            raise InvalidParams(f"{seen} of {len(self.leaves)} leaves are used")
        if count > MAX_NODES or _depth(self.root) > MAX_DEPTH:
            raise InvalidParams("The pipeline is deeper or larger than pipelines may be")

    # Written forms

    def packed(self) -> bytes:
        """The canonical written form."""
        writer = Writer()
        for node in self.nodes():
            if isinstance(node, Node):
                node.transform.pack(writer)
            else:
                writer.number(0)
                writer.number(node)
        for leaf in self.leaves:
            leaf.pack(writer)
        return bytes(writer.data)

    @classmethod
    def unpacked(cls, data: Bytes) -> Self:
        """The inverse of `packed`; raises CorruptStream."""
        reader = Reader(data)
        count = seen = 0

        def read(depth: int) -> Node | int:
            nonlocal count, seen
            count += 1
            if depth > MAX_DEPTH or count > MAX_NODES:
                raise CorruptStream("The pipeline is deeper or larger than pipelines may be")
            code = reader.number()
            if code == 0:
                number = reader.number(seen)
                seen = max(seen, number + 1)
                return number
            transform = transforms.of_code(code, reader)
            if transform.outputs > reader.left:
                raise CorruptStream("The pipeline ends too early")
            return Node(transform, tuple(read(depth + 1) for _ in range(transform.outputs)))

        root = read(0)
        found = tuple(leaves.of_code(reader.number(), reader) for _ in range(seen))
        reader.finish()
        try:
            return cls(root, found)
        except InvalidParams as error:
            raise CorruptStream(f"The pipeline is not sound: {error}") from None

    def config(self) -> dict[str, Any]:
        """The pipeline as JSON data, for people and programs."""

        def told(node: Node | int) -> Any:
            if not isinstance(node, Node):
                return node
            return {**node.transform.config(), "then": [told(child) for child in node.children]}

        return {"tree": told(self.root), "leaves": [leaf.config() for leaf in self.leaves]}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """The inverse of `config`; raises InvalidParams."""

        def read(item: Any, depth: int) -> Node | int:
            if isinstance(item, int) and not isinstance(item, bool):
                return item
            if depth > MAX_DEPTH or not isinstance(item, Mapping) or not isinstance(item.get("then"), list):
                raise InvalidParams(
                    "A node of a pipeline is a leaf's number, or an object with `id` and `then`"
                )
            values = {name: value for name, value in item.items() if name != "then"}
            return Node(
                transforms.from_config(values), tuple(read(child, depth + 1) for child in item["then"])
            )

        listed = config.get("leaves")
        if not isinstance(listed, list) or not all(isinstance(item, Mapping) for item in listed):
            raise InvalidParams("A pipeline has a list of leaves")
        return cls(read(config.get("tree"), 0), tuple(leaves.from_config(item) for item in listed))

    def __str__(self) -> str:
        """One line for people."""
        return json.dumps(self.config())

    # Work

    def encode(self, data: Array) -> bytes:
        """The payload of `data`; raises Unfit where the pipeline is not for it."""
        head = Writer()
        parts: list[list[Array]] = [[] for _ in self.leaves]

        def walk(node: Node | int, stream: Stream) -> None:
            if isinstance(node, Node):
                encoded = node.transform.encode(stream)
                head.string(encoded.note)
                for child, part in zip(node.children, encoded.streams, strict=True):
                    walk(child, part)
            else:
                if node is not self.root:
                    head.number(stream.size)
                parts[node].append(stream.data)

        walk(self.root, Stream(data))
        bodies = [leaf.encode(_joined(part)) for leaf, part in zip(self.leaves, parts, strict=True)]
        for body in bodies[:-1]:
            head.number(len(body))
        return b"".join([_packed_head(bytes(head.data)), *bodies])

    def decode(self, payload: Bytes, size: int, limits: Limits | None = None) -> Array:
        """The `size` bytes that were encoded; raises CorruptStream, LimitExceeded before memory is taken."""
        reader = Reader(payload)
        head = _unpacked_head(reader)
        notes, sizes = self._head(head, size)
        _check_sizes(self.leaves, sizes, size, limits or Limits())
        streams = self._streams(head, reader, sizes)
        most = GROWTH * size + GROWTH_FLOOR

        def walk(node: Node | int) -> Array:
            if not isinstance(node, Node):
                return next(streams[node])
            note = next(notes)
            return node.transform.decode([walk(child) for child in node.children], note, most)

        data = walk(self.root)
        if len(data) != size:
            raise CorruptStream(f"The content has {len(data)} bytes where {size} were stated")
        return data

    def bodies(self, payload: Bytes, size: int) -> list[int]:
        """How many bytes of a payload of `size` bytes each leaf takes; raises CorruptStream."""
        reader = Reader(payload)
        head = _unpacked_head(reader)
        self._head(head, size)
        lengths = [head.number(reader.left) for _ in self.leaves[:-1]]
        return [*lengths, max(reader.left - sum(lengths), 0)][: len(self.leaves)]

    def _head(self, head: Reader, size: int) -> tuple[Iterator[bytes], list[list[int]]]:
        """The notes of the transforms, and the sizes of the streams of each leaf."""
        notes: list[bytes] = []
        sizes: list[list[int]] = [[] for _ in self.leaves]
        for node in self.nodes():
            if isinstance(node, Node):
                notes.append(bytes(head.string()))
            else:
                sizes[node].append(size if node is self.root else head.number())
        return iter(notes), sizes

    def _streams(self, head: Reader, bodies: Reader, sizes: list[list[int]]) -> list[Iterator[Array]]:
        """For each leaf the streams that it holds, decoded."""
        lengths = [head.number() for _ in self.leaves[:-1]]
        if head is not bodies:
            head.finish()
        encoded = [bodies.exactly(length) for length in lengths]
        if self.leaves:
            encoded.append(bodies.rest())
        bodies.finish()
        decoded = []
        for leaf, body, parts in zip(self.leaves, encoded, sizes, strict=True):
            data = leaf.decode(body, sum(parts))
            decoded.append(iter(np.split(data, np.cumsum(parts[:-1])) if len(parts) > 1 else [data]))
        return decoded


def _depth(node: Node | int) -> int:
    """How many transforms are one below the other."""
    return 1 + max(map(_depth, node.children), default=0) if isinstance(node, Node) else 0


def _joined(parts: list[Array]) -> Array:
    if len(parts) == 1:
        return np.ascontiguousarray(parts[0])
    return np.concatenate(parts)


def _packed_head(head: bytes) -> bytes:
    """The head behind its flag."""
    if len(head) >= HEAD_FLOOR:
        writer = Writer()
        deflated = zlib.compress(head, 9, -15)
        writer.number(1)
        writer.number(len(head))
        writer.string(deflated)
        if len(writer.data) < len(head) + 1:
            return bytes(writer.data)
    return b"\x00" + head


def _unpacked_head(reader: Reader) -> Reader:
    """A reader of the head; where that was not deflated, the bodies follow in the same reader."""
    if not reader.number(1):
        return reader
    size = reader.number(MAX_HEAD)
    packed = zlib.decompressobj(-15)
    try:
        head = packed.decompress(bytes(reader.string()), size + 1)
    except zlib.error as error:
        raise CorruptStream(f"The head of a frame is damaged: {error}") from None
    if len(head) != size or not packed.eof:
        raise CorruptStream("The head of a frame has another size than it states")
    return Reader(head)


def _check_sizes(parts: Sequence[Leaf], sizes: list[list[int]], size: int, limits: Limits) -> None:
    """Refuse before anything is decoded what would take more than it may."""
    total = sum(map(sum, sizes))
    if total > GROWTH * size + GROWTH_FLOOR:
        raise CorruptStream("The streams of a frame are larger than its content allows")
    memory = (
        total
        + size
        + max((leaf.memory(sum(part)) for leaf, part in zip(parts, sizes, strict=True)), default=0)
    )
    if memory > limits.max_memory_bytes:
        raise LimitExceeded("Decoding this frame takes more memory than allowed", kind="memory")
