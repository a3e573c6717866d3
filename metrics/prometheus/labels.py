"""Labels from closed sets: nobody can fill the memory of Prometheus with names."""

from typing import Final

from compression.engine import formats
from compression.engine.codecs import all_codecs
from files.choices import Kind

OWN: Final = "own"
ARCHIVE: Final = "archive"
UNKNOWN: Final = "unknown"


def algorithm_label(name: str) -> str:
    """Return the label of an algorithm: codecs have their names, what people made is one, and so are archives."""
    if name in all_codecs():
        return name
    return ARCHIVE if all(part in formats.all_formats() for part in name.split("+")) else OWN


def kind_label(kind: str) -> str:
    """Return the label of a kind of content."""
    return kind if kind in Kind.values else UNKNOWN
