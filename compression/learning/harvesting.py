"""Harvest: new lines of the history and ended optimisations become outcomes, after the fact and in the background.

A chunk of the content is measured in a child; what the serving state says of it is written down with what came. A
random share of contents is audited: measured with all actions. One content counts once for each action within some
days, and an account has a number of outcomes a day, so that nobody can drown what others have.
"""

import hashlib
import hmac
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import DataError, IntegrityError
from django.db.models import QuerySet, Sum
from django.utils import timezone

from compression.choices import Operation
from compression.engine import errors as engine
from compression.engine.analysis.features import FEATURES_VERSION
from compression.engine.isolation.client import memory_file
from compression.engine.isolation.measure import Measured, measure
from compression.engine.learning.actions import ACTION_SET_VERSION, ACTIONS, NAMES
from compression.engine.learning.calibration import machine
from compression.engine.learning.evaluating import judged
from compression.engine.learning.measuring import places
from compression.engine.learning.outcomes import Outcome as Found
from compression.engine.learning.outcomes import fault
from compression.errors import translate
from compression.history.viability import EXCUSED
from compression.learning import holdout, selectors, services
from compression.learning.accounts import keeper
from compression.learning.choices import Origin
from compression.learning.models import HarvestPlace, LearningSettings, Outcome
from compression.learning.predicting import predicted
from compression.learning.runs import run_of, runs_of_search
from compression.learning.services import Facts, Run
from compression.learning.serving import serving
from compression.models import HistoryEntry, Optimisation
from core import audit
from core.choices import ENDED_JOBS
from core.jobs import JobContext, enqueue
from core.models import Job
from files import selectors as file_selectors
from files import services as files
from files.errors import ObjectDamaged, ObjectMissing

if TYPE_CHECKING:
    from files.models import File

log = logging.getLogger(__name__)

KIND = "learn-harvest"
STEP = 100
"""Lines of the history that are looked at together; the place is kept after each of them at the latest."""
MOST = 1000
"""Lines that one job looks at."""
MANY, LONG = 25, timedelta(minutes=5)
"""A harvest is asked for when so many lines are there, or one is so old; and not so soon after one that failed."""
SETTLED = timedelta(seconds=5)
"""Lines younger than this may still be followed by older ones, whose transactions have not ended."""
SEARCHES = timedelta(days=7)
"""Optimisations older than this are not asked for again."""
_AWAY = (engine.HostUnavailable, engine.SourceUnreadable, engine.TargetUnwritable, engine.StorageFull)
_ODD = (ArithmeticError, LookupError, TypeError, ValueError, DataError, IntegrityError)


@audit.unaudited("the platform's own work, on its own account")
def harvest_run(ctx: JobContext) -> None:
    """Do the work of a `learn-harvest` job."""
    counts = Harvest(ctx).go()
    with ctx.completing() as done:
        done.result = dict(counts)


@audit.unaudited("asks for a job of the platform's own")
def harvest_when_due() -> Job | None:
    """Ask for a harvest where the history has many new lines, or one that has waited for long."""
    owner = keeper()
    if owner is None or not selectors.rules_now().harvest or selectors.open_job(KIND) is not None:
        return None
    lines = lines_to_harvest(limit=MANY)
    waited = bool(lines) and lines[0].created_at <= timezone.now() - LONG
    if not (waited or len(lines) == MANY) or selectors.failed_since(KIND, timezone.now() - LONG):
        return None
    return enqueue(KIND, owner=owner, params={})


def lines_to_harvest(limit: int = STEP) -> list[HistoryEntry]:
    """The next lines of the history that were not looked at, in order."""
    found = HistoryEntry.objects.filter(
        operation=Operation.COMPRESS, created_at__lt=timezone.now() - SETTLED
    ).order_by("created_at", "pk")
    place = HarvestPlace.objects.first()
    if place is not None:
        found = found.filter(created_at__gte=place.at).exclude(created_at=place.at, pk__lte=place.entry_id)
    return list(found[:limit])


def searches_to_harvest() -> list[Optimisation]:
    """The optimisations of the last days that have ended and were not taken, in order.

    They ask for no harvest: most end with a line of the history, and the others wait for one.
    """
    taken = Outcome.objects.filter(origin=Origin.OPTIMISATION).values("source_id")
    found = (
        Optimisation.objects.filter(
            job__status__in=ENDED_JOBS,
            created_at__gt=timezone.now() - SEARCHES,
            content_bytes__gt=0,
            file__isnull=False,
            file__deleted_at__isnull=True,
        )
        .exclude(pk__in=taken)
        .order_by("created_at")
        .select_related("file", "owner")
    )
    return list(found[:STEP])


class Harvest:
    """One run over the history. What it has done it need not do again: outcomes and place are kept together."""

    def __init__(self, ctx: JobContext) -> None:
        self._ctx = ctx
        self._rules: LearningSettings = selectors.rules_now()
        self._weights = selectors.weights()
        self._serving = serving()
        self._machine = machine()
        self._counts: Counter[str] = Counter(taken=0, audited=0, passed_over=0)

    def go(self) -> Counter[str]:
        """Look at new lines until there are none, or it is enough for one job."""
        seen = 0
        while self._rules.harvest and seen < MOST and (lines := lines_to_harvest()):
            for line in lines:
                self._ctx.check()
                self._ctx.progress(seen, message=f"{self._counts['taken']} taken")
                if not self._took(line):
                    self._counts["passed_over"] += 1
                seen += 1
            with self._ctx.storing():
                _keep_place(lines[-1])
        for search in searches_to_harvest() if self._rules.harvest else ():
            self._ctx.check()
            if self._took_search(search):
                self._counts["searches"] += 1
        return self._counts

    def _took_search(self, search: Optimisation) -> bool:
        """Keep what an optimisation tried on its content; the chunk is looked at for its features alone."""
        file = search.file
        assert file is not None  # asked for
        place = places(file.size, 1)[0]
        chunk = self._chunk(file, place)
        measured = None if chunk is None else self._measure(file, chunk, [], str(search.owner_id))
        if measured is None:
            return False
        facts = Facts(
            origin=Origin.OPTIMISATION,
            source_id=search.pk,
            source_sha256=search.content_sha256,
            offset=place[0],
            owner_id=search.owner_id,
            media_type=file.media_type,
            objective=search.objective,
            cpu_seconds=measured.cpu_seconds,
        )
        with self._ctx.storing():
            services.outcome_record(found=measured.outcome, facts=facts, runs=runs_of_search(search))
        return True

    def _took(self, line: HistoryEntry) -> bool:
        """Take a line. One that cannot be, for whatever reason, does not keep all others from it."""
        try:
            return self._take(line)
        except _ODD:
            log.exception("line %s of the history was passed over", line.pk)
            return False

    def _take(self, line: HistoryEntry) -> bool:
        """Measure a line's content and keep the outcome; False where there is a reason not to."""
        run = run_of(line)
        file = self._content_of(line, run)
        if file is None:
            return False
        place, measured = places(file.size, 1)[0], None
        chunk = self._chunk(file, place)
        if chunk is None or self._known(hashlib.sha256(chunk).hexdigest(), run.action):
            return False
        if is_audit := self._audits(line.content_sha256):
            measured = self._measure(file, chunk, NAMES, str(line.owner_id))
        if measured is None:
            is_audit = False
            own = [run.action] if line.succeeded and run.action in ACTIONS else []
            measured = self._measure(file, chunk, own, str(line.owner_id))
        if measured is None:
            return False
        self._keep(line, run, measured, place[0], is_audit=is_audit)
        self._counts["taken"] += 1
        return True

    def _content_of(self, line: HistoryEntry, run: Run) -> "File | None":
        """The file with the content of a line, where it is to be harvested."""
        if line.owner is None or not line.original_size or line.error_code in EXCUSED:
            return None
        day = timezone.now() - timedelta(days=1)
        lately = Outcome.objects.filter(owner=line.owner, origin=Origin.RUN, created_at__gt=day)
        if lately.count() >= self._rules.owner_per_day:
            return None
        if self._runs_lately().filter(source_sha256=line.content_sha256, chosen=run.action).exists():
            return None
        return file_selectors.files_of(line.owner, [line.content_sha256]).get(line.content_sha256)

    def _known(self, chunk: str, action: str) -> bool:
        """Whether another file with the same chunk was harvested: content can differ where nobody looks."""
        return self._runs_lately().filter(content_sha256=chunk, chosen=action).exists()

    def _runs_lately(self) -> QuerySet[Outcome]:
        since = timezone.now() - timedelta(days=self._rules.again_after_days)
        return Outcome.objects.filter(origin=Origin.RUN, created_at__gt=since)

    def _audits(self, source: str) -> bool:
        """Whether a content is of the share that is audited, and there is time left for it in this hour."""
        if not self._rules.audits or not drawn(source, self._rules.audit_share):
            return False
        audits = Outcome.objects.filter(
            origin=Origin.AUDIT, action_set=ACTION_SET_VERSION, features_version=FEATURES_VERSION
        )
        hour = timezone.now() - timedelta(hours=1)
        spent = audits.filter(created_at__gt=hour).aggregate(sum=Sum("cpu_seconds"))["sum"] or 0.0
        return spent < self._rules.audit_cpu_s and not audits.filter(source_sha256=source).exists()

    def _chunk(self, file: "File", place: tuple[int, int]) -> bytes | None:
        """The bytes at a place of a file; None where they are lost."""
        try:
            with files.file_open(file) as stored:
                stored.seek(place[0])
                found: bytes = stored.read(place[1])
        except (ObjectMissing, ObjectDamaged) as error:
            log.warning("content %s was passed over: %s", file.sha256, error)
            return None
        return found

    def _measure(self, file: "File", chunk: bytes, names: Sequence[str], owner: str) -> Measured | None:
        """Measure a chunk of a file; None where it is the end of every child."""
        try:
            with memory_file(chunk) as source:
                measured = measure(
                    source.fileno(),
                    (0, len(chunk)),
                    kind=file.kind,
                    group=file.sha256,
                    machine=self._machine,
                    actions=names,
                    owner=owner,
                    should_stop=self._ctx.stopping,
                )
        except engine.Stopped:
            self._ctx.check()
            raise
        except _AWAY as error:
            raise translate(error) from error
        except engine.EngineError as error:
            log.warning("content %s was passed over: %s", file.sha256, error)
            return None
        self._ctx.add_cpu_seconds(measured.cpu_seconds)
        return measured

    def _keep(self, line: HistoryEntry, run: Run, measured: Measured, offset: int, *, is_audit: bool) -> None:
        """Write down the outcome of the run, and that of the audit, with the place in the history."""
        found = measured.outcome
        told = predicted(self._serving.state, found)
        facts = Facts(
            origin=Origin.RUN,
            source_id=line.pk,
            source_sha256=found.group,
            offset=offset,
            owner_id=line.owner_id,
            media_type=line.media_type,
            state=self._serving.row,
            chosen=run.action,
            cpu_seconds=measured.cpu_seconds,
        )
        own = {run.action: found.trials[run.action]} if run.action in found.trials else {}
        of_audit = replace(
            facts, origin=Origin.AUDIT, chosen="", judged=self._judge(found) if is_audit else None
        )
        with self._ctx.storing():
            if is_audit:
                facts = replace(facts, cpu_seconds=0.0)
                services.outcome_record(found=found, facts=of_audit, predicted=told)
                if holdout.wants(found.group, line.owner_id):
                    services.content_hold_out(source_sha256=found.group)
                self._counts["audited"] += 1
            services.outcome_record(found=replace(found, trials=own), facts=facts, predicted=told, runs=[run])
            _keep_place(line)

    def _judge(self, found: Found) -> Mapping[str, Any] | None:
        """The regret of the serving state on an outcome that it has not seen."""
        if fault(found) or not self._weights:
            return None
        (one,) = judged(self._serving.state, [found], self._weights)
        told = asdict(one)
        return {name: told[name] for name in ("chosen", "regret", "decision_cpu_s", "charged")}


def drawn(source: str, share: float) -> bool:
    """Whether a content is among the share that is audited: always the same ones, and nobody can tell which."""
    digest = hmac.new(settings.SECRET_KEY.encode(), source.encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64


def _keep_place(line: HistoryEntry) -> None:
    HarvestPlace.objects.update_or_create(pk=1, defaults={"at": line.created_at, "entry_id": line.pk})
