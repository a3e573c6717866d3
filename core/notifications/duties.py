"""What the clock does for notifications."""

from core.clock import every
from core.notifications import delivering, services


@every(seconds=1)
def deliver() -> None:
    """Begin to send what is due."""
    delivering.begin()


@every(seconds=3600)
def forget_old_notifications() -> None:
    """Drop what is older than it is kept."""
    services.notifications_forget()
