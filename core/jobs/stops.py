"""Why a body is to end before its work is done."""


class JobStopped(Exception):
    """The body must end now; what it has half done is thrown away."""


class JobCancelled(JobStopped):
    """Somebody cancelled the job."""


class LeaseLost(JobStopped):
    """The row was given to another worker, or ended, while this one worked: nothing may be written any more."""


class WorkerStopping(JobStopped):
    """The worker shuts down; the job goes back to the queue."""


class DeadlinePassed(JobStopped):
    """The job took longer than its kind may."""
