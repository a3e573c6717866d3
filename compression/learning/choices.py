"""Closed lists of learning."""

from django.db.models import TextChoices


class Origin(TextChoices):
    """Where an outcome comes from."""

    RUN = "run", "A run that somebody asked for"
    DECISION = "decision", "A decision of the platform"
    AUDIT = "audit", "An audit with all actions"
    OPTIMISATION = "optimisation", "An optimisation"


class Scope(TextChoices):
    """What the figures of a trial are of."""

    SAMPLE = "sample", "The sample of the chunk"
    CHUNK = "chunk", "The chunk"
    FILE = "file", "The whole file"
    PART = "part", "The beginning of the file"


class StateStatus(TextChoices):
    """What became of a state. One serves; one that served can serve again."""

    CANDIDATE = "candidate", "Candidate"
    SERVING = "serving", "Serving"
    RETIRED = "retired", "Retired"
    REFUSED = "refused", "Refused"


class NoticeKind(TextChoices):
    """What staff are told of."""

    UNSOUND = "unsound", "A state cannot be read"
    DRIFT = "drift", "The serving state predicts worse than it did"
