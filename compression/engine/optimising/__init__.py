"""Optimising: plain codecs and searched pipelines side by side on real content, the best of them kept."""

from compression.engine.optimising.drawing import drawn
from compression.engine.optimising.rounds import Ending, Optimising, Wishes
from compression.engine.optimising.trying import Tried, words

__all__ = ["Ending", "Optimising", "Tried", "Wishes", "drawn", "words"]
