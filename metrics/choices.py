"""Closed sets of the metrics app."""

from datetime import timedelta

from django.db import models

# The window of analytics where none is asked for.
USUAL_PERIOD = timedelta(days=30)


class Resolution(models.TextChoices):
    """How long the buckets are that a history is told in; `raw` are the samples themselves."""

    RAW = "raw", "seconds"
    MINUTE = "minute", "minutes"
    HOUR = "hour", "hours"
    DAY = "day", "days"

    @property
    def step(self) -> timedelta:
        """How long a bucket is."""
        return _STEPS[self]


_STEPS = {
    Resolution.RAW: timedelta(seconds=1),
    Resolution.MINUTE: timedelta(minutes=1),
    Resolution.HOUR: timedelta(hours=1),
    Resolution.DAY: timedelta(days=1),
}
