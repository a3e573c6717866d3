"""Content that holds deflate streams: images, documents, archives."""

from collections.abc import Iterator

from compression.engine.analysis.proposals import Proposal, proposer
from compression.engine.deflated.finding import PNG, Form
from compression.engine.deflated.undoing import undone
from compression.engine.streams import Kind, Stream
from compression.engine.transforms.inflated import Inflated
from compression.engine.transforms.scanlines import header

HEADER = 33
"""Bytes that say what a PNG image is like."""


@proposer(Kind.BYTES)
def deflated(stream: Stream) -> Iterator[Proposal]:
    """Undo what can be undone exactly; where it is an image, its pixels."""
    found = undone(stream.data)
    if not found:
        return
    count = f"{len(found)} deflate streams" if len(found) > 1 else "a deflate stream"
    yield Proposal((Inflated(),), f"{count} that zlib makes again")
    if found[0][0].form is Form.PNG:
        start = stream.data[: found[0][0].start].tobytes().rfind(PNG)
        rows = header(stream.data[start : start + HEADER].tobytes())
        if rows:
            yield Proposal((Inflated(), rows), f"a PNG image with rows of {rows.row} bytes")
