"""Jobs of the compression app."""

from compression import members, services
from core.jobs import JobContext, job


@job("compress", title="Compress", result_status=201, page="compression:result")
def compress(ctx: JobContext) -> None:
    """Compress a file."""
    services.job_run(ctx)


@job("decompress", title="Decompress", result_status=201, page="compression:result")
def decompress(ctx: JobContext) -> None:
    """Decompress a file, an archive into its members."""
    (members if members.is_meant(ctx) else services).job_run(ctx)
