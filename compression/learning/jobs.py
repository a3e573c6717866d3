"""Jobs of learning."""

from compression.learning import harvesting, training
from core.jobs import JobContext, job


@job(harvesting.KIND, title="Harvest outcomes")
def learn_harvest(ctx: JobContext) -> None:
    """Make outcomes of new lines of the history."""
    harvesting.harvest_run(ctx)


@job(training.KIND, title="Meta-learning")
def meta_learn(ctx: JobContext) -> None:
    """Train a state, judge it, and have it serve where it is better."""
    training.training_run(ctx)
