"""Closed lists of optimisations."""

from django.db.models import TextChoices


class Objective(TextChoices):
    """What is to be good."""

    RATIO = "ratio", "The smallest output"
    BALANCED = "balanced", "Small and fast together"
    SPEED = "speed", "Fast to compress"
    DECODE = "decode", "Fast to decompress"


EXPLAINED = {
    Objective.RATIO: "Nothing counts but the size.",
    Objective.BALANCED: "The time to compress, to send over a link of 20 MB/s and to decompress, together.",
    Objective.SPEED: "The smallest of what compresses with at least 50 MB/s on one core.",
    Objective.DECODE: "The smallest of what decompresses with at least 200 MB/s on one core.",
}


class Ended(TextChoices):
    """Why no more was tried."""

    BUDGET = "budget", "The time was spent"
    ROUNDS = "rounds", "All rounds were done"
    EXHAUSTED = "exhausted", "Nothing was left to try"
    KEPT = "kept", "Somebody said that it is enough"


class TrialKind(TextChoices):
    """What was tried."""

    TRIAL = "trial", "A part, on a sample"
    PLAIN = "plain", "A plain codec, on the content"
    PIPELINE = "pipeline", "A pipeline, on the content"
