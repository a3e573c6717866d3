"""What is asked of the history: series, a window, a resolution, a machine."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date
from rest_framework import serializers

from compression.history.export import TYPES
from core.api.fields import BoundedListField
from core.api.strict import Strict
from core.errors import Invalid
from metrics import names
from metrics.choices import Resolution
from metrics.live.patterns import matches
from metrics.models import Machine
from metrics.storage import NotKept, reading, seen
from metrics.storage.levels import EPOCH, LEVELS
from metrics.storage.merging import CPU
from metrics.types import Point

AUTO = "auto"
HOUR = timedelta(hours=1)
MOST_SERIES, MOST_EXPORTED = 20, 300
# Names of all that a large machine has, each by itself.
LONGEST = 20_000
_RELATIVE = re.compile(r"(?:now)?-([0-9]{1,6})([smhd])|now")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class MomentField(serializers.DateTimeField):
    """A moment in ISO 8601 (without an offset: UTC), a day, `now`, or as long ago as `-90s`, `-15m`, `-6h`, `-2d`."""

    def to_internal_value(self, value: Any) -> datetime:
        """Return the moment, no earlier than 1970 and no later than an hour from now: outside of it is nothing."""
        now = timezone.now()
        text = str(value).strip()
        if relative := _RELATIVE.fullmatch(text):
            number, unit = relative.groups()
            ago = timedelta(**{_UNITS[unit]: int(number)}) if number else timedelta()
            t = now - min(ago, now - EPOCH)
        elif day := self._day(text):
            t = datetime.combine(day, time(), UTC)
        else:
            t = super().to_internal_value(text)
        return min(max(t, EPOCH), now + HOUR)

    def _day(self, text: str) -> Any:
        try:
            return parse_date(text)
        except ValueError:
            return None  # a day that no month has: said below


class MachineIn(Strict):
    """Which machine is asked about."""

    machine = serializers.CharField(
        required=False, max_length=255, help_text="Its name; without it the one whose samples come in."
    )

    def validate_machine(self, name: str) -> str:
        """Refuse one that there is not."""
        if not Machine.objects.filter(name=name).exists():
            known = ", ".join(Machine.objects.values_list("name", flat=True)[:20]) or "none yet"
            raise serializers.ValidationError(f"There is no such machine. Known: {known}.", "unknown_machine")
        return name


class WindowIn(MachineIn):
    """Series over a window of time."""

    most = MOST_SERIES

    metric = BoundedListField(
        child=serializers.CharField(max_length=LONGEST),
        max_length=MOST_EXPORTED,
        help_text="Names of series, by commas or each by itself; `*` in one stands for any characters. At most 20, and"
        " 300 in a file.",
    )
    to = MomentField(required=False, help_text=f"Now, where it is left out. {MomentField.__doc__}")
    resolution = serializers.ChoiceField(
        [AUTO, *Resolution.values],
        default=AUTO,
        help_text="auto is the finest that is kept since `from` and gives no more than about 1500 points.",
    )

    def get_fields(self) -> dict[str, Any]:
        """Add the one whose name is a word of Python."""
        first = MomentField(
            required=False, help_text="An hour before `to`, where it is left out. The same forms."
        )
        fields = dict(super().get_fields())
        return {"metric": fields.pop("metric"), "from": first} | fields

    def validate_metric(self, given: list[str]) -> list[str]:
        """Take lists apart and refuse what nothing can be called."""
        if sum(map(len, given)) > LONGEST:
            raise serializers.ValidationError(f"At most {LONGEST:,} characters in all.", "max_length")
        asked = list(
            dict.fromkeys(part.strip() for item in given for part in item.split(",") if part.strip())
        )
        refuse_unknown(name for name in asked if "*" not in name)
        if not 0 < len(asked) <= self.most:
            raise serializers.ValidationError(f"From 1 to {self.most} of them.", "count")
        return asked

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """Fill in the window and see that it has a length."""
        given.setdefault("to", timezone.now())
        given.setdefault("from", given["to"] - HOUR)
        if given["from"] >= given["to"]:
            raise serializers.ValidationError({"from": ["It is before `to`."]})
        return given


class ExportIn(WindowIn):
    """The same as a file."""

    most = MOST_EXPORTED

    format = serializers.ChoiceField(list(TYPES), default="csv")


class MomentIn(MachineIn):
    """A moment, or a point of a history."""

    t = MomentField(help_text=MomentField.__doc__)
    resolution = serializers.ChoiceField(
        Resolution.values, default=Resolution.RAW.value, help_text="What `t` is a point of; raw: a second."
    )
    metric = serializers.CharField(
        default=CPU, max_length=200, help_text="Whose highest second in a longer bucket is looked for."
    )

    def validate_resolution(self, value: str) -> Resolution:
        """Return it as what it is."""
        return Resolution(value)

    def validate_metric(self, name: str) -> str:
        """Refuse what nothing can be called."""
        refuse_unknown([name])
        return name


@dataclass(frozen=True, slots=True)
class Asked:
    """Series by name over the window from `start` to before `end`. `several`: the answer is a list of series."""

    metrics: list[str]
    several: bool
    start: datetime
    end: datetime
    machine: str | None
    resolution: Resolution
    rows: Iterator[tuple[datetime, list[Point | None]]]


def asked(form: WindowIn) -> Asked:
    """Return what a valid form asks for; Invalid for too many series, and for what is not kept any more."""
    given = form.validated_data
    machine = reading.machine_of(given.get("machine"))
    name = machine.name if machine else None
    metrics = _expanded(given["metric"], name)
    if len(metrics) > form.most:
        raise Invalid.field(
            "metric", f"These are {len(metrics)} series, and {form.most} is the most.", "too_many"
        )
    wanted = None if given["resolution"] == AUTO else Resolution(given["resolution"])
    window = (given["from"], given["to"])
    try:
        used, rows = reading.histories(metrics, *window, wanted, name)
    except NotKept as error:
        raise Invalid.field("resolution", f"{error}. {_kept()}", "not_kept") from error
    several = len(given["metric"]) > 1 or "*" in given["metric"][0]
    return Asked(metrics, several, *window, name, used, rows)


def refuse_unknown(asked: Iterable[str]) -> None:
    """Raise a ValidationError for a name that no series can have."""
    for name in asked:
        if names.find(name) is None:
            detail = f"There is no metric “{name[:200]}”. GET /metrics/series lists those there are."
            raise serializers.ValidationError(detail, "unknown_metric")


def kept_since() -> dict[str, datetime | None]:
    """Return for each resolution since when all of it is kept; None: for ever."""
    now = timezone.now()
    return {level.resolution.value: level.kept_since(now) for level in LEVELS}


def _kept() -> str:
    known = [
        f"{resolution} since {since.isoformat()}" if since else f"{resolution} for ever"
        for resolution, since in kept_since().items()
    ]
    return f"Kept: {', '.join(known)}."


def _expanded(asked: list[str], machine: str | None) -> list[str]:
    """Return the names in the place of patterns; one that nothing matches stands for none."""
    if not any("*" in name for name in asked):
        return asked
    known = seen.series(machine) if machine else []
    found = [[one for one in known if matches(name, one)] if "*" in name else [name] for name in asked]
    return list(dict.fromkeys(name for some in found for name in some))
