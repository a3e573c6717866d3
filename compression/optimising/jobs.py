"""Jobs of optimisations."""

from compression.optimising import services
from core.jobs import JobContext, job


@job(services.KIND, title="Optimise", page="compression:optimisation")
def optimize(ctx: JobContext) -> None:
    """Search for the best pipeline, and compress with it."""
    services.optimisation_run(ctx)
