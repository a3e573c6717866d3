"""Endpoints of alerts."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.parsers import StrictJSONParser
from core.api.views import ApiView, ListView
from core.errors import NotFound
from metrics.alerting import checking, preview, selectors, services
from metrics.alerting.models import AlertEvent, AlertRule
from metrics.api.alert_filters import AlertEventFilter, AlertRuleFilter
from metrics.api.alert_serializers import (
    AlertEventOut,
    AlertPreviewIn,
    AlertPreviewOut,
    AlertRuleChangeIn,
    AlertRuleIn,
    AlertRuleOut,
    AlertSilenceIn,
)


def rule_of(pk: UUID) -> AlertRule:
    """Return the rule, or NotFound. Rules belong to the platform: who may come here may see all."""
    found = selectors.rules().filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such rule.")
    return found


def parsed(serializer: type[Any], request: Request) -> dict[str, Any]:
    """Return the fields of the body; 400 names those that are wrong."""
    form = serializer(data=request.data)
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)


class AlertList(ListView):
    """The rules, with how each of their series stands."""

    parser_classes = (StrictJSONParser,)
    serializer_class = AlertRuleOut
    filterset_class = AlertRuleFilter
    search_fields = ("name", "metric")
    ordering_fields = ("name", "created_at", "severity")
    ordering = ("name",)

    def get_queryset(self) -> QuerySet[AlertRule]:
        """All of them."""
        return selectors.rules()

    @extend_schema(request=AlertRuleIn, responses={201: AlertRuleOut})
    def post(self, request: Request) -> Response:
        """Make a rule."""
        rule = services.rule_create(actor=request.user, values=parsed(AlertRuleIn, request))
        return Response(AlertRuleOut(rule_of(rule.pk)).data, status=201)


class AlertDetail(ApiView):
    """One rule."""

    parser_classes = (StrictJSONParser,)

    @extend_schema(responses=AlertRuleOut)
    def get(self, request: Request, pk: UUID) -> Response:
        """Return it."""
        return Response(AlertRuleOut(rule_of(pk)).data)

    @extend_schema(request=AlertRuleChangeIn, responses=AlertRuleOut)
    def patch(self, request: Request, pk: UUID) -> Response:
        """Change it; one that looks at something else, or at nothing, begins anew."""
        rule, changes = rule_of(pk), parsed(AlertRuleChangeIn, request)
        services.rule_change(rule=rule, actor=request.user, changes=changes)
        return Response(AlertRuleOut(rule_of(pk)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Remove it; its events stay."""
        services.rule_delete(rule=rule_of(pk), actor=request.user)
        return Response(status=204)


class AlertSilence(ApiView):
    """Keeps a rule from telling."""

    parser_classes = (StrictJSONParser,)

    @extend_schema(request=AlertSilenceIn, responses=AlertRuleOut)
    def post(self, request: Request, pk: UUID) -> Response:
        """Tell nobody for a while; states and events go on. What still fires after it is told then."""
        rule, asked = rule_of(pk), parsed(AlertSilenceIn, request)
        services.rule_silence(rule=rule, actor=request.user, **asked)
        return Response(AlertRuleOut(rule_of(pk)).data)


class AlertPreview(ApiView):
    """Tries a rule."""

    keeps_answers = False
    parser_classes = (StrictJSONParser,)

    @extend_schema(request=AlertPreviewIn, responses=AlertPreviewOut)
    def post(self, request: Request) -> Response:
        """Say when a rule, which need not exist, would have fired over the history."""
        asked = parsed(AlertPreviewIn, request)
        start, end = asked.pop("from"), asked.pop("to")
        rule = checking.rule_of({**asked, "name": "preview"})
        return Response(AlertPreviewOut(preview.preview(rule, start, end)).data)


class AlertEventList(ListView):
    """What happened, the latest first."""

    serializer_class = AlertEventOut
    filterset_class = AlertEventFilter
    search_fields = ("rule_name", "series")
    ordering_fields = ("at", "created_at")
    ordering = ("-at",)

    def get_queryset(self) -> QuerySet[AlertEvent]:
        """All of them."""
        return AlertEvent.objects.all()
