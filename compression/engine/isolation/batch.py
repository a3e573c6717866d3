"""Many small contents in one call: a child costs milliseconds, a small content microseconds."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from compression.engine.codecs import Codec
from compression.engine.errors import EngineError, error_from
from compression.engine.isolation.batching import Figures
from compression.engine.isolation.calls import ShouldStop, begin
from compression.engine.isolation.client import coding_options, memory_file
from compression.engine.isolation.protocol import Request
from compression.engine.limits import Limits

MOST_CONTENTS = 500
"""Of one call: their figures have to fit one message."""


@dataclass(frozen=True)
class Encoded:
    """One content, encoded and verified by decoding."""

    data: bytes
    figures: Figures


def encode_many(
    codec: Codec,
    contents: Sequence[bytes],
    limits: Limits | None = None,
    *,
    should_stop: ShouldStop | None = None,
) -> list[Encoded | EngineError]:
    """Encode each content by itself, in one child, and decode it again to compare; in the order given.

    At most MOST_CONTENTS, all of which are in memory twice. An error that concerns one content takes its place in the
    list; what ends the child (a crash, a limit of time) is raised and ends them all. `limits` are those of the call,
    but for the size of the output, which is that of each.
    """
    if len(contents) > MOST_CONTENTS:
        raise ValueError(f"{len(contents)} contents are too many for one call")
    sizes = list(map(len, contents))
    options = {**coding_options(codec, verify=True), "sizes": sizes}
    with memory_file(b"".join(contents)) as source, memory_file() as target:
        request = Request("encode_many", limits or Limits(), options)
        with begin(request, (source.fileno(), target.fileno()), None, should_stop) as call:
            entries = call.report()["entries"]
        return _split(entries, len(contents), target.fileno())


def _split(entries: list[dict[str, Any]], count: int, target: int) -> list[Encoded | EngineError]:
    """The outputs, which follow each other; the child's word on sizes is checked against what is there."""
    found: list[Encoded | EngineError] = []
    offset = 0
    for entry in entries:
        if "error" in entry:
            found.append(error_from(entry["error"]))
            continue
        figures = Figures(**entry)
        found.append(Encoded(os.pread(target, figures.compressed_size, offset), figures))
        offset += figures.compressed_size
    if len(found) != count or offset != os.fstat(target).st_size:
        raise EngineError("The codec's process gave out something else than it said")
    return found
