"""Closed sets of notifications."""

from django.db.models import TextChoices


class Level(TextChoices):
    """How much it matters."""

    INFO = "info", "Good to know"
    GOOD = "good", "Went well"
    WARN = "warn", "Look at it"
    BAD = "bad", "Act on it"


class Channel(TextChoices):
    """Ways to an account beside its pages, where every notification is."""

    EMAIL = "email", "E-mail"
    WEBHOOK = "webhook", "Webhooks"


class DeliveryStatus(TextChoices):
    """How far a delivery is."""

    PENDING = "pending", "Pending"
    FAILED = "failed", "Failed, tried again"
    DELIVERED = "delivered", "Delivered"
    ABANDONED = "abandoned", "Given up"


OPEN_DELIVERIES = frozenset({DeliveryStatus.PENDING, DeliveryStatus.FAILED})
