"""What the clock does for metrics. It calls one duty after the other, so none of them takes long at a time."""

from django.utils import timezone

from core.clock import every
from metrics.analytics import summing
from metrics.storage import partitions, retention, rolling

# After an outage of the clock what is stale is caught up with in portions.
ROLL_S = 1.0
SUM_UP_S = 1.0


@every(seconds=5)
def roll_up_samples() -> None:
    """Roll up the minutes that are over, and what is made of them."""
    rolling.roll_up(timezone.now(), budget_s=ROLL_S)


@every(seconds=3600)
def make_partitions_ahead() -> None:
    """Have tomorrow's partitions there before the first sample of tomorrow."""
    partitions.ensure_ahead(timezone.now())


@every(seconds=3600)
def drop_expired_partitions() -> None:
    """Drop what is not kept any longer."""
    retention.drop_expired(timezone.now())


@every(seconds=10)
def sum_up_outcomes() -> None:
    """Sum up the hours of the ledger that are complete; a ledger that was there before is caught up with slowly."""
    summing.catch_up(budget_s=SUM_UP_S)
