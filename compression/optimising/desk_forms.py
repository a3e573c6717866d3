"""The form of a strategy in the back office."""

from typing import TYPE_CHECKING, Any

from django import forms

from compression.optimising.models import Strategy

if TYPE_CHECKING:
    StrategyModelForm = forms.ModelForm[Strategy]
else:
    StrategyModelForm = forms.ModelForm

# The plain codecs that can take part; their other settings are the usual ones.
LEAVES = {"zstd": 22, "bzip3": None, "lzma": None, "brotli": None, "lz4": None, "store": None}
MOST_PLAIN = 12


class StrategyForm(StrategyModelForm):
    """A strategy, with its plain codecs checked."""

    class Meta:
        model = Strategy
        fields = [
            "name",
            "title",
            "description",
            "objective",
            "rounds",
            "max_trials",
            "plain",
            "plain_share",
            "enabled",
            "position",
        ]
        help_texts = {
            "objective": "For those who do not say what counts.",
            "rounds": "Searches that are made, 1 to 20.",
            "max_trials": "Of each search, at most; without a number as many as the time allows.",
            "plain": 'Codecs that take part, such as [{"id": "zstd", "level": 19}, {"id": "bzip3"}].',
            "plain_share": "The part of the time that they may take, 0 to 1.",
            "enabled": "One that is switched off takes no new work.",
            "position": "Where it stands among the others: the lowest first.",
        }

    def clean_plain(self) -> list[dict[str, Any]]:
        """Refuse what the engine could not make: a list like `[{"id": "zstd", "level": 19}, {"id": "bzip3"}]`."""
        value = self.cleaned_data["plain"]
        if not isinstance(value, list) or len(value) > MOST_PLAIN:
            raise forms.ValidationError(f"A list of at most {MOST_PLAIN} codecs.")
        for one in value:
            if not isinstance(one, dict) or one.get("id") not in LEAVES:
                raise forms.ValidationError(f"Each is an object whose id is one of {', '.join(LEAVES)}.")
            top, level = LEAVES[one["id"]], one.get("level")
            known = {"id", "level"} if top else {"id"}
            if one.keys() - known or (
                level is not None and not (isinstance(level, int) and 1 <= level <= (top or 0))
            ):
                raise forms.ValidationError(
                    f"{one['id']} has levels from 1 to {top}." if top else "No settings here."
                )
        return list(value)

    def clean_plain_share(self) -> float:
        """A part of the time."""
        value: float = self.cleaned_data["plain_share"]
        if not 0 <= value <= 1:
            raise forms.ValidationError("From 0 to 1.")
        return value

    def clean_rounds(self) -> int:
        """As many as the API allows."""
        value: int = self.cleaned_data["rounds"]
        if not 1 <= value <= 20:
            raise forms.ValidationError("From 1 to 20.")
        return value
