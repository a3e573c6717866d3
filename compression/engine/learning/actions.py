"""The actions that are chosen among: plain codecs at several levels, and short pipelines for numbers and code.

Whoever adds, removes or changes an action raises ACTION_SET_VERSION: outcomes and states of another set are not mixed.
An action is a name and the config of a codec; some have a parameter that the content's features give.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from compression.engine.leaves import Leaf
from compression.engine.leaves.bzip3 import Bzip3Leaf
from compression.engine.leaves.lzma import LzmaLeaf
from compression.engine.leaves.pcodec import PcodecLeaf
from compression.engine.leaves.zstd import ZstdLeaf
from compression.engine.pipeline import End, Pipeline, Step
from compression.engine.transforms import Transform
from compression.engine.transforms.bits import BitPlanes
from compression.engine.transforms.branches import Branches
from compression.engine.transforms.delta import Delta
from compression.engine.transforms.predict import Predict
from compression.engine.transforms.transpose import Transpose

ACTION_SET_VERSION = 1
CHUNK = 256 * 1024
"""Bytes of content, at most, that one outcome is about."""

Features = Mapping[str, float]
Config = dict[str, Any]


@dataclass(frozen=True)
class Action:
    """One way to compress. `words` says to people what it does, `config` gives the codec's config for some content."""

    name: str
    algorithm: str
    words: str
    config: Callable[[Features], Config]
    fixed: bool = True
    """Whether the config is the same for all content."""


def _plain(algorithm: str, level: int | None, words: str, **params: Any) -> Action:
    config = {"id": algorithm, **({} if level is None else {"level": level}), **params}
    name = algorithm if level is None else f"{algorithm}-{level}"
    return Action(name, algorithm, words, lambda _: dict(config))


def _composed(
    name: str, words: str, leaf: Leaf, chain: Callable[[Features], list[Transform]], *, fixed: bool = True
) -> Action:
    return Action(name, "dcz", words, lambda features: _pipeline(chain(features), leaf), fixed)


def _pipeline(chain: list[Transform], leaf: Leaf) -> Config:
    """All streams of the chain in one leaf, one after the other."""
    plan: Step | End = End(leaf, "all")
    for transform in reversed(chain):
        plan = Step(transform, [plan] * transform.outputs)
    packed = Pipeline.of(plan).packed()
    return {"id": "dcz", "pipeline": base64.b64encode(packed).decode()}


def period(features: Features) -> int:
    """The distance at which bytes are most alike; 4 where none stands out."""
    lag = int(features["match_lag"])
    return lag if features["match_rate"] > 0.02 and lag > 1 else 4


def _numbers(width: int, leaf: Leaf, name: str, words: str) -> Action:
    """Differences of numbers, folded, by the places of their bytes."""
    chain: list[Transform] = [Delta(width=width, by="folded"), Transpose(row=width)]
    return _composed(f"delta-{width}-{name}", words.format(bits=8 * width), leaf, lambda _: chain)


_ALL = (
    _plain("store", None, "as it is"),
    _plain("lz4", 1, "fastest, matches alone"),
    _plain("zstd", 1, "fast"),
    _plain("zstd", 3, "fast"),
    _plain("zstd", 6, "quick to make, fast to read"),
    _plain("zstd", 9, "fairly small, fast to read"),
    _plain("zstd", 12, "fairly small, fast to read"),
    _plain("zstd", 19, "small, fast to read"),
    _plain("gzip", 6, "read everywhere"),
    _plain("brotli", 5, "good on text"),
    _plain("brotli", 11, "very good on text, slow to make"),
    _plain("xz", 6, "small where content repeats far apart"),
    _plain("bzip2", 9, "good on text"),
    _plain("bzip3", None, "very good on text and pictures"),
    _composed("delta-1-bzip3", "differences of bytes", Bzip3Leaf(), lambda _: [Delta(width=1)]),
    _numbers(2, Bzip3Leaf(), "bzip3", "differences of {bits}-bit numbers, sorted by byte"),
    _numbers(4, Bzip3Leaf(), "bzip3", "differences of {bits}-bit numbers, sorted by byte"),
    _numbers(
        4, ZstdLeaf(level=12), "zstd", "differences of {bits}-bit numbers, sorted by byte, fast to read"
    ),
    _numbers(
        8, ZstdLeaf(level=12), "zstd", "differences of {bits}-bit numbers, sorted by byte, fast to read"
    ),
    _numbers(8, LzmaLeaf(), "xz", "differences of {bits}-bit numbers, sorted by byte"),
    _composed(
        "bits-2-bzip3",
        "differences of 16-bit numbers, sorted by bit",
        Bzip3Leaf(),
        lambda _: [Delta(width=2, by="folded"), BitPlanes(width=2)],
    ),
    _composed(
        "predict-2-bzip3",
        "16-bit numbers predicted from those before",
        Bzip3Leaf(),
        lambda _: [Predict(width=2, sort="signed")],
    ),
    _composed(
        "columns-xz",
        "rows of a fixed length turned into columns",
        LzmaLeaf(),
        lambda features: [Transpose(row=period(features))],
        fixed=False,
    ),
    _composed(
        "columns-zstd",
        "rows of a fixed length turned into columns, fast to read",
        ZstdLeaf(level=12),
        lambda features: [Transpose(row=period(features))],
        fixed=False,
    ),
    _composed(
        "row-delta-bzip3",
        "differences from the row before",
        Bzip3Leaf(),
        lambda features: [Delta(width=1, lag=period(features))],
        fixed=False,
    ),
    _composed("code-xz", "addresses in machine code made absolute", LzmaLeaf(), lambda _: [Branches()]),
    _composed("pcodec-u4", "32-bit numbers by their distribution", PcodecLeaf(type="u4"), lambda _: []),
    _composed(
        "pcodec-f8",
        "64-bit floating-point numbers by their distribution",
        PcodecLeaf(type="f8"),
        lambda _: [],
    ),
)

ACTIONS: dict[str, Action] = {action.name: action for action in _ALL}
NAMES = tuple(ACTIONS)
