"""Jobs of analyses."""

from compression.analyses import services
from core.jobs import JobContext, job


@job(services.KIND, title="Analyse", result_status=201, page="compression:analysis")
def analyze(ctx: JobContext) -> None:
    """Look at content."""
    services.analysis_job_run(ctx)
