"""What the clock does for learning: it asks for the jobs that nobody else asks for, and watches what serves."""

from compression.learning import drift, harvesting, training
from core.clock import every


@every(seconds=60)
def harvest_new_lines() -> None:
    """Have new lines of the history harvested."""
    harvesting.harvest_when_due()


@every(seconds=300)
def train_on_new_outcomes() -> None:
    """Have a state trained where enough was learned since the last one."""
    training.training_when_due()


@every(seconds=600)
def watch_the_serving_state() -> None:
    """Compare what was predicted of late with what came."""
    drift.drift_watch()
