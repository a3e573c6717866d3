"""Named values of accounts."""

from django.db.models import TextChoices


class TokenState(TextChoices):
    """Whether a token opens anything."""

    ACTIVE = "active", "Active"
    EXPIRED = "expired", "Expired"
    REVOKED = "revoked", "Revoked"


class Theme(TextChoices):
    """How the pages look."""

    SYSTEM = "system", "As the device"
    LIGHT = "light", "Light"
    DARK = "dark", "Dark"
