"""The four levels that samples are kept in: their tables, how these are cut into partitions, and how long they stay."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from django.conf import settings

from metrics.choices import Resolution

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Level:
    """One level. `period` is what a partition holds, `keep` the setting of its days; without it, all is kept."""

    resolution: Resolution
    table: str
    period: Literal["day", "month", "year"]
    keep: str = ""

    @property
    def step(self) -> timedelta:
        """How long a bucket is."""
        return self.resolution.step

    def bucket(self, t: datetime) -> datetime:
        """Return the beginning of the bucket that `t` is in."""
        return t - (t - EPOCH) % self.step

    def bounds(self, t: datetime) -> tuple[datetime, datetime]:
        """Return the beginning of the partition that `t` is in, and of the next one."""
        midnight = t.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        if self.period == "day":
            return midnight, midnight + timedelta(days=1)
        if self.period == "month":
            first = midnight.replace(day=1)
            return first, (first + timedelta(days=31)).replace(day=1)
        first = midnight.replace(month=1, day=1)
        return first, first.replace(year=first.year + 1)

    def partition(self, t: datetime) -> str:
        """Return the name of the partition that `t` is in."""
        digits = {"day": "%Y%m%d", "month": "%Y%m", "year": "%Y"}[self.period]
        return f"{self.table}_{self.bounds(t)[0].strftime(digits)}"

    def kept_since(self, now: datetime) -> datetime | None:
        """Return the moment from which on all is kept: the beginning of a partition. None: nothing is ever dropped."""
        if not self.keep:
            return None
        return self.bounds(now - timedelta(days=getattr(settings, self.keep)))[0]


SAMPLES = Level(Resolution.RAW, "metric_samples", "day", "METRICS_KEEP_SAMPLES_DAYS")
MINUTES = Level(Resolution.MINUTE, "metric_minutes", "month", "METRICS_KEEP_MINUTES_DAYS")
HOURS = Level(Resolution.HOUR, "metric_hours", "month", "METRICS_KEEP_HOURS_DAYS")
DAYS = Level(Resolution.DAY, "metric_days", "year")

# From fine to coarse: each is rolled up of the one before it.
LEVELS = (SAMPLES, MINUTES, HOURS, DAYS)
ROLLED = LEVELS[1:]


def level_of(resolution: Resolution) -> Level:
    """Return the level of a resolution."""
    return next(level for level in LEVELS if level.resolution == resolution)


def finer(level: Level) -> Level:
    """Return what a rolled level is made of."""
    return LEVELS[LEVELS.index(level) - 1]


def coarser(level: Level) -> Level | None:
    """Return what is made of a level; None for days."""
    return None if level is DAYS else LEVELS[LEVELS.index(level) + 1]
