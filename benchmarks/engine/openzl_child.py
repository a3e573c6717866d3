"""`python -m benchmarks.engine.openzl_child FILE [GRAPH…]`: OpenZL on one file, without the graphs that are named.

It holds the GIL and a graph may crash, so it has a process of its own, which says what it begins and what came out, a
line of JSON each. All graphs are tried on the front of the file, and the best of them on the whole.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from openzl import ext as zl

from benchmarks.engine.openzl_graphs import Graph, graphs
from benchmarks.engine.results import round_trip

SAMPLE = 128 << 10
BEST, QUICK = 2, 2
"""How many go over the whole file: of all graphs, and of those that compress fast besides."""


def compressor_of(graph: Graph, level: int) -> Any:
    """The format's version is always stated: without it nothing is compressed."""
    compressor = zl.Compressor()
    compressor.set_parameter(zl.CParam.FormatVersion, zl.MAX_FORMAT_VERSION)
    compressor.select_starting_graph(graph.build(compressor, level))
    return compressor


def tried(graph: Graph, data: bytes, level: int) -> dict[str, Any]:
    """There and back by one graph. What is behind the last whole element is stored, and counted, beside the frame."""
    whole = len(data) - len(data) % graph.width
    compressor = compressor_of(graph, level)

    def encode(content: bytes) -> bytes:
        context = zl.CCtx()
        context.ref_compressor(compressor)
        context.set_parameter(zl.CParam.FormatVersion, zl.MAX_FORMAT_VERSION)
        head = np.frombuffer(content[:whole], np.uint8)
        return bytes(context.compress([zl.Input(zl.Type.Serial, head)])) + content[whole:]

    def decode(packed: bytes) -> bytes:
        frame = packed[: len(packed) - (len(data) - whole)]
        return zl.DCtx().decompress(frame)[0].content.as_bytes() + packed[len(frame) :]

    return round_trip(data, encode, decode).config()


def say(**what: Any) -> None:
    """A line for the parent."""
    print(json.dumps(what), flush=True)


def main() -> None:
    """Screen, then measure."""
    data = Path(sys.argv[1]).read_bytes()
    screened: list[tuple[int, Graph]] = []
    for graph in graphs():
        if graph.name in sys.argv[2:] or graph.width > len(data):
            continue
        say(began=graph.name)
        sample = tried(graph, data[:SAMPLE], level=9)
        if not sample["error"]:
            screened.append((sample["size"], graph))
    screened.sort(key=lambda pair: pair[0])
    best = [graph for _, graph in screened[:BEST]]
    best += [graph for _, graph in screened if graph.quick and graph not in best][:QUICK]
    for graph in best:
        say(began=graph.name)
        say(graph=graph.name, **tried(graph, data, level=19))


if __name__ == "__main__":
    main()
