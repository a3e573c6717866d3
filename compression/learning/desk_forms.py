"""Forms of learning in the back office."""

from typing import TYPE_CHECKING

from django import forms
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from compression.engine.learning.actions import ACTIONS
from compression.learning.models import LearningSettings, ObjectiveWeight

if TYPE_CHECKING:
    SettingsModelForm = forms.ModelForm[LearningSettings]
    WeightModelForm = forms.ModelForm[ObjectiveWeight]
else:
    SettingsModelForm = WeightModelForm = forms.ModelForm

MOST_WEIGHT = 1000


class LearningSettingsForm(SettingsModelForm):
    """The settings, with their bounds."""

    actions_off = forms.MultipleChoiceField(
        label="Actions switched off",
        required=False,
        choices=[(action.name, f"{action.name}: {action.words}") for action in ACTIONS.values()],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=LearningSettings._meta.get_field("actions_off").help_text,
    )

    class Meta:
        model = LearningSettings
        fields = [
            "harvest",
            "owner_per_day",
            "again_after_days",
            "audits",
            "audit_share",
            "audit_cpu_s",
            "training",
            "training_after",
            "promotion",
            "drift_notices",
            "actions_off",
        ]
        labels = {
            "harvest": "Take outcomes",
            "owner_per_day": "Outcomes of one account a day",
            "again_after_days": "Days until the same counts again",
            "audit_share": "Share that is audited",
            "audit_cpu_s": "CPU seconds for audits an hour",
            "training_after": "New contents for a training",
            "promotion": "Serve what is better",
        }

    def clean_audit_share(self) -> float:
        """A part of the contents."""
        value: float = self.cleaned_data["audit_share"]
        if not 0 <= value <= 1:
            raise forms.ValidationError("From 0 to 1.")
        return value

    def clean_training_after(self) -> int:
        """One content at least."""
        value: int = self.cleaned_data["training_after"]
        if value < 1:
            raise forms.ValidationError("At least 1.")
        return value


class ObjectiveWeightForm(WeightModelForm):
    """The weight of an objective."""

    class Meta:
        model = ObjectiveWeight
        fields = ["weight"]

    def clean_weight(self) -> float:
        """What a mean can be made of."""
        value: float = self.cleaned_data["weight"]
        if not 0 <= value <= MOST_WEIGHT:
            raise forms.ValidationError(f"From 0 to {MOST_WEIGHT}.")
        return value
