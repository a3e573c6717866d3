"""What the objects of the compression app may look like."""

from compression.choices import AlgorithmKind, AlgorithmStatus, Ending, Operation
from compression.optimising.choices import Ended, Objective
from core.rules import Choice, Integer, Text

ALGORITHM_NAME = Text(
    min=1, max=64, pattern=r"[a-z0-9][a-z0-9._\-]*", says="Small letters, digits, dots, hyphens, underscores."
)
# A name that people give has a hyphen, those of codecs have none: a codec to come finds its name free.
PRESET_NAME = Text(
    min=3,
    max=64,
    pattern=r"[a-z0-9][a-z0-9._]*-[a-z0-9._\-]*[a-z0-9]",
    says="Small letters, digits, dots, underscores, and at least one hyphen within: logs-fast.",
    label="Name",
    help="With a hyphen within, such as logs-fast: names without one are kept for codecs.",
)
ALGORITHM_TITLE = Text(min=1, max=100, label="Title")
ALGORITHM_DESCRIPTION = Text(min=0, max=2000, lines=True, label="Description")
ALGORITHM_STATUS = Choice(AlgorithmStatus, label="Status")
ALGORITHM_KIND = Choice(AlgorithmKind, label="Kind")
OPERATION = Choice(Operation, label="Operation")
# Text that is given in the body instead of a file; what is larger belongs into an upload.
TEXT_INPUT = Text(min=0, max=8 * 1024 * 1024, lines=True, label="Text")
ENDING = Choice(Ending, label="Ended by")
# Runs of each candidate of a comparison.
REPETITIONS = Integer(min=1, max=100, label="Repetitions")
SEED = Integer(min=0, max=2**53 - 1, label="Seed")
OBJECTIVE = Choice(Objective, label="Objective")
ENDED = Choice(Ended, label="Ended by")
# Searches of one optimisation, one after the other.
ROUNDS = Integer(min=1, max=20, label="Rounds")
# What somebody calls an algorithm of their own; the platform puts the name of the account before it.
OWN_NAME = Text(
    min=3,
    max=40,
    pattern=r"[a-z0-9][a-z0-9_]*-[a-z0-9_\-]*[a-z0-9]",
    says="Small letters, digits, underscores, and at least one hyphen within: sensor-logs.",
    label="Name",
    help="With a hyphen within, such as sensor-logs. The name of your account is put before it.",
)
