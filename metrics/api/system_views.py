"""How the platform is just now: what a machine does, and how each part of the platform is. For staff."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.http import ApiRequest
from core.api.views import ApiView
from core.health import Status
from metrics import names
from metrics.api.history_asking import MachineIn
from metrics.components.looking import components
from metrics.storage import reading
from metrics.types import Sample


class ValueOut(serializers.Serializer[Any]):
    """One series."""

    value = serializers.FloatField()
    unit = serializers.CharField(help_text="`%`, `bytes`, `bytes/s`, `MB/s`, `1/s`, `s`, `ms`, or none.")


class PlatformPartOut(serializers.Serializer[Any]):
    """One part of the platform."""

    name = serializers.CharField()
    title = serializers.CharField()
    status = serializers.ChoiceField([one.value for one in Status])
    latency_ms = serializers.FloatField(
        allow_null=True, help_text="How long it took to answer; null where it is down."
    )
    uptime_s = serializers.FloatField(allow_null=True)
    detail = serializers.CharField(help_text="What was seen, or what is wrong.")
    since = serializers.DateTimeField(help_text="Since when it is known to be in this status.")
    log = serializers.ListField(
        child=serializers.CharField(allow_blank=True),
        help_text="The last lines that it wrote: five, or ten while it is not well and for ten minutes after a change.",
    )


class SystemOut(serializers.Serializer[Any]):
    """A machine and the parts of the platform."""

    machine = serializers.CharField(allow_null=True)
    t = serializers.DateTimeField(
        allow_null=True, help_text="The second of the newest sample; null where there is none."
    )
    metrics = serializers.DictField(child=ValueOut(), help_text="By the name of the series.")
    components = PlatformPartOut(many=True)


class System(ApiView):
    """How the platform is just now."""

    @extend_schema(parameters=[MachineIn], responses=SystemOut)
    def get(self, request: ApiRequest) -> Response:
        """Return the newest sample, and how each part of the platform is.

        The parts are looked at when they are asked for, within a second, by who answers: so a part that is down shows
        as that also where nothing can be sampled.
        """
        form = MachineIn(data=request.query_params)
        form.is_valid(raise_exception=True)
        found = components()
        sample = reading.latest(form.validated_data.get("machine"))
        body = {
            "machine": sample.machine if sample else None,
            "t": sample.t if sample else None,
            "metrics": _values(sample) if sample else {},
            "components": found,
        }
        return Response(SystemOut(body).data, headers={"Cache-Control": "no-store"})


def _values(sample: Sample) -> dict[str, dict[str, Any]]:
    found = {}
    for name, value in sorted(sample.values.items()):
        family = names.find(name)
        found[name] = {"value": value, "unit": family.unit if family else ""}
    return found
