"""Forms of alerts."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.validators import MaxLengthValidator

from core.forms import ServiceForm
from metrics.alerting import accounts, rules
from metrics.alerting.choices import Told
from metrics.alerting.models import AlertRule, everyone_told
from metrics.models import Machine

WINDOWS = {
    "1h": ("1 hour", 1),
    "6h": ("6 hours", 6),
    "1d": ("1 day", 24),
    "7d": ("7 days", 168),
    "30d": ("30 days", 720),
}
SILENCES = {"3600": "1 hour", "14400": "4 hours", "86400": "1 day", "604800": "7 days"}
FIELDS = (
    "name",
    "metric",
    "machine",
    "direction",
    "threshold",
    "clear_threshold",
    "for_s",
    "clear_for_s",
    "severity",
    "roles",
    "accounts",
    "is_enabled",
)


class AlertForm(ServiceForm):
    """A rule, and the window of its preview."""

    name = rules.NAME.form_field(widget=forms.TextInput(attrs={"autocomplete": "off"}))
    metric = rules.METRIC.form_field(widget=forms.TextInput(attrs={"list": "series", "autocomplete": "off"}))
    machine = forms.ChoiceField(label="Machine", required=False)
    direction = rules.DIRECTION.form_field()
    threshold = forms.FloatField(label="Threshold", widget=forms.NumberInput(attrs={"step": "any"}))
    clear_threshold = forms.FloatField(
        label="Over at",
        required=False,
        help_text="On the good side of the threshold; in between nothing begins and nothing ends.",
        widget=forms.NumberInput(attrs={"step": "any"}),
    )
    for_s = rules.FOR_S.form_field(initial=60)
    clear_for_s = rules.CLEAR_FOR_S.form_field(initial=60)
    severity = rules.SEVERITY.form_field()
    roles = forms.MultipleChoiceField(
        label="Who is told",
        choices=Told.choices,
        required=False,
        initial=everyone_told,
        widget=forms.CheckboxSelectMultiple,
    )
    accounts = forms.TypedMultipleChoiceField(
        label="And these people",
        coerce=UUID,
        required=False,
        help_text="By name, also where their role is not told.",
        validators=[MaxLengthValidator(rules.MOST_PEOPLE)],
        widget=forms.CheckboxSelectMultiple,
    )
    is_enabled = forms.BooleanField(label="Switched on", required=False, initial=True)
    window = forms.ChoiceField(
        label="Try it on the last",
        choices=[(name, words) for name, (words, _) in WINDOWS.items()],
        initial="1d",
    )

    def __init__(self, data: Any = None, rule: AlertRule | None = None) -> None:
        initial = {name: getattr(rule, name) for name in FIELDS} if rule else None
        super().__init__(data, initial=initial)
        machine = self.fields["machine"]
        assert isinstance(machine, forms.ChoiceField)
        people = self.fields["accounts"]
        assert isinstance(people, forms.TypedMultipleChoiceField)
        people.choices = [(str(user.pk), user.get_username()) for user in accounts.staff()]
        names = list(Machine.objects.values_list("name", flat=True))
        machine.choices = [("", "All machines"), *((name, name) for name in names)]

    def clean(self) -> dict[str, Any]:
        """Without a value to be over at, it is over at the threshold."""
        cleaned = dict(super().clean() or {})
        if cleaned.get("clear_threshold") is None:
            cleaned["clear_threshold"] = cleaned.get("threshold")
        return cleaned

    @property
    def hours(self) -> int:
        """The hours of the window."""
        return WINDOWS.get(self.cleaned_data.get("window", ""), WINDOWS["1d"])[1]


class SilenceForm(ServiceForm):
    """For how long nobody is told."""

    seconds = forms.ChoiceField(label="For", choices=list(SILENCES.items()))
    reason = rules.REASON.form_field(widget=forms.TextInput(attrs={"autocomplete": "off"}))
