"""Jobs of algorithms."""

from compression.algorithms import services
from core.jobs import JobContext, job


@job(services.KIND, title="Test an algorithm", page="compression:algorithm", key="algorithm")
def test_algorithm(ctx: JobContext) -> None:
    """Take an algorithm through the conformance set."""
    services.algorithm_test_job_run(ctx)
