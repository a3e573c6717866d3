"""Forms of algorithms that people make, by the rules of the API."""

from collections.abc import Mapping
from typing import Any

from django import forms

from compression import rules
from compression.forms import ParamsForm
from compression.models import Algorithm

_LINES = forms.Textarea(attrs={"rows": 3})


class TextsForm(forms.Form):
    """What an algorithm is called and said to be."""

    title = rules.ALGORITHM_TITLE.form_field()
    description = rules.ALGORITHM_DESCRIPTION.form_field(widget=_LINES)


class SettingsForm(TextsForm):
    """The texts, and the level of the codec; the other parameters have a form of their own."""

    level = forms.IntegerField(required=False, label="Level")


class PresetForm(SettingsForm):
    """A codec with its settings fixed, under a name of its own."""

    name = rules.PRESET_NAME.form_field()
    algorithm = rules.ALGORITHM_NAME.form_field(label="Codec")
    title = rules.ALGORITHM_TITLE.form_field(required=False, help_text="The name, where it is left empty.")

    field_order = ("name", "title", "description", "algorithm", "level")


class StatusForm(forms.Form):
    """The next step of an algorithm's life."""

    status = rules.ALGORITHM_STATUS.form_field()


def settings_of(algorithm: Algorithm) -> dict[str, Any]:
    """Return what a preset is made of: codec, level and parameters."""
    return algorithm.composition or {"algorithm": "", "level": None, "params": {}}


def params_form(
    codec: Algorithm, data: Any = None, *, initial: Mapping[str, Any] | None = None
) -> ParamsForm:
    """Return the form of the codec's parameters; `data` counts only where it was sent with those of this codec."""
    own = data is not None and data.get("params-of") == codec.name
    return ParamsForm(codec, data if own else None, initial=initial)


def params_with_kept(form: ParamsForm, before: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of the form, and those of `before` that no form shows: a dictionary of bytes."""
    kept = {
        name: value
        for name, value in before.items()
        if name in form.schema and name not in form.fields and name != "level"
    }
    return {**kept, **form.values()}
