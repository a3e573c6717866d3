"""Makes the hostile codecs known; for codec hosts under test."""

from compression.engine.codecs import register
from tests.compression.engine.hostile import Hostile

register(Hostile)
