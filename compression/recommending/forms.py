"""The form of a recommendation, by the rules of the API."""

from typing import Any

from django import forms

from compression.analyses.forms import AnalyseForm
from compression.optimising.choices import EXPLAINED, Objective
from compression.optimising.forms import MIB

_SPEED: dict[str, Any] = {"required": False, "min_value": 0, "max_value": 1e6}


class RecommendForm(AnalyseForm):
    """What to recommend for, and what counts."""

    objective = forms.ChoiceField(choices=Objective.choices, initial=Objective.RATIO, label="What counts")
    min_compress_mb_s = forms.FloatField(label="Compresses with at least", **_SPEED)
    min_decompress_mb_s = forms.FloatField(label="Decompresses with at least", **_SPEED)
    max_memory_mib = forms.IntegerField(
        label="Takes no more memory than", required=False, min_value=0, max_value=2**30
    )

    @property
    def objectives(self) -> list[dict[str, Any]]:
        """What can count, in words, and whether it is chosen."""
        chosen = self["objective"].value()
        return [
            {"value": one.value, "label": one.label, "words": EXPLAINED[one], "chosen": one.value == chosen}
            for one in Objective
        ]

    @property
    def has_constraints(self) -> bool:
        """Whether one is given, or refused."""
        names = ("min_compress_mb_s", "min_decompress_mb_s", "max_memory_mib")
        return any(self[name].value() or self[name].errors for name in names)

    def asked(self) -> dict[str, Any]:
        """Return what the checked form asks for, in the words of the service."""
        cleaned = self.cleaned_data
        constraints = {
            "min_compress_mb_s": cleaned["min_compress_mb_s"],
            "min_decompress_mb_s": cleaned["min_decompress_mb_s"],
            "max_memory_bytes": (cleaned["max_memory_mib"] or 0) * MIB,
        }
        return {"objective": cleaned["objective"], "constraints": constraints}
