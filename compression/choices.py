"""Closed lists of the compression app."""

from django.db.models import TextChoices


class AlgorithmStatus(TextChoices):
    """Where an algorithm is in its life. Only testing, active and deprecated ones are used for new work."""

    DRAFT = "draft", "Draft"
    TESTING = "testing", "Testing"
    ACTIVE = "active", "Active"
    DEPRECATED = "deprecated", "Deprecated"
    DISABLED = "disabled", "Disabled"


USABLE = frozenset({AlgorithmStatus.ACTIVE, AlgorithmStatus.DEPRECATED})


class AlgorithmKind(TextChoices):
    """Where an algorithm comes from."""

    CODEC = "codec", "Codec of the engine"
    DYNAMIC = "dynamic", "Composed: a codec with its settings fixed"


class Operation(TextChoices):
    """Which way the bytes went."""

    COMPRESS = "compress", "Compress"
    DECOMPRESS = "decompress", "Decompress"


class Ending(TextChoices):
    """Why a comparison measured no more."""

    TIGHT = "tight", "All intervals are tight"
    REPETITIONS = "repetitions", "All repetitions are done"
    BUDGET = "budget", "The time is spent"
