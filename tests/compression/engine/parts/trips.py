"""There and back: what tests of transforms have in common."""

from compression.engine.streams import Stream, array
from compression.engine.transforms import Encoded, Transform

MOST = 1 << 24


def restored(transform: Transform, encoded: Encoded) -> bytes:
    """The content again, from copies of the streams as a frame would give them."""
    streams = [array(stream.data.tobytes()) for stream in encoded.streams]
    return transform.decode(streams, encoded.note, MOST).tobytes()


def assert_restored(transform: Transform, data: bytes) -> Encoded:
    """Check that the content comes back; return what the transform makes of it."""
    encoded = transform.encode(Stream(array(data)))
    assert restored(transform, encoded) == data
    return encoded
