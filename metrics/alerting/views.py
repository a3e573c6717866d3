"""Pages of alerts."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import SignedInRequest
from core.errors import AppError
from core.listing import listed
from core.tables import Column
from metrics import storage
from metrics.alerting import checking, picture, preview, selectors, services, words
from metrics.alerting.choices import Severity, Status
from metrics.alerting.forms import SILENCES, AlertForm, SilenceForm
from metrics.alerting.models import AlertEvent, AlertRule
from metrics.api.alert_filters import AlertEventFilter

LAST_EVENTS = 12
EVENT_COLUMNS = [
    Column("at", "When", sort="at", always=True),
    Column("rule", "Rule", sort="rule_name"),
    Column("series", "Series", sort="series"),
    Column("machine", "Machine", hidden=True),
    Column("before", "Was", hidden=True),
    Column("after", "Is", sort="after"),
    Column("value", "Value", number=True),
    Column("threshold", "Threshold", number=True),
]


@require_GET
def alert_list(request: SignedInRequest) -> HttpResponse:
    """Is something wrong, and what is looked at?"""
    active = selectors.active()
    context = {
        "firing": [one for one in active if one["state"].status == Status.FIRING],
        "others": [one for one in active if one["state"].status != Status.FIRING],
        "rules": selectors.shown_rules(),
        "events": selectors.last_events(LAST_EVENTS),
        "silences": list(SILENCES.items()),
    }
    return render(request, "metrics/alerts.html", context)


@require_GET
def alert_events(request: SignedInRequest) -> HttpResponse:
    """What happened?"""
    found = listed(
        request,
        AlertEvent.objects.all(),
        AlertEventFilter,
        columns=EVENT_COLUMNS,
        search_fields=("rule_name", "series"),
        usual="-at",
    )
    fields = [
        found.choice("after", "What", [("", "Anything"), *Status.choices]),
        found.choice("severity", "Severity", [("", "Any severity"), *Severity.choices]),
    ]
    page = found.page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [selectors.shown_event(event) for event in page],
        "columns": EVENT_COLUMNS,
        "ordering": found.ordering,
        "search": found.search,
        "filters": [*fields, *found.others({field["name"] for field in fields})],
    }
    return render(request, "metrics/alert_events.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def alert_new(request: SignedInRequest) -> HttpResponse:
    """Make a rule, and see first what it would have done."""
    form = AlertForm(request.POST if request.method == "POST" else None)
    if "preview" in request.POST:
        return _page(request, form, None, _tried(form))
    made = form.submit(lambda **values: services.rule_create(actor=request.user, values=_values(values)))
    if made is None:
        return _page(request, form, None)
    messages.success(request, f"Rule “{made.name}” made")
    return redirect("metrics:alerts")


@require_http_methods(["GET", "HEAD", "POST"])
def alert(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Show a rule; change it, and see first what the change would have done."""
    rule = get_object_or_404(selectors.rules(), pk=pk)
    form = AlertForm(request.POST if request.method == "POST" else None, rule)
    if "preview" in request.POST:
        return _page(request, form, rule, _tried(form))
    changed = form.submit(
        lambda **values: services.rule_change(rule=rule, actor=request.user, changes=_values(values))
    )
    if changed is None:
        return _page(request, form, rule)
    messages.success(request, f"Rule “{changed.name}” changed")
    return redirect("metrics:alerts")


def _values(cleaned: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in cleaned.items() if name != "window"}


def _tried(form: AlertForm) -> dict[str, Any]:
    """Return the preview of what stands in the form; nothing where that is wrong."""
    rule = form.submit(lambda **values: checking.rule_of(_values(values)))
    if rule is None:
        return {}
    now = timezone.now()
    found = preview.preview(rule, now - timedelta(hours=form.hours), now)
    return {"found": found, "picture": picture.of(rule, found), "lines": picture.rows(found)}


def _page(
    request: SignedInRequest, form: AlertForm, rule: AlertRule | None, tried: dict[str, Any] | None = None
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "rule": rule, "tried": tried, "series": storage.series()}
    if rule is not None:
        context |= {
            "condition": words.condition(rule),
            "clearing": words.clearing(rule),
            "events": selectors.last_events(LAST_EVENTS, rule),
            "silences": list(SILENCES.items()),
        }
    return form.page(request, "metrics/alert.html", context)


@require_POST
def alert_silence(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Tell nobody for a while."""
    rule = get_object_or_404(AlertRule, pk=pk)
    form = SilenceForm(request.POST)
    silenced = form.submit(partial(_silence, rule, request))
    if silenced is None:
        messages.error(request, "Nothing was silenced: choose for how long.")
    else:
        undo = reverse("metrics:alert-hear", args=[rule.pk])
        messages.success(request, f"“{rule.name}” is silenced", extra_tags=f"undo:{undo}")
    return redirect("metrics:alerts")


def _silence(rule: AlertRule, request: SignedInRequest, *, seconds: str, reason: str) -> AlertRule:
    until = timezone.now() + timedelta(seconds=int(seconds))
    return services.rule_silence(rule=rule, actor=request.user, until=until, reason=reason)


@require_POST
def alert_hear(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """End the silence."""
    rule = get_object_or_404(AlertRule, pk=pk)
    services.rule_silence(rule=rule, actor=request.user, until=None)
    messages.success(request, f"“{rule.name}” is told again")
    return redirect("metrics:alerts")


@require_POST
def alert_switch(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Look at it, or do not."""
    rule = get_object_or_404(AlertRule, pk=pk)
    changes = {"is_enabled": request.POST.get("enabled") == "1"}
    try:
        services.rule_change(rule=rule, actor=request.user, changes=changes)
    except AppError as error:
        messages.error(request, error.detail)
    return redirect("metrics:alerts")


@require_POST
def alert_delete(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Remove a rule."""
    rule = get_object_or_404(AlertRule, pk=pk)
    services.rule_delete(rule=rule, actor=request.user)
    messages.success(request, f"Rule “{rule.name}” deleted; its events stay")
    return redirect("metrics:alerts")
