"""What a stored file can be, and where it came from."""

from django.db.models import TextChoices


class Kind(TextChoices):
    """What the bytes of a file are, as far as compression cares; a closed list that outcomes are counted by."""

    EMPTY = "empty", "Empty"
    TEXT = "text", "Text"
    LOG = "log", "Log"
    JSON = "json", "JSON"
    NDJSON = "ndjson", "JSON lines"
    CSV = "csv", "Table (CSV)"
    XML = "xml", "XML"
    HTML = "html", "HTML"
    MARKDOWN = "markdown", "Markdown"
    SQL = "sql", "SQL"
    SOURCE = "source", "Source code"
    CONFIG = "config", "Configuration"
    GENOME = "genome", "Genome"
    NUMERIC = "numeric", "Numbers"
    IMAGE = "image", "Image"
    AUDIO = "audio", "Audio"
    VIDEO = "video", "Video"
    FONT = "font", "Font"
    EXECUTABLE = "executable", "Program"
    ARCHIVE = "archive", "Archive"
    COMPRESSED = "compressed", "Compressed"
    DATABASE = "database", "Database"
    SCIENTIFIC = "scientific", "Scientific"
    DOCUMENT = "document", "Document"
    BINARY = "binary", "Binary"

    @property
    def icon(self) -> str:
        """Name of the icon that stands for files of the kind."""
        if self in {Kind.IMAGE, Kind.AUDIO, Kind.VIDEO}:
            return self.value
        if self in {Kind.ARCHIVE, Kind.COMPRESSED}:
            return "archive"
        if self in _IN_WORDS:
            return "text"
        return "file" if self in {Kind.EMPTY, Kind.BINARY, Kind.EXECUTABLE, Kind.FONT} else "data"


_IN_WORDS = frozenset(
    {
        Kind.TEXT,
        Kind.LOG,
        Kind.HTML,
        Kind.MARKDOWN,
        Kind.SQL,
        Kind.SOURCE,
        Kind.CONFIG,
        Kind.DOCUMENT,
    }
)

TEXTS = frozenset(
    {
        Kind.TEXT,
        Kind.LOG,
        Kind.JSON,
        Kind.NDJSON,
        Kind.CSV,
        Kind.XML,
        Kind.HTML,
        Kind.MARKDOWN,
        Kind.SQL,
        Kind.SOURCE,
        Kind.CONFIG,
        Kind.GENOME,
    }
)
"""What is text, so that its content can be searched."""


class Origin(TextChoices):
    """How a file came to be here."""

    UPLOAD = "upload", "Uploaded"
    RESULT = "result", "Made by the platform"
    TEXT = "text", "Typed in"
    SAMPLE = "sample", "Sample"


class Damage(TextChoices):
    """What a check of stored bytes found."""

    NONE = "", "Sound"
    MISSING = "missing", "Missing"
    DAMAGED = "damaged", "Damaged"
