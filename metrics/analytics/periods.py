"""Which time a page of analytics is about, as its address says it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.utils.dateparse import parse_date

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RANGES = {
    "1d": (DAY, "1 d"),
    "7d": (7 * DAY, "7 d"),
    "30d": (30 * DAY, "30 d"),
    "90d": (90 * DAY, "90 d"),
    "1y": (365 * DAY, "1 y"),
}
USUAL = "30d"
# So much time at most is shown by hours, by days, and by weeks.
BUCKETS = {"hour": 2 * DAY, "day": 45 * DAY, "week": 400 * DAY}
EARLIEST = date(2000, 1, 1)


@dataclass(frozen=True)
class Span:
    """From a moment on and before another, in hours, days, weeks or months; `name` is that of a range."""

    start: datetime
    end: datetime
    bucket: str
    name: str = ""

    def buckets(self) -> Iterator[datetime]:
        """Yield when each hour, day, week or month begins."""
        t = begin(self.start, self.bucket)
        while t < self.end:
            yield t
            t = following(t, self.bucket)


def asked(query: Mapping[str, str], now: datetime) -> Span:
    """Return the time that an address asks for: days (`since`, `until`) or a range; the usual one for anything else.

    A range begins with a whole hour, day or week, so that the first one is as long as the others.
    """
    if days := _days(query, now):
        return days
    name = query.get("range", USUAL)
    if name not in RANGES:
        name = USUAL
    length, _ = RANGES[name]
    bucket = _bucket(length)
    return Span(begin(now - length, bucket), now, bucket, name)


def _days(query: Mapping[str, str], now: datetime) -> Span | None:
    since, until = (_day(query.get(name, "")) for name in ("since", "until"))
    if since is None and until is None:
        return None
    last = min(until or now.date(), now.date())
    first = max(since or last - timedelta(days=29), EARLIEST)
    if first > last:
        return None
    start, end = _midnight(first), _midnight(last) + DAY
    return Span(start, min(end, now), _bucket(end - start))


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _bucket(length: timedelta) -> str:
    return next((bucket for bucket, most in BUCKETS.items() if length <= most), "month")


def begin(t: datetime, bucket: str) -> datetime:
    """Return when the hour, day, week or month of a moment began."""
    hour = t.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    if bucket == "hour":
        return hour
    day = hour.replace(hour=0)
    if bucket == "week":
        return day - day.weekday() * DAY
    return day if bucket == "day" else day.replace(day=1)


def following(t: datetime, bucket: str) -> datetime:
    """Return when the next one begins."""
    if bucket == "month":
        return begin(t.replace(day=28) + 4 * DAY, bucket)
    return t + {"hour": HOUR, "day": DAY, "week": 7 * DAY}[bucket]


def words(t: datetime, bucket: str) -> str:
    """Say which hour, day, week or month begins."""
    if bucket == "hour":
        return f"{t:%-d %b %H}:00"
    if bucket == "week":
        return f"week of {t:%-d %b %Y}"
    return f"{t:%-d %b %Y}" if bucket == "day" else f"{t:%b %Y}"
