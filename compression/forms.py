"""Forms of the compression pages, made from the same schemas as the API."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet

from compression import rules
from compression.models import Algorithm


class ParamsForm(forms.Form):
    """The parameters of one algorithm but its level, which has a slider of its own."""

    prefix = "params"

    def __init__(self, algorithm: Algorithm, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.schema: dict[str, dict[str, Any]] = algorithm.params_schema.get("properties", {})
        for name, declared in self.schema.items():
            # The level has a slider; bytes (a dictionary) do not fit a form of short fields: the API takes them.
            if name != "level" and "contentEncoding" not in declared:
                self.fields[name] = _field(declared)

    def values(self) -> dict[str, Any]:
        """Return the given parameters in their JSON form; those left at their default are left out."""
        given: dict[str, Any] = {}
        for name in self.fields if self.is_bound else ():
            value = self.cleaned_data.get(name)
            declared = self.schema[name]
            if value is None or value == "":
                continue
            if value != declared.get("default"):
                given[name] = value
        return given


def _field(declared: dict[str, Any]) -> forms.Field:
    """Return the form field for one property of a JSON Schema."""
    common: dict[str, Any] = {
        "label": declared["title"],
        "help_text": declared.get("description", ""),
        "required": False,
    }
    default = declared.get("default")
    kind = declared.get("type")
    if kind == "boolean":
        return forms.BooleanField(initial=default, **common)
    if "enum" in declared:
        return forms.ChoiceField(choices=[(v, v) for v in declared["enum"]], initial=default, **common)
    if kind == "integer" or (isinstance(kind, list) and "integer" in kind):
        return forms.IntegerField(
            min_value=declared.get("minimum"), max_value=declared.get("maximum"), initial=default, **common
        )
    raise ValueError(f"no form field for {declared}")


class InputForm(forms.Form):
    """What to work on: one of your files, an upload, or text."""

    file = forms.UUIDField(required=False, label="File")
    upload = forms.FileField(required=False, label="Upload", allow_empty_file=True)

    inputs: Sequence[str] = ("file", "upload")

    def clean(self) -> dict[str, Any]:
        """Exactly one input."""
        cleaned: dict[str, Any] = super().clean() or {}
        given = [name for name in self.inputs if cleaned.get(name) not in (None, "")]
        if len(given) != 1 and not self.errors:
            raise forms.ValidationError(
                "Choose a file first: drop one here, or pick one of yours."
                if not given
                else "Choose one input only: a file of yours, an upload, or text."
            )
        return cleaned


class CompressForm(InputForm):
    """A call to compress."""

    text = rules.TEXT_INPUT.form_field(widget=forms.Textarea(attrs={"rows": 6}))
    algorithm = rules.ALGORITHM_NAME.form_field()
    level = forms.IntegerField(required=False)

    inputs: Sequence[str] = ("file", "upload", "text")


class DecompressForm(InputForm):
    """A call to decompress; the format is found from the bytes where none is named."""

    algorithm = rules.ALGORITHM_NAME.form_field(required=False)
    keep_archive = forms.BooleanField(
        required=False,
        label="Leave a tar archive whole",
        help_text="Of backup.tar.zst, give backup.tar rather than the files in it.",
    )


def algorithm_options(user: Any) -> list[dict[str, Any]]:
    """Return the algorithms that take new work of `user`, as `components/search_select.html` shows them."""
    return options_of(Algorithm.objects.usable_by(user))


def options_of(algorithms: QuerySet[Algorithm]) -> list[dict[str, Any]]:
    """Return algorithms by their families, as `components/search_select.html` shows them."""
    return [
        {
            "value": algorithm.name,
            "label": f"{algorithm.title} ({algorithm.name})",
            "group": algorithm.family,
            "note": algorithm.description,
            "colour": algorithm.colour,
            "data": {
                "extension": algorithm.file_extension,
                **{f"level-{name}": level for name, level in (algorithm.levels or {}).items()},
            },
        }
        for algorithm in algorithms.order_by("colour", "family", "name")
    ]
