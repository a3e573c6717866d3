"""Forms of notifications."""

from typing import Any

from django import forms

from core.forms import ServiceForm
from core.notifications import rules
from core.notifications.choices import Channel, Level
from core.notifications.kinds import kinds
from core.notifications.wishes import Wishes


class SettingsForm(ServiceForm):
    """Which levels go out by which channel, and which kinds are told at all."""

    email = forms.MultipleChoiceField(
        label="By e-mail", choices=Level.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    webhook = forms.MultipleChoiceField(
        label="To webhooks", choices=Level.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    told = forms.MultipleChoiceField(label="Tell me of", required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, wishes: Wishes, data: Any = None) -> None:
        initial = {
            "email": sorted(wishes.levels[Channel.EMAIL]),
            "webhook": sorted(wishes.levels[Channel.WEBHOOK]),
            "told": sorted(set(kinds) - wishes.muted),
        }
        super().__init__(data, initial=initial)
        told = self.fields["told"]
        assert isinstance(told, forms.MultipleChoiceField)
        told.choices = [(kind.name, kind.title) for kind in kinds.values()]

    def clean(self) -> dict[str, Any]:
        """Say what is muted in place of what is told."""
        cleaned = dict(super().clean() or {})
        cleaned["muted"] = sorted(set(kinds) - set(cleaned.pop("told", [])))
        return cleaned


class WebhookForm(ServiceForm):
    """A new webhook."""

    name = rules.WEBHOOK_NAME.form_field(widget=forms.TextInput(attrs={"autocomplete": "off"}))
    url = rules.WEBHOOK_URL.form_field(
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "placeholder": "https://"})
    )
