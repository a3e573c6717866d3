"""Graphs composed of what OpenZL's package offers, for content that it is told nothing about.

The package has no trainer and no parser of CSV or Parquet, and its language for formats wants a description. What is
left is to take the content as bytes, as structs or as numbers of some width, and to have its own brute force choose
the transforms and the backend of every stream that comes out.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from openzl import ext as zl

STRUCTS = (2, 3, 4, 5, 6, 8, 12, 16, 20, 24, 28, 32, 36, 40, 48, 64)
NUMBERS = (2, 4, 8)

Build = Callable[[Any], Any]


@dataclass(frozen=True)
class Graph:
    """A graph for content of whole elements of `width` bytes; `quick` ones choose nothing by brute force."""

    name: str
    width: int
    build: Callable[[Any, int], Any]
    quick: bool = False


def graphs() -> Iterator[Graph]:
    """Each of them."""
    for level in (3, 9, 19):
        yield Graph(f"zstd-{level}", 1, _zstd(level), quick=True)
    yield Graph("bytes", 1, _serial)
    for width in STRUCTS:
        yield Graph(f"fields of {width}", width, _fields(width), quick=True)
        yield Graph(f"structs of {width}", width, _structs(width))
    for width in NUMBERS:
        yield Graph(f"little-endian {width}", width, _numbers(width, zl.nodes.ConvertSerialToNumLE))
        yield Graph(f"big-endian {width}", width, _numbers(width, zl.nodes.ConvertSerialToNumBE))
    yield Graph("float32", 4, _floats)


# Each takes a compressor and the level of zstd, and gives the id of a graph. A screening has a low level.


def _zstd(fixed: int) -> Callable[[Any, int], Any]:
    return lambda compressor, _level: zl.graphs.Zstd(compression_level=fixed)(compressor)


def _serial(compressor: Any, level: int) -> Any:
    backends = (zl.graphs.Zstd(compression_level=level), zl.graphs.Entropy(), zl.graphs.Store())
    return zl.graphs.BruteForce([backend(compressor) for backend in backends])(compressor)


def _fields(width: int) -> Callable[[Any, int], Any]:
    def build(compressor: Any, _level: int) -> Any:
        return zl.nodes.ConvertSerialToStruct(width)(compressor, zl.graphs.FieldLz()(compressor))

    return build


def _struct(compressor: Any, level: int) -> Any:
    field, serial = zl.graphs.FieldLz()(compressor), _serial(compressor, level)
    return zl.graphs.BruteForce(
        [
            field,
            zl.nodes.TransposeSplit()(compressor, serial),
            zl.nodes.ConvertStructToSerial()(compressor, serial),
            zl.nodes.TokenizeStruct()(compressor, field, field),
        ]
    )(compressor)


def _structs(width: int) -> Callable[[Any, int], Any]:
    def build(compressor: Any, level: int) -> Any:
        return zl.nodes.ConvertSerialToStruct(width)(compressor, _struct(compressor, level))

    return build


def _numeric(compressor: Any, level: int) -> Any:
    """Numbers as they are: fields, bytes, or planes of bytes."""
    field, serial = zl.graphs.FieldLz()(compressor), _serial(compressor, level)
    planes = zl.nodes.TransposeSplit()(compressor, serial)
    return zl.graphs.BruteForce(
        [
            field,
            zl.nodes.ConvertNumToSerialLE()(compressor, serial),
            zl.nodes.ConvertNumToStructLE()(compressor, planes),
            zl.nodes.RangePack()(compressor, field),
        ]
    )(compressor)


def _numbers(width: int, convert: Any) -> Callable[[Any, int], Any]:
    def build(compressor: Any, level: int) -> Any:
        plain = _numeric(compressor, level)
        delta = zl.nodes.DeltaInt()(compressor, plain)
        alphabet = zl.graphs.BruteForce([plain, delta])(compressor)
        best = zl.graphs.BruteForce(
            [
                plain,
                delta,
                zl.nodes.DeltaInt()(compressor, zl.nodes.Zigzag()(compressor, plain)),
                zl.nodes.TokenizeNumeric(sort=True)(compressor, alphabet, plain),
                zl.nodes.TokenizeNumeric()(compressor, plain, plain),
            ]
        )(compressor)
        return convert(width)(compressor, best)

    return build


def _floats(compressor: Any, level: int) -> Any:
    parts = zl.nodes.Float32Deconstruct()(compressor, _struct(compressor, level), _serial(compressor, level))
    return zl.nodes.ConvertSerialToNumLE(4)(compressor, parts)
