"""The search of an optimisation in its worker: what is tried is kept while it is tried."""

import time
from typing import TYPE_CHECKING, Any

from django.db.models import Max

from compression import planning
from compression.engine import errors as engine
from compression.engine.isolation import optimise as isolated
from compression.engine.isolation.optimise import Note, OptimiseReport
from compression.engine.limits import Limits
from compression.errors import translate
from compression.optimising.choices import Ended, TrialKind
from compression.optimising.events import OptimisationChanged
from compression.optimising.models import Optimisation, Trial
from core.events import publish
from core.jobs import JobContext
from files import services as files

if TYPE_CHECKING:
    from files.models import File

KEEP_EVERY_S = 0.5
LEAST_BUDGET_S = 0.5
"""What an attempt that follows another may take at least."""
NOTES_BYTES = 64 * 1024 * 1024


class Search:
    """One attempt at the search; an attempt after another begins with the best of that, and has what time is left."""

    def __init__(self, ctx: JobContext, optimisation: Optimisation) -> None:
        self._ctx, self._row = ctx, optimisation
        before = optimisation.trace.aggregate(last=Max("number"), elapsed=Max("elapsed_s"))
        self._number, self._before_s = before["last"] or 0, before["elapsed"] or 0.0
        self._waiting: list[Note] = []
        self._kept_at = time.monotonic()
        self._begun = self._kept_at

    def go(self, source: "File") -> None:
        """Search until the end; raises what stops a job, and AppError."""
        limits = planning.limits(room=NOTES_BYTES)
        with files.file_on_disk(source) as input_:
            try:
                report = self._search(input_.fileno(), limits)
            except engine.Stopped:
                self._ctx.check()
                raise
            except engine.EngineError as error:
                raise translate(error) from error
        self._end(report)

    def _search(self, source_fd: int, limits: Limits) -> OptimiseReport:
        row = self._row
        wishes = isolated.Wishes(
            objective=row.objective,
            constraints=row.constraints,
            budget_s=max(row.budget_s - self._before_s, LEAST_BUDGET_S),
            rounds=row.rounds,
            max_trials=row.max_trials,
            seed=row.seed,
            plain=row.plain,
            plain_share=row.plain_share,
            known=[bytes(row.pipeline)] if row.pipeline else [],
        )
        return isolated.optimise(
            source_fd,
            wishes,
            limits,
            on_notes=self._waiting.extend,
            should_keep=self._should_keep,
            should_stop=self._ctx.stopping,
        )

    def _should_keep(self) -> bool:
        """Asked ten times a second; now and then it keeps what is new and looks whether the owner has enough."""
        now = time.monotonic()
        if now - self._kept_at < KEEP_EVERY_S:
            return False
        self._kept_at = now
        self._tell(now)
        self._keep()
        return wants_to_keep(self._row)

    def _tell(self, now: float) -> None:
        spent = min(self._before_s + now - self._begun, self._row.budget_s)
        best = self._row.best
        words = f"best so far {best['content'] / best['size']:.2f}×" if best and best["size"] else ""
        self._ctx.progress(round(spent, 1), self._row.budget_s, unit="seconds", message=words)

    def _keep(self) -> None:
        """Write down what was tried since, with the best so far, while the job is ours."""
        notes, self._waiting[:] = list(self._waiting), []
        if not notes:
            return
        rows = [self._trial(note) for note in notes]
        row = self._row
        row.trials, row.seconds = self._number, rows[-1].elapsed_s
        with self._ctx.storing():
            Trial.objects.bulk_create(rows, batch_size=2000)
            row.save(update_fields=["trials", "seconds", "baseline", "best", "pipeline", "content_bytes"])
            tell(row)

    def _trial(self, note: Note) -> Trial:
        """The row of a note; what it says of the best and the baseline is taken over."""
        self._number += 1
        elapsed = round(self._before_s + note.elapsed_s, 4)
        if note.kind != TrialKind.TRIAL:
            self._compare(note, elapsed)
        best = self._row.best
        return Trial(
            optimisation=self._row,
            number=self._number,
            attempt=self._ctx.job.attempt,
            kind=note.kind,
            iteration=note.round,
            elapsed_s=elapsed,
            subject=note.subject,
            candidate=note.candidate,
            content=note.content,
            size=note.size,
            encode_s=note.encode_s,
            decode_s=note.decode_s,
            is_best=note.best is not None,
            best_ratio=best["content"] / best["size"] if best and best["size"] else None,
        )

    def _compare(self, note: Note, elapsed: float) -> None:
        figures: dict[str, Any] = {
            "kind": note.kind,
            "candidate": note.candidate,
            "iteration": note.round,
            "elapsed_s": elapsed,
            "content": note.content,
            "size": note.size,
            "encode_s": note.encode_s,
            "decode_s": note.decode_s,
        }
        row = self._row
        row.content_bytes = note.content
        if note.best is not None:
            row.pipeline = note.best.pipeline
            row.best = {**figures, "pipeline": note.best.name, "reasons": list(note.best.reasons)}
        if note.baseline:
            row.baseline = figures

    def _end(self, report: OptimiseReport) -> None:
        """Keep the rest, and that the search is over: an attempt that follows goes on from there."""
        self._ctx.add_cpu_seconds(report.cpu_seconds)
        self._keep()
        row = self._row
        row.ending = Ended(report.ending)
        row.best = {**(row.best or {}), "tree": self._drawn()}
        row.seconds = round(self._before_s + report.wall_seconds, 3)
        with self._ctx.storing():
            row.save(update_fields=["ending", "seconds", "best"])
            tell(row)

    def _drawn(self) -> dict[str, Any] | None:
        """The tree of the best pipeline for its picture."""
        if self._row.pipeline is None:
            return None
        try:
            return isolated.describe(bytes(self._row.pipeline)).drawn
        except engine.EngineError as error:
            raise translate(error) from error


def wants_to_keep(row: Optimisation) -> bool:
    """Whether the owner has said that the best so far is enough."""
    found: bool = Optimisation.objects.filter(pk=row.pk, keep_requested_at__isnull=False).exists()
    return found


def tell(row: Optimisation) -> None:
    """Publish how far it is."""
    best = row.best
    ratio = round(best["content"] / best["size"], 4) if best and best["size"] else None
    publish(OptimisationChanged(row.pk, row.owner_id, row.job_id, row.seconds, row.trials, ratio))
