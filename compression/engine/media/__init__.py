"""Files of media and science: where in them the samples are. One file for each family of formats."""

from compression.engine.media.base import Area, Field
from compression.engine.media.formats import FORMATS, areas_of, detected

__all__ = ["FORMATS", "Area", "Field", "areas_of", "detected"]
