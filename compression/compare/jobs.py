"""Jobs of comparisons."""

from compression.compare import services
from core.jobs import JobContext, job


@job(services.KIND, title="Compare", result_status=201, page="compression:comparison")
def compare(ctx: JobContext) -> None:
    """Measure candidates side by side."""
    services.comparison_job_run(ctx)
