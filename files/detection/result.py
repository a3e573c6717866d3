"""The answer of detection."""

from dataclasses import dataclass

from files.choices import Kind


@dataclass(frozen=True, slots=True)
class Detected:
    """What a file is."""

    media_type: str
    kind: Kind


UNKNOWN = Detected("application/octet-stream", Kind.BINARY)
