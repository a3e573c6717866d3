"""What the clock does for alerts."""

from core.clock import every
from metrics.alerting import evaluating


@every(seconds=1)
def look_at_alerts() -> None:
    """See what came since the last look."""
    evaluating.look()
