"""Jobs over many files."""

from core.jobs import JobContext, job
from files.batch.run import unpack_run


@job("unpack", title="Unpack", result_status=207)
def unpack(ctx: JobContext) -> None:
    """Make files of the members of an archive."""
    unpack_run(ctx)
