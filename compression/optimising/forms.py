"""Forms of optimisations, by the rules of the API."""

from typing import Any

from django import forms

from compression import rules
from compression.engine import portable
from compression.forms import InputForm
from compression.optimising.choices import EXPLAINED, Objective
from compression.optimising.models import Strategy

LEAST_S, USUAL_S, MOST_S = 2, 30, 600
MIB = 1024 * 1024

_SPEED: dict[str, Any] = {"required": False, "min_value": 0, "max_value": 1e6}


class OptimiseForm(InputForm):
    """An optimisation to make."""

    objective = forms.ChoiceField(
        choices=[(one.value, f"{one.label}. {EXPLAINED[one]}") for one in Objective],
        initial=Objective.RATIO,
        label="What counts",
        widget=forms.RadioSelect,
    )
    strategy = forms.ChoiceField(label="Strategy")
    budget_s = forms.IntegerField(min_value=LEAST_S, max_value=MOST_S, initial=USUAL_S)
    min_compress_mb_s = forms.FloatField(label="Compresses with at least", **_SPEED)
    min_decompress_mb_s = forms.FloatField(label="Decompresses with at least", **_SPEED)
    max_memory_mib = forms.IntegerField(
        label="Takes at most, to decompress a block", required=False, min_value=0, max_value=2**30
    )

    def __init__(self, strategies: list[Strategy], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.strategies = strategies
        field: Any = self.fields["strategy"]
        field.choices = [(row.name, row.title) for row in strategies]

    @property
    def has_constraints(self) -> bool:
        """Whether one is given, or refused."""
        names = ("min_compress_mb_s", "min_decompress_mb_s", "max_memory_mib")
        return any(self[name].value() or self[name].errors for name in names)

    def wishes(self) -> dict[str, Any]:
        """Return what the checked form asks for, in the words of the service."""
        cleaned = self.cleaned_data
        memory = cleaned["max_memory_mib"]
        constraints = {
            "min_compress_mb_s": cleaned["min_compress_mb_s"],
            "min_decompress_mb_s": cleaned["min_decompress_mb_s"],
            "max_memory_bytes": memory * MIB if memory else None,
        }
        return {
            "strategy": next(row for row in self.strategies if row.name == cleaned["strategy"]),
            "objective": cleaned["objective"],
            "budget_s": float(cleaned["budget_s"]),
            "constraints": {name: value for name, value in constraints.items() if value},
        }


class KeepForm(forms.Form):
    """What the algorithm is called that is made of what was found."""

    name = rules.OWN_NAME.form_field()
    title = rules.ALGORITHM_TITLE.form_field(required=False, help_text="The name, where it is left empty.")
    description = rules.ALGORITHM_DESCRIPTION.form_field(widget=forms.Textarea(attrs={"rows": 3}))


class ImportForm(forms.Form):
    """The file of an algorithm."""

    file = forms.FileField(label="File", help_text=f"What “Export” gave: it ends with {portable.EXTENSION}.")
    name = rules.OWN_NAME.form_field(required=False)


class TrainForm(KeepForm):
    """An algorithm to train."""

    objective = rules.OBJECTIVE.form_field(initial="ratio")
    budget_s = forms.IntegerField(min_value=2, max_value=600, initial=60)
    test_percent = forms.IntegerField(
        min_value=0,
        max_value=90,
        initial=30,
        label="Files that it is judged on",
        help_text="They are not looked at before: what it does there is what it will do elsewhere.",
    )
