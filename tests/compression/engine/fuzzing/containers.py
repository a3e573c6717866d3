"""Containers changed by whoever knows the format: what is around the change is right, so that a decoder goes on.

The checksums of the content stay those of the original, so what decodes without an error has to be that.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from compression.engine.container import MAGIC
from compression.engine.errors import EngineError
from compression.engine.pipeline import Pipeline
from compression.engine.wire import Reader, Writer
from tests.compression.engine.dcz_golden import goldens

PIPELINE, FRAME, END, ONLY = 1, 2, 3, 4
LARGE = (0, 1, 127, 128, 1 << 14, (1 << 24) - 1, 1 << 24, 1 << 31, (1 << 32) - 1, 1 << 63, (1 << 64) - 1)


@dataclass(frozen=True)
class Block:
    """A pipeline (`body` is its packed form) or a frame (`body` is its payload)."""

    kind: int
    body: bytes
    number: int = 0
    size: int = 0
    checksum: bytes = b""

    def written(self) -> bytes:
        """As it is in a file."""
        writer = Writer()
        writer.number(self.kind)
        if self.kind == FRAME:
            writer.number(self.number)
            writer.number(self.size)
        writer.string(self.body)
        return bytes(writer.data) + self.checksum


def taken_apart(blob: bytes) -> tuple[list[Block], bytes]:
    """The blocks of a sound container, and the SHA-256 of its content; that is empty for a frame that is alone."""
    reader = Reader(blob)
    reader.exactly(len(MAGIC))
    blocks: list[Block] = []
    while (kind := reader.number()) != END:
        if kind == ONLY:
            pipeline = Block(PIPELINE, bytes(reader.string()))
            size, body = reader.number(), bytes(reader.string())
            return [pipeline, Block(FRAME, body, 0, size, bytes(reader.exactly(8)))], b""
        if kind == PIPELINE:
            blocks.append(Block(kind, bytes(reader.string())))
        else:
            number, size, body = reader.number(), reader.number(), bytes(reader.string())
            blocks.append(Block(kind, body, number, size, bytes(reader.exactly(8))))
    return blocks, blob[-40:-8]


def put_together(blocks: list[Block], sha256: bytes) -> bytes:
    """A container of these blocks with the index that they need, or as a frame that is alone."""
    if not sha256 and [block.kind for block in blocks] == [PIPELINE, FRAME]:
        return MAGIC + bytes([ONLY]) + b"".join(block.written()[n + 1 :] for n, block in enumerate(blocks))
    parts = [block.written() for block in blocks]
    end = Writer()
    end.number(END)
    end.number(len(blocks))
    for block, part in zip(blocks, parts, strict=True):
        end.number(len(part))
        end.number(block.size)
    end.number(sum(block.size for block in blocks))
    end.data += sha256 or bytes(32)
    return b"".join([MAGIC, *parts, bytes(end.data), len(end.data).to_bytes(4, "little"), MAGIC[::-1]])


def repaired(rng: random.Random, data: bytearray, original: bytes) -> bool:
    """Changes to the blocks of the original, in a container that is sound otherwise."""
    blocks, sha256 = taken_apart(original)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        if blocks:
            rng.choice(_CHANGES)(rng, blocks)
    data[:] = put_together(blocks, sha256)
    return True


def _chosen(rng: random.Random, blocks: list[Block], kind: int) -> int:
    return rng.choice([n for n, block in enumerate(blocks) if block.kind == kind] or [0])


def _scratched(rng: random.Random, body: bytes) -> bytes:
    """A few bytes changed, or a number in place of others."""
    out = bytearray(body)
    at = min(int(rng.expovariate(1 / 12)), len(out)) if rng.random() < 0.6 else rng.randrange(len(out) + 1)
    size = rng.choice((0, 1, 1, 2, 4))
    writer = Writer()
    writer.number(rng.choice(LARGE))
    changes = rng.randbytes(size), bytes(size), b"\xff" * size, bytes(writer.data), b""
    out[at : at + size] = rng.choice(changes)
    return bytes(out)


def _scratch_payload(rng: random.Random, blocks: list[Block]) -> None:
    at = _chosen(rng, blocks, FRAME)
    blocks[at] = replace(blocks[at], body=_scratched(rng, blocks[at].body))


def _scratch_pipeline(rng: random.Random, blocks: list[Block]) -> None:
    at = _chosen(rng, blocks, PIPELINE)
    blocks[at] = replace(blocks[at], body=_scratched(rng, blocks[at].body))


def _swap_pipeline(rng: random.Random, blocks: list[Block]) -> None:
    """Another pipeline for the same payload, or another payload for the same pipeline."""
    other, _ = taken_apart(rng.choice(list(goldens().values())).written())
    if not other:
        return
    kind = rng.choice((PIPELINE, FRAME))
    at = _chosen(rng, blocks, kind)
    blocks[at] = replace(blocks[at], body=other[_chosen(rng, other, kind)].body)


def _set_size(rng: random.Random, blocks: list[Block]) -> None:
    at = _chosen(rng, blocks, FRAME)
    size = rng.choice((1, blocks[at].size - 1, blocks[at].size + 1, 1 << 16, 1 << 18, 16 << 20))
    blocks[at] = replace(blocks[at], size=max(size, 0))


def _rearrange(rng: random.Random, blocks: list[Block]) -> None:
    one, other = rng.randrange(len(blocks)), rng.randrange(len(blocks))
    move = rng.choice(("swap", "duplicate", "delete"))
    if move == "swap":
        blocks[one], blocks[other] = blocks[other], blocks[one]
    elif move == "duplicate":
        blocks.insert(other, blocks[one])
    else:
        del blocks[one]


def _change_parameter(rng: random.Random, blocks: list[Block]) -> None:
    """Another value for a parameter of a part, one that the part allows where that is found in a few tries."""
    at = _chosen(rng, blocks, PIPELINE)
    for _ in range(8):
        try:
            config = Pipeline.unpacked(blocks[at].body).config()
            part = rng.choice([*_nodes(config["tree"]), *config["leaves"]])
            names = [name for name in part if name not in ("id", "version", "then")]
            if not names:
                return
            name = rng.choice(names)
            part[name] = _other(rng, part[name])
            blocks[at] = replace(blocks[at], body=Pipeline.from_config(config).packed())
            return
        except (EngineError, IndexError):
            continue


def _nodes(tree: Any) -> list[dict[str, Any]]:
    if isinstance(tree, int):
        return []
    return [tree, *(node for child in tree["then"] for node in _nodes(child))]


def _other(rng: random.Random, value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return rng.choice((0, 1, 2, 3, 4, 8, value + 1, value * 2, 255, 4096, 1 << 20, 1 << 22))
    if isinstance(value, list):
        changed = list(value)
        if changed:
            place = rng.randrange(len(changed))
            changed[place] = _other(rng, changed[place])
        return changed
    return rng.choice(("minus", "folded", "xor", "signed", "float", "image", "words", "fastq", "%y%b", "%9f"))


_CHANGES: list[Callable[[random.Random, list[Block]], None]] = [
    *[_scratch_payload] * 4,
    *[_scratch_pipeline] * 2,
    _swap_pipeline,
    _set_size,
    _rearrange,
    *[_change_parameter] * 2,
]
