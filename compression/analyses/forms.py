"""The form of an analysis."""

from collections.abc import Sequence

from django import forms

from compression import rules
from compression.forms import InputForm


class AnalyseForm(InputForm):
    """What to look at."""

    text = rules.TEXT_INPUT.form_field(widget=forms.Textarea(attrs={"rows": 6}))

    inputs: Sequence[str] = ("file", "upload", "text")
