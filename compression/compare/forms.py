"""The form of a comparison."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import TextChoices

from compression import rules
from compression.compare.candidates import Wish
from compression.forms import InputForm
from compression.models import Algorithm


class LevelChoice(TextChoices):
    """Which levels of the chosen algorithms take part."""

    USUAL = "usual", "The usual level of each"
    SPREAD = "spread", "The lowest, the usual and the highest of each"
    ALL = "all", "Every level of each"


BUDGETS = [
    ("10", "10 seconds"),
    ("30", "30 seconds"),
    ("60", "1 minute"),
    ("300", "5 minutes"),
    ("1800", "30 minutes"),
]


class CompareForm(InputForm):
    """A comparison to make."""

    text = rules.TEXT_INPUT.form_field(widget=forms.Textarea(attrs={"rows": 6}))
    algorithms = forms.MultipleChoiceField(
        error_messages={
            "required": "Choose at least one algorithm.",
            "invalid_choice": "There is no algorithm “%(value)s” that you may use.",
        }
    )
    levels = forms.ChoiceField(choices=LevelChoice.choices, initial=LevelChoice.USUAL, label="Levels")
    budget_s = forms.ChoiceField(
        choices=BUDGETS,
        initial="60",
        label="Time",
        help_text="Measuring ends before when all speeds are known to 5 %. Every candidate is run once in any case.",
    )

    inputs: Sequence[str] = ("file", "upload", "text")

    def __init__(self, usable: Sequence[Algorithm], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.usable = usable
        algorithms: Any = self.fields["algorithms"]
        algorithms.choices = [(row.name, row.title) for row in usable]

    def groups(self) -> list[dict[str, Any]]:
        """Return the algorithms by the group of their colour, with whether each is chosen: all, until one chooses."""
        value = self["algorithms"].value()
        chosen = {row.name for row in self.usable} if value is None else set(value)
        groups: dict[str, list[dict[str, Any]]] = {}
        for row in self.usable:
            groups.setdefault(row.colour, []).append({"row": row, "chosen": row.name in chosen})
        return [
            {"colour": colour, "title": GROUPS.get(colour, ""), "items": items}
            for colour, items in sorted(groups.items())
        ]

    def wishes(self) -> list[Wish]:
        """Return who is to take part."""
        by_name = {row.name: row for row in self.usable}
        spread = self.cleaned_data["levels"] == LevelChoice.SPREAD
        found = []
        for name in self.cleaned_data["algorithms"]:
            row = by_name[name]
            levels = {row.level_min, row.level_default, row.level_max} if spread else set()
            known = sorted(level for level in levels if level is not None)
            found += [Wish(name, level) for level in known] or [Wish(name)]
        return found


GROUPS = {
    "c1": "LZ",
    "c2": "LZMA",
    "c3": "Dynamic",
    "c4": "Block sorting",
    "c5": "Specialised",
    "c6": "Stored",
}
