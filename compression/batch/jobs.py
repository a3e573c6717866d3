"""The job of batches."""

from compression.batch import services
from core.jobs import JobContext, job


@job("compress_batch", title="Compress a batch", max_attempts=5, page="compression:batch")
def compress_batch(ctx: JobContext) -> None:
    """Compress what the batch still has to."""
    services.batch_run(ctx)
