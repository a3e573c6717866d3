"""Content that holds GIF images: files, archives, documents."""

from collections.abc import Iterator

from compression.engine.analysis.proposals import Proposal, proposer
from compression.engine.gif import MAGICS
from compression.engine.streams import Kind, Stream
from compression.engine.transforms.gif import Gif


@proposer(Kind.BYTES)
def gif(stream: Stream) -> Iterator[Proposal]:
    """Pixels of images; whether their codes can be made again the transform sees."""
    content = stream.data.tobytes()
    if any(magic in content for magic in MAGICS):
        yield Proposal((Gif(),), "GIF images", whole=True)
