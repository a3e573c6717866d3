"""Looking at what came, once for all rules: states go on, events are kept, people are told; all in one transaction.

It goes on where it had stopped: a process that dies has looked at nothing, and the next one looks at it again. What
came while nobody looked is looked at as if somebody had, an hour of it at most.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from core import audit
from core.events import publish
from core.notifications.choices import Level
from core.notifications.services import notify
from metrics.alerting import accounts, words
from metrics.alerting.choices import Status
from metrics.alerting.events import AlertsChanged
from metrics.alerting.machine import SILENT_S, Change, advance
from metrics.alerting.matching import series_of
from metrics.alerting.models import AlertEvent, AlertLook, AlertRule, AlertState
from metrics.models import Machine
from metrics.storage import rows
from metrics.storage.levels import SAMPLES
from metrics.storage.merging import Row

KIND = "alert"
# On its first look at a machine, and after a long silence.
FIRST, LONGEST = timedelta(seconds=10), timedelta(hours=1)
TICK = timedelta(microseconds=1)
# The clock of who stores a sample may be a little ahead; a look that lies further ahead than the other is of a clock
# that was set back.
AHEAD, SET_BACK = timedelta(seconds=1), timedelta(seconds=5)
# A machine without a sample for so long is not looked at; one is missed that had samples for so long.
KNOWN, SETTLED = timedelta(days=1), timedelta(minutes=10)
# What comes and goes is told of once in so long, for each series of a rule; the ledger has all of it.
AGAIN_S = 600.0
# What is not worth an event: values that come and go at the threshold would make one a second.
_QUIET = frozenset({(Status.OK, Status.PENDING), (Status.PENDING, Status.OK)})
# In one statement that is always the same: `bulk_update` would take ten times as long, each second.
KEEP = """
UPDATE metric_alert_states s SET status = n.status, since = n.since, last = n.last, value = n.value,
  turned = n.turned, fires = n.fires, is_told = n.is_told, told_at = n.told_at, fired = n.fired
FROM unnest(%s::bigint[], %s::text[], %s::float8[], %s::float8[], %s::float8[], %s::float8[], %s::bool[], %s::bool[],
  %s::float8[], %s::integer[])
  AS n (id, status, since, last, value, turned, fires, is_told, told_at, fired)
WHERE s.id = n.id
"""
KEPT = ("pk", "status", "since", "last", "value", "turned", "fires", "is_told", "told_at", "fired")

Points = dict[str, list[tuple[float, float]]]
Span = tuple[datetime, datetime]
"""The moments of the first and the last sample of a machine within the last day."""


@audit.unaudited("the platform's own look; what it finds is in the ledger of events")
def look(now: datetime | None = None) -> int:
    """Look at all machines; return how many events there were."""
    moment = now or timezone.now()
    rules = list(AlertRule.objects.filter(is_enabled=True))
    spans = rows.spans(moment - KNOWN, moment + AHEAD)
    return sum(len(_look_at(one, rules, spans.get(one.pk), moment)) for one in _machines(spans))


def _machines(spans: Mapping[int, Span]) -> list[Machine]:
    """Return the machines that are known of late, and those with states that silence has not reached yet."""
    machines = list(Machine.objects.all())
    if all(one.pk in spans for one in machines):
        return machines
    open_states = AlertState.objects.exclude(status=Status.NO_DATA)
    waiting = set(open_states.order_by().values_list("machine", flat=True).distinct())
    return [one for one in machines if one.pk in spans or one.name in waiting]


@transaction.atomic
def _look_at(
    machine: Machine, rules: Sequence[AlertRule], span: Span | None, now: datetime
) -> list[AlertEvent]:
    AlertLook.objects.get_or_create(machine=machine.name, defaults={"at": now - FIRST})
    looked = AlertLook.objects.select_for_update(skip_locked=True).filter(machine=machine.name).first()
    if looked is None:
        return []  # somebody else is at it
    if looked.at > now + SET_BACK:  # the clock was: what comes from now on would not be looked at
        looked.at = now
    start = max(looked.at + TICK, now - LONGEST)
    came = rows.whole(SAMPLES, machine.pk, start, now + AHEAD)
    points = _points(came)
    events = _Look(machine.name, points, now).run(rules)
    if came:
        looked.at = came[-1].t
    _hear(looked, span, now)
    looked.save(update_fields=["at", "is_silent"])
    return events


def _hear(looked: AlertLook, span: Span | None, now: datetime) -> None:
    """Tell staff, once, that a machine has gone silent: no rule can say so, as none has anything to look at.

    Not of one that was there for a few minutes only: nobody counts on it.
    """
    silent = now - looked.at > timedelta(seconds=SILENT_S)
    if silent == looked.is_silent:
        return
    if silent and (span is None or span[1] - span[0] < SETTLED):
        return
    looked.is_silent = silent
    level, (title, body) = (Level.BAD, words.silent(looked)) if silent else (Level.GOOD, words.heard(looked))
    for account in accounts.staff():
        notify(
            owner=account,
            kind=KIND,
            level=level,
            title=title,
            body=body,
            url=reverse("metrics:alerts"),
            key=f"silent:{looked.machine}:{silent}"[:200],
        )


def _points(came: Sequence[Row]) -> Points:
    points: Points = defaultdict(list)
    for row in came:
        t = row.t.timestamp()
        for name, value in zip(row.names, row.mean, strict=False):
            if value is not None:
                points[name].append((t, value))
    return points


class _Look:
    """One look at one machine."""

    def __init__(self, machine: str, points: Points, now: datetime) -> None:
        self._machine, self._points, self._now = machine, points, now
        self._events: list[AlertEvent] = []
        self._new: list[AlertState] = []
        self._seen: list[AlertState] = []

    def run(self, rules: Iterable[AlertRule]) -> list[AlertEvent]:
        """Take each state as far as the points and the time go."""
        states: dict[object, dict[str, AlertState]] = defaultdict(dict)
        for state in AlertState.objects.filter(machine=self._machine):
            states[state.rule_id][state.series] = state
        lost = [state.pk for one in states.values() for state in one.values()]
        for rule in rules:
            if rule.machine not in ("", self._machine):
                continue
            known = states[rule.pk]
            for series in series_of(rule.metric, self._points, first=known):
                self._series(rule, series, known.get(series))
        kept = {state.pk for state in self._seen}
        gone = [pk for pk in lost if pk not in kept]
        if gone:  # of rules that look at something else now
            AlertState.objects.filter(pk__in=gone).delete()
        _keep_states(self._seen)
        AlertState.objects.bulk_create(self._new)
        if self._events:
            publish(AlertsChanged(accounts.staff_ids()))
        return self._events

    def _series(self, rule: AlertRule, series: str, row: AlertState | None) -> None:
        before = row.state if row else None
        state, changes = advance(before, self._points.get(series, ()), self._now.timestamp(), rule.condition)
        if state is None:
            return
        if row is None:
            row = AlertState(rule=rule, machine=self._machine, series=series)
            self._new.append(row)
        else:
            self._seen.append(row)
        row.state = state
        self._keep(rule, row, changes)

    def _keep(self, rule: AlertRule, row: AlertState, changes: Iterable[Change]) -> None:
        silenced = rule.is_silenced
        for change in changes:
            if (change.before, change.after) in _QUIET:
                continue
            event = event_of(rule, row, change, silenced=silenced)
            event.save(force_insert=True)
            self._events.append(event)
            if change.after == Status.FIRING:
                row.fired += change.before != Status.NO_DATA  # which only comes back
                self._tell_firing(rule, row)
            elif (
                change.after == Status.OK and row.is_told
            ):  # in a silence too: who heard of it waits for the end
                row.is_told = False
                tell(rule, words.ended(rule, event), key=f"alert:{event.pk}", level=Level.GOOD)
        if row.status == Status.FIRING:  # a silence may be over, or AGAIN_S
            self._tell_firing(rule, row)

    def _tell_firing(self, rule: AlertRule, row: AlertState) -> None:
        """Tell that a series fires, unless that was told, or not long ago of the time before."""
        now = self._now.timestamp()
        lately = row.told_at is not None and 0 <= now - row.told_at < AGAIN_S
        if row.is_told or lately or rule.is_silenced:
            return
        key = f"alert:{rule.pk}:{now:.6f}:{row.machine}:{row.series}"[:200]
        tell(rule, words.fired(rule, row), key=key, level=Level(rule.severity))
        row.is_told, row.told_at, row.fired = True, now, 0


def _keep_states(states: Sequence[AlertState]) -> None:
    columns = [[getattr(state, name) for state in states] for name in KEPT]
    with connection.cursor() as cursor:
        cursor.execute(KEEP, columns)


def event_of(rule: AlertRule, row: AlertState, change: Change, *, silenced: bool) -> AlertEvent:
    """Return the row of the ledger for a change."""
    return AlertEvent(
        rule=rule,
        rule_name=rule.name,
        severity=rule.severity,
        machine=row.machine,
        series=row.series,
        before=change.before,
        after=change.after,
        at=datetime.fromtimestamp(change.t, UTC),
        value=change.value,
        threshold=rule.threshold,
        silenced=silenced,
    )


def tell(rule: AlertRule, said: tuple[str, str], *, key: str, level: Level) -> None:
    """Tell those whom the rule names."""
    title, body = said
    for account in accounts.told(rule):
        notify(
            owner=account,
            kind=KIND,
            level=level,
            title=title,
            body=body,
            url=rule.get_absolute_url(),
            key=key,
        )
