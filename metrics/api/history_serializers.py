"""Shapes of the history, as they are published."""

from typing import Any

from rest_framework import serializers

from metrics.choices import Resolution

UNIT = "%, bytes, bytes/s, MB/s, 1/s, s, ms, or empty for plain numbers."


class PointOut(serializers.Serializer[Any]):
    """What a series was from `t` to the end of its second, minute, hour or day."""

    t = serializers.DateTimeField()
    min = serializers.FloatField(help_text="The lowest second.")
    avg = serializers.FloatField()
    max = serializers.FloatField(help_text="The highest second: a spike of one second is never lost.")
    count = serializers.IntegerField(help_text="Of how many seconds there are values.")


class SeriesPointsOut(serializers.Serializer[Any]):
    """One series of several."""

    metric = serializers.CharField()
    unit = serializers.CharField(help_text=UNIT, allow_blank=True)
    points = PointOut(many=True)


class HistoryOut(SeriesPointsOut):
    """A series: the answer where one is asked for by its name."""

    resolution = serializers.ChoiceField(Resolution.choices)
    points = PointOut(many=True)


class HistoriesOut(serializers.Serializer[Any]):
    """Several series of one machine at one resolution: the answer where a list or a pattern is asked for."""

    machine = serializers.CharField(allow_null=True)
    resolution = serializers.ChoiceField(Resolution.choices)
    series = SeriesPointsOut(many=True)


class ExportedPointOut(PointOut):
    """A line of an export; in order of time, and of what was asked for within it."""

    t = serializers.DateTimeField()
    metric = serializers.CharField()
    unit = serializers.CharField(help_text=UNIT, allow_blank=True)


class SeenOut(serializers.Serializer[Any]):
    """A series that a machine has or had. Times that are long ago are exact to the hour or the day."""

    metric = serializers.CharField(source="name")
    unit = serializers.CharField(help_text=UNIT, allow_blank=True)
    title = serializers.CharField()
    first_seen = serializers.DateTimeField(source="first")
    last_seen = serializers.DateTimeField(source="last")


class KeptOut(serializers.Serializer[Any]):
    """Since when all is kept at a resolution; null: for ever."""

    raw = serializers.DateTimeField(allow_null=True)
    minute = serializers.DateTimeField(allow_null=True)
    hour = serializers.DateTimeField(allow_null=True)
    day = serializers.DateTimeField(allow_null=True)


class KnownOut(serializers.Serializer[Any]):
    """What there is to ask for."""

    machine = serializers.CharField(allow_null=True, help_text="Whose series these are.")
    machines = serializers.ListField(child=serializers.CharField(), help_text="All that there are.")
    kept = KeptOut()
    series = SeenOut(many=True)


class MomentOut(serializers.Serializer[Any]):
    """What ran in the second `t`."""

    machine = serializers.CharField()
    t = serializers.DateTimeField(help_text="The second that it is known of; near the one asked for.")
    resolution = serializers.ChoiceField(
        Resolution.choices,
        help_text="raw: it was that second. Another: its samples are dropped, and `t` is the second of that bucket in "
        "which the processor was busiest.",
    )
    cpu_percent = serializers.FloatField(allow_null=True)
    jobs = serializers.ListField(
        child=serializers.DictField(),
        help_text="Last started first: id, kind, algorithm, step, title and owner_id, empty and null of deleted jobs.",
    )
    processes = serializers.ListField(child=serializers.DictField(), help_text="The busiest first.")
