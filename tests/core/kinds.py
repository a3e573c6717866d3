"""Kinds of jobs for the tests, known to the test process and to the workers of `tests.core.crew`."""

import os
import signal
import time

from django.db import OperationalError
from psycopg.errors import DiskFull

from core.errors import Unavailable, Unprocessable
from core.jobs import JobContext, job

STEP_S = 0.05


@job("test.echo", title="Echo")
def echo(ctx: JobContext) -> dict[str, object]:
    """Say what was asked, with progress and a line."""
    ctx.progress(1, 2, unit="steps", message="half")
    ctx.log("said it")
    return {"said": ctx.params["say"]}


@job("test.nothing", title="Nothing")
def nothing(ctx: JobContext) -> None:
    """Do nothing."""


@job("test.full", title="Full")
def full(ctx: JobContext) -> None:
    """Fail as Django does where PostgreSQL has no room on its disk."""
    raise OperationalError("could not extend file") from DiskFull("could not extend file")


@job("test.steps", title="Steps", max_attempts=2)
def steps(ctx: JobContext) -> dict[str, object]:
    """Go on for `seconds`, step by step, listening; note each attempt in the log."""
    count = round(ctx.params["seconds"] / STEP_S)
    ctx.log(f"attempt {ctx.job.attempt} in {os.getpid()}")
    for done in range(count):
        ctx.check()
        ctx.progress(done, count, unit="steps")
        time.sleep(STEP_S)
    return {"pid": os.getpid()}


@job("test.deaf", title="Deaf", timeout_s=1)
def deaf(ctx: JobContext) -> None:
    """Never listen; a job that comes back takes as long as `again` says."""
    first = ctx.job.fence == 1
    time.sleep(ctx.params["seconds"] if first else ctx.params.get("again", ctx.params["seconds"]))


@job("test.brief", title="Brief", timeout_s=1)
def brief(ctx: JobContext) -> None:
    """Listen, but need longer than the kind may."""
    while True:
        ctx.check()
        time.sleep(STEP_S)


@job("test.suicide", title="Suicide", max_attempts=2)
def suicide(ctx: JobContext) -> None:
    """Die in the first attempt."""
    if ctx.job.attempt == 1:
        os.kill(os.getpid(), signal.SIGKILL)


@job("test.exit", title="Exit")
def leave(ctx: JobContext) -> None:
    """Call exit, as libraries do that were written for the command line."""
    raise SystemExit(3)


@job("test.away", title="Away", max_attempts=2)
def away(ctx: JobContext) -> None:
    """Need a part that does not answer."""
    raise Unavailable("The part is away.")


@job("test.refused", title="Refused")
def refused(ctx: JobContext) -> None:
    """Be given what cannot be processed."""
    raise Unprocessable("The stream\x00 is \ud800 corrupt.", code="corrupt_stream")
