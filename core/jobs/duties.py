"""What the clock does for jobs."""

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
