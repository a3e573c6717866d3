"""What the objects of the compression app may look like."""

from compression.choices import AlgorithmKind, AlgorithmStatus, Operation
from core.rules import Choice, Text

ALGORITHM_NAME = Text(
    min=1, max=64, pattern=r"[a-z0-9][a-z0-9._\-]*", says="Small letters, digits, dots, hyphens, underscores."
)
ALGORITHM_STATUS = Choice(AlgorithmStatus, label="Status")
ALGORITHM_KIND = Choice(AlgorithmKind, label="Kind")
OPERATION = Choice(Operation, label="Operation")
# Text that is given in the body instead of a file; what is larger belongs into an upload.
TEXT_INPUT = Text(min=0, max=8 * 1024 * 1024, lines=True, label="Text")
