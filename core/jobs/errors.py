"""What a job that failed says of itself, where it is not the error of its body; and what helps."""

from core.errors import AppError, Conflict, Unprocessable


class JobTimeout(AppError):
    """The job took longer than its kind may."""

    status, code, title = 422, "job_timeout", "The time is over"


class JobDefect(AppError):
    """The body failed by a defect of the platform."""

    status, code, title = 500, "internal_error", "Internal error"


class WorkerLost(AppError):
    """The worker died in each attempt."""

    status, code, title = 500, "worker_lost", "The worker was lost"


class UnknownKind(Unprocessable):
    """No app registers this kind of job any more."""

    code = "unknown_kind"


class JobOpen(Conflict):
    """The job has not ended yet."""

    code = "job_open"


class NothingToRetry(Conflict):
    """All of the job is done already."""

    code = "nothing_to_retry"


_NEXT = {
    "job_timeout": "Try a smaller input or faster settings, or ask an operator to allow more time.",
    "worker_lost": "Try again. If it happens again, the input may need more memory than a worker has.",
    "internal_error": "Try again. If it happens again, an operator can find the cause by that number.",
    "unknown_kind": "Start the work anew from its own page.",
    "storage_full": "Delete files that are no longer needed, or ask an operator for room, and try again.",
    "unavailable": "Try again in a while.",
    "truncated_stream": "Begin again with the whole file.",
}


def next_step(code: str) -> str:
    """Return what a person can do about a job that ended with the error `code`."""
    return _NEXT.get(code, "Change the input or the settings, and start it again.")
