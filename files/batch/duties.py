"""What the clock does for batches."""

from core.clock import every
from files.batch.services import batches_forget


@every(seconds=600)
def forget_batches() -> None:
    """Let go of what ended jobs hold."""
    batches_forget()
