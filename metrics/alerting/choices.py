"""Closed sets of alerts."""

from django.db.models import TextChoices


class Direction(TextChoices):
    """On which side of the threshold it is wrong."""

    ABOVE = "above", "Above"
    BELOW = "below", "Below"


class Severity(TextChoices):
    """How much it matters; the levels of notifications that it goes out as."""

    WARN = "warn", "Warning"
    BAD = "bad", "Critical"


class Status(TextChoices):
    """How one series stands with a rule."""

    OK = "ok", "Fine"
    PENDING = "pending", "Beyond, not for long enough yet"
    FIRING = "firing", "Firing"
    NO_DATA = "no_data", "No data"


class Told(TextChoices):
    """Roles that are told."""

    OPERATOR = "operator", "Operators"
    ADMINISTRATOR = "administrator", "Administrators"
