"""Jobs of optimisations and trainings."""

from compression.optimising import services, training
from core.jobs import JobContext, job


@job(services.KIND, title="Optimise", page="compression:optimisation")
def optimize(ctx: JobContext) -> None:
    """Search for the best pipeline, and compress with it."""
    services.optimisation_run(ctx)


@job(training.KIND, title="Train an algorithm", page="compression:algorithm", key="algorithm")
def train_algorithm(ctx: JobContext) -> None:
    """Find the pipeline that serves a set of files."""
    training.training_run(ctx)
