"""What the clock does for jobs and for the answers kept for repeated calls."""

from core.api import idempotency
from core.clock import every
from core.jobs import services


@every(seconds=2)
def recover_lost_jobs() -> None:
    """Queue again the jobs of dead workers."""
    services.jobs_recover()


@every(seconds=2)
def push_forgotten_jobs() -> None:
    """Send lost messages again, and those of jobs that are due for their next attempt."""
    services.jobs_push_forgotten()


@every(seconds=3600)
def forget_old_keys() -> None:
    """Drop the answers to calls that nobody will repeat any more."""
    idempotency.forget_old_keys()
