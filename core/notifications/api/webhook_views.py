"""Endpoints of webhooks and deliveries."""

from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.access import get_visible
from core.api.parsers import StrictJSONParser
from core.api.views import ApiView, ListView
from core.notifications import services
from core.notifications.api.filters import DeliveryFilter, WebhookFilter
from core.notifications.api.serializers import (
    DeliveryOut,
    WebhookChangeIn,
    WebhookCreatedOut,
    WebhookIn,
    WebhookOut,
)
from core.notifications.models import Delivery, Webhook

NO_STORE = {"Cache-Control": "no-store"}


class WebhookList(ListView):
    """Your webhooks."""

    parser_classes = (StrictJSONParser,)
    serializer_class = WebhookOut
    filterset_class = WebhookFilter
    search_fields = ("name", "url")
    ordering_fields = ("created_at", "name")

    def get_queryset(self) -> QuerySet[Webhook]:
        """Through the door."""
        found: QuerySet[Webhook] = Webhook.objects.visible_to(self.request.user)
        return found

    @extend_schema(request=WebhookIn, responses={201: WebhookCreatedOut})
    def post(self, request: Request) -> Response:
        """Make a webhook. Its secret is in this answer and nowhere else."""
        form = WebhookIn(data=request.data)
        form.is_valid(raise_exception=True)
        webhook = services.webhook_create(owner=request.user, **form.validated_data)
        body = WebhookCreatedOut(webhook, context={"secret": webhook.secret}).data
        response = Response(body, status=201, headers=NO_STORE)
        response.kept = WebhookCreatedOut(webhook).data  # type: ignore[attr-defined]
        return response


class WebhookDetail(ApiView):
    """One webhook."""

    parser_classes = (StrictJSONParser,)

    @extend_schema(responses=WebhookOut)
    def get(self, request: Request, pk: UUID) -> Response:
        """Return it, without its secret."""
        return Response(WebhookOut(get_visible(Webhook.objects, request.user, pk)).data)

    @extend_schema(request=WebhookChangeIn, responses=WebhookOut)
    def patch(self, request: Request, pk: UUID) -> Response:
        """Change it; the secret stays."""
        webhook = get_visible(Webhook.objects, request.user, pk)
        form = WebhookChangeIn(data=request.data)
        form.is_valid(raise_exception=True)
        changed = services.webhook_change(
            webhook=webhook, actor=request.user, changes=dict(form.validated_data)
        )
        return Response(WebhookOut(changed).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Remove it; what is under way to it is not sent."""
        services.webhook_delete(webhook=get_visible(Webhook.objects, request.user, pk), actor=request.user)
        return Response(status=204)


class WebhookTest(ApiView):
    """Something to try a webhook with."""

    @extend_schema(request=None, responses={202: DeliveryOut})
    def post(self, request: Request, pk: UUID) -> Response:
        """Send a test within a second or two; the delivery says what came of it. It is tried once."""
        delivery = services.webhook_test(
            webhook=get_visible(Webhook.objects, request.user, pk), actor=request.user
        )
        return Response(DeliveryOut(delivery).data, status=202)


class DeliveryList(ListView):
    """What was sent to you by e-mail and to your webhooks, and what came of it; newest first."""

    serializer_class = DeliveryOut
    filterset_class = DeliveryFilter
    ordering_fields = ("created_at", "ended_at", "status", "attempts")

    def get_queryset(self) -> QuerySet[Delivery]:
        """Through the door."""
        found: QuerySet[Delivery] = Delivery.objects.visible_to(self.request.user)
        return found
