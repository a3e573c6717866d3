"""Makes known the hostile codecs, and the one that tries hostile inputs; for codec hosts under test."""

from compression.engine.codecs import register
from tests.compression.engine.fuzzing.trial import Fuzz
from tests.compression.engine.hostile import Hostile

register(Hostile)
register(Fuzz)
