"""Content that holds deflate streams: images, documents, archives."""

from collections.abc import Iterator

from compression.engine.analysis.neighbours import predictions
from compression.engine.analysis.proposals import Proposal, proposer
from compression.engine.deflated.finding import PNG, Form
from compression.engine.deflated.undoing import Undone, undone
from compression.engine.streams import Array, Kind, Stream, array
from compression.engine.transforms.inflated import Inflated
from compression.engine.transforms.scanlines import Scanlines, header

LESS = 0.25
"""What better codecs save at least, of what deflate made of most content."""
HEADER = 33
"""Bytes that say what a PNG image is like."""


@proposer(Kind.BYTES)
def deflated(stream: Stream) -> Iterator[Proposal]:
    """Undo what can be undone exactly; where it is an image, its pixels."""
    found = undone(stream.data)
    if not found:
        return
    count = f"{len(found)} deflate streams" if len(found) > 1 else "a deflate stream"
    rows = _rows(stream.data, found[0][0])
    undone_bytes = sum(item.end - item.start for item, _ in found)
    # A quick codec makes no less of what comes out than deflate did: it does not tell what better ones will.
    expected = 0.0 if rows else 1 - LESS * undone_bytes / len(stream.data)
    yield Proposal((Inflated(),), f"{count} that zlib makes again", whole=True, expected=expected)
    if rows:
        reason = f"a PNG image with rows of {rows.row} bytes"
        pixels = rows.encode(Stream(array(found[0][1]))).streams[0]
        for then in predictions(pixels):
            yield Proposal((Inflated(), rows, *then.chain), f"{reason}; {then.reason}")
        yield Proposal((Inflated(), rows), reason)


def _rows(data: Array, first: Undone) -> Scanlines | None:
    """The rows of the image that the first stream holds."""
    if first.form is not Form.PNG:
        return None
    start = data[: first.start].tobytes().rfind(PNG)
    rows = header(data[start : start + HEADER].tobytes())
    return rows if rows and first.size > rows.row else None
