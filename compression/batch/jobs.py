"""The job of batches."""

from compression.batch import selectors, services
from core.jobs import JobContext, job


@job(services.KIND, title="Compress a batch", max_attempts=5, page="compression:batch", spent=selectors.spent)
def compress_batch(ctx: JobContext) -> None:
    """Compress what the batch still has to."""
    services.batch_run(ctx)
