"""All writes of analyses."""

from typing import TYPE_CHECKING

from django.db import transaction

from compression.analyses import selectors
from compression.analyses.looking import look
from compression.analyses.models import Analysis
from compression.analyses.words import summary
from compression.completion import plain_completion
from compression.engine.analysed import ANALYSIS_VERSION
from compression.engine.analysed import Analysis as Found
from compression.selectors import input_of_job
from core import audit
from core.jobs import JobContext, enqueue
from core.models import Job

if TYPE_CHECKING:
    from accounts.models import User
    from files.models import File

KIND = "analyze"


@audit.unaudited("the analysis is audited where it is stored")
def analysis_request(*, owner: "User", source: "File") -> Job:
    """Have a worker look at it."""
    return enqueue(
        KIND, owner=owner, subject=source, title=f"Analyse {source.name}", params={"file": str(source.pk)}
    )


@audit.unaudited("the analysis is audited where it is stored")
def analysis_job_run(ctx: JobContext) -> None:
    """Do the work of an `analyze` job."""
    analysis_make(owner=ctx.owner, source=input_of_job(ctx.params["file"], ctx.owner), ctx=ctx)


@audit.unaudited("audits in _store")
def analysis_make(*, owner: "User", source: "File", ctx: JobContext | None = None) -> Analysis:
    """Look at the content of `source` and keep what was found; what is known already is not looked at again.

    Without a job it must be done within the time of calls that are answered at once, and TooLongForNow is raised
    beyond it.
    """
    known = selectors.analysis_of(owner, source)
    found = known.found if known else look(source, ctx)
    with ctx.completing() if ctx else plain_completion() as done:
        made = _store(owner, source, found, ctx.job if ctx else None)
        done.result = selectors.analysis_body(made)
    return made


def _store(owner: "User", source: "File", found: Found, job: Job | None) -> Analysis:
    """Keep it; called within a transaction. Of the same content there is one, of the file that was asked for last."""
    made, _ = Analysis.objects.update_or_create(
        owner=owner,
        content_sha256=source.sha256,
        version=ANALYSIS_VERSION,
        defaults={
            "file": source,
            "content_kind": source.kind,
            "media_type": source.media_type,
            "original_size": source.size,
            "summary": summary(found)[:300],
            "report": found.config(),
            "job": job,
        },
    )
    audit.record("file.analyzed", actor=owner, target=made)
    analysis: Analysis = made
    return analysis


@transaction.atomic
def analysis_delete(*, analysis: Analysis, actor: "User") -> None:
    """Delete an analysis."""
    audit.record("analysis.deleted", actor=actor, target=analysis, detail={"summary": analysis.summary})
    analysis.delete()
