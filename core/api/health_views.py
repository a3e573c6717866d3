"""Health for load balancers and people."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core import health
from core.api.views import ApiView


class LiveOut(serializers.Serializer[Any]):
    """The process answers."""

    status = serializers.CharField()


class ComponentOut(serializers.Serializer[Any]):
    """One part of the platform."""

    name = serializers.CharField()
    ok = serializers.BooleanField()
    latency_ms = serializers.FloatField()
    detail = serializers.CharField()


class ReadyOut(serializers.Serializer[Any]):
    """The whole and its parts."""

    status = serializers.ChoiceField(["ready", "not_ready"])
    components = ComponentOut(many=True)


class Live(ApiView):
    """Whether the web process lives."""

    authentication_classes: Any = ()

    @extend_schema(responses=LiveOut)
    def get(self, request: Request) -> Response:
        """Answer without touching any other part."""
        return Response({"status": "live"})


class Ready(ApiView):
    """Whether the platform can work."""

    authentication_classes: Any = ()

    @extend_schema(responses={200: ReadyOut, 503: ReadyOut})
    def get(self, request: Request) -> Response:
        """Look at the database, Redis, the workers and the storage, each with its latency; 503 if one is missing."""
        components = health.look()
        ready = all(component.ok for component in components)
        body = {
            "status": "ready" if ready else "not_ready",
            "components": ComponentOut(components, many=True).data,
        }
        return Response(body, status=200 if ready else 503, headers={"Cache-Control": "no-store"})
