"""What the golden files of the container hold: a frame for every line of CASES, and some pipelines of several parts."""

import gzip
import hashlib
import random
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from compression.engine.container import Writing
from compression.engine.gif import blocks
from compression.engine.leaves import Leaf
from compression.engine.leaves.lzma import LzmaLeaf
from compression.engine.leaves.mix import MixLeaf
from compression.engine.leaves.store import Store
from compression.engine.leaves.zstd import ZstdLeaf
from compression.engine.parts import Part
from compression.engine.pipeline import End, Pipeline, Step
from compression.engine.streams import array
from compression.engine.transforms import Transform
from compression.engine.transforms.affixes import Affixes
from compression.engine.transforms.characters import Characters
from compression.engine.transforms.decimals import Decimals
from compression.engine.transforms.delta import Delta
from compression.engine.transforms.front import Front
from compression.engine.transforms.gif import Gif
from compression.engine.transforms.inflated import Inflated
from compression.engine.transforms.planes import Planes
from compression.engine.transforms.same import Same
from compression.engine.transforms.scanlines import Scanlines
from compression.engine.transforms.sequences import Sequences
from compression.engine.transforms.table import Table
from compression.engine.transforms.templates import Templates
from compression.engine.transforms.words import Words
from tests.compression.engine.parts.test_leaves import CASES as LEAVES
from tests.compression.engine.parts.test_transforms import CASES as TRANSFORMS

SAMPLE = b"of 12 men, 3 at 4.50\n" * 4 + random.Random(1).randbytes(100) + bytes(range(0, 256, 5))


@dataclass(frozen=True)
class Golden:
    """A file: its path below the folder, and its frames."""

    path: str
    frames: tuple[tuple[Pipeline, bytes], ...]
    alone: bool = False
    """Whether its frame is written as the only one."""

    @property
    def content(self) -> bytes:
        """What comes out of all frames."""
        return b"".join(data for _, data in self.frames)

    def written(self) -> bytes:
        """The container. The pipelines are used whether they make the content smaller or not."""
        writing = Writing()
        if self.alone:
            ((pipeline, content),) = self.frames
            return writing.only(pipeline, array(content), pipeline.encode(array(content)))
        parts = [writing.start()]
        for pipeline, content in self.frames:
            data = array(content)
            parts.append(writing.frame(pipeline, data, pipeline.encode(data)))
        return b"".join([*parts, writing.end()])


@cache
def goldens() -> dict[str, Golden]:
    """All files by their path."""
    found: dict[str, Golden] = {}
    for path, pipeline, content in [*_of_transforms(), *_of_leaves(), *_forms()]:
        number = 2
        unique = path
        while unique in found:  # the same part for content of another form
            unique = f"{path}-{number}"
            number += 1
        found[unique] = Golden(unique, ((pipeline, content),))
    composed = {f"composed/{name}": frames for name, frames in _composed().items()}
    found |= {path: Golden(path, frames) for path, frames in composed.items()}
    alone = [found["composed/table"].frames, ((Pipeline.of(End(Store())), SAMPLE),)]
    return found | {f"alone/{n}": Golden(f"alone/{n}", frames, alone=True) for n, frames in enumerate(alone)}


def _path(part: Part) -> str:
    values = {name: value for name, value in part.config().items() if name not in ("id", "version")}
    told = ",".join(f"{name}={value}" for name, value in values.items()) or "default"
    sort = "leaves" if isinstance(part, Leaf) else "transforms"
    return f"{sort}/{part.id}-v{part.version}/{re.sub('[^A-Za-z0-9=,.-]+', '_', told)}"


def stored(part: Transform) -> Pipeline:
    """The transform alone, its streams as they are."""
    return Pipeline.of(Step(part, [End(Store()) for _ in range(part.outputs)]))


def _of_transforms() -> Iterator[tuple[str, Pipeline, bytes]]:
    for part, fitting in TRANSFORMS:
        yield _path(part), stored(part), fitting(SAMPLE)


def _of_leaves() -> Iterator[tuple[str, Pipeline, bytes]]:
    for part, width in LEAVES:
        data = SAMPLE + SAMPLE[:150]
        yield _path(part), Pipeline.of(End(part)), data[: len(data) // width * width]
    for model, stride in (("binary", 1), ("records", 12), ("image", 12)):
        part = MixLeaf(model=model, stride=stride, width=3)
        yield _path(part), Pipeline.of(End(part)), SAMPLE


def _forms() -> Iterator[tuple[str, Pipeline, bytes]]:
    """Content of forms that those of CASES do not have."""
    listed: dict[str, tuple[Transform, bytes]] = {
        "quoted": (Table(columns=(3,)), b'name,at,of\r\n1,"a\nb, c",x\r\n2,"",y\r\n3,"""",z'),
        "given": (Table(columns=(2,), given=(0, 1)), b"b7,x\na,y\n-2,z\n10,v\n9.5,w\n,u\n"),
        "cases": (Sequences(), b"ACGT\n>one\nACGTNNNNacgtnnRYAC\nACG\n\n>two\n>three\nTTTTTTTTTT"),
        "marked": (Characters(form="utf-8"), "\ufeffПривет, \U0001f600 мир".encode() + b"\xd0"),
        "repeats": (Templates(slots="numbers", columns=1), b"id 12 of 12, 7\nid 5 of 6, 7\nother\nid 1 of 1, 1"),
        "strands": (Sequences(), _strands()),
        "noise": (Inflated(), _png()),
        "cut": (Inflated(), b"in: " + gzip.compress(random.Random(2).randbytes(25_000), 6, mtime=0)[:20_000]),
        "codes": (Gif(), _gif()),
        "filters": (Scanlines(row=6, channels=3), b"".join(bytes([n]) + SAMPLE[9 * n :][:6] for n in range(7))),
    }  # fmt: skip
    for name, (part, content) in listed.items():
        yield f"{_path(part).rpartition('/')[0]}/{name}", stored(part), content


def _png() -> bytes:
    """An image in two chunks, and a gzip stream that is cut off."""
    noise = b"".join(hashlib.sha512(bytes([n])).digest() for n in range(3))
    packed = zlib.compress(noise + noise[::-1] + SAMPLE, 9)
    chunks = b"".join(
        struct.pack(">I", len(part)) + b"IDAT" + part + struct.pack(">I", zlib.crc32(b"IDAT" + part))
        for part in (packed[:200], packed[200:])
    )
    return b"\x89PNG\r\n\x1a\n" + chunks + gzip.compress(noise * 2, 6, mtime=0)


def _strands() -> bytes:
    """A sequence, and the same from its other strand."""
    bases = bytes(random.Random(3).choices(b"ACGT", k=150))
    return b">a\n" + bases + b"\n>b\n" + bases[::-1].translate(bytes.maketrans(b"ACGT", b"TGCA")) + b"\n"


def _gif() -> bytes:
    """An image of few colours whose table is cleared every 40 codes, and whose matches stop early now and then."""
    pixels = array(bytes(n % 7 % 4 for n in range(3000)))
    marks = np.zeros(len(pixels), np.uint8)
    marks[[1000, 2000]] = 1
    codes = blocks(pixels, 2, 100, (40, 60), marks)
    return b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\1\0\1\0\0\x02" + codes + b";"


def _composed() -> dict[str, tuple[tuple[Pipeline, bytes], ...]]:
    """Streams that share a leaf, heads that are deflated, several frames and pipelines, and no leaf at all."""
    lines = "".join(f'{n * n},2024-01-{1 + n % 28:02},"user {n % 7}"\n' for n in range(40)).encode()
    column = Step(Decimals(), [_numbers(4), *_texts(2)])
    names = Step(Affixes(), [Step(Words(), [Step(Front(), _texts(2)), End(Store())]), *_texts(2)])
    table = Pipeline.of(Step(Table(columns=(3,)), [column, End(ZstdLeaf(), "t"), names, *_texts(3)]))
    wide = Pipeline.of(Step(Planes(width=80), [End(LzmaLeaf(), "planes") for _ in range(80)]))
    return {
        "table": ((table, lines),),
        "deflated-head": ((wide, bytes(range(80)) * 3),),
        "frames": (
            (table, lines),
            (wide, bytes(80)),
            (table, lines[: lines.index(b"\n", 400) + 1]),
            (wide, SAMPLE[:160]),
        ),
        "no-leaf": ((Pipeline.of(Step(Same(width=3), [])), b"abc" * 50),),
        "empty": (),
    }


def _numbers(width: int) -> Step:
    return Step(Delta(width=width, by="folded"), [Step(Planes(width=width), [End(ZstdLeaf(), "p")] * width)])


def _texts(count: int) -> list[Step | End]:
    return [End(ZstdLeaf(), "t")] * count
