"""Forms of the file pages, made from the same rules as the API."""

from typing import Any

from django import forms

from core.formatting import typed_size
from core.forms import ServiceForm
from core.text import SIZE_PATTERN
from files import rules
from files.choices import Origin
from files.models import File
from files.search.criteria import Criteria


class TagsField(forms.Field):
    """Tags with commas between them."""

    widget = forms.TextInput

    def to_python(self, value: str | None) -> list[str]:
        """Return the tags, each once."""
        return list(dict.fromkeys(tag.strip() for tag in (value or "").split(",") if tag.strip()))

    def validate(self, value: list[str]) -> None:
        """Check each of them, and how many there are."""
        for tag in value:
            rules.TAG.check(tag)
        rules.TAGS.check(value)

    def prepare_value(self, value: Any) -> Any:
        """Show them as they are typed."""
        return ", ".join(value) if isinstance(value, list) else value


class ChangeForm(ServiceForm):
    """What of a file can be changed."""

    name = rules.NAME.form_field()
    folder = rules.FOLDER.form_field()
    tags = TagsField(required=False, label="Tags", help_text="With commas between them.")

    @classmethod
    def of(cls, file: File) -> "ChangeForm":
        """Return the form with what the file has now."""
        return cls(initial={"name": file.name, "folder": file.folder, "tags": file.tags})


class SearchForm(forms.Form):
    """What the page of files has fields for; what is sent is read as an address."""

    folder = rules.FOLDER.form_field(help_text="")
    sha256 = forms.CharField(required=False, label=rules.HASH.label)
    size_min = forms.CharField(required=False, label="Size from")
    size_max = forms.CharField(required=False, label="Size to")
    created_after = forms.DateField(required=False, label="Added from")
    created_before = forms.DateField(required=False, label="Added to")
    origin = forms.ChoiceField(
        required=False, label="Where from", choices=[("", "From anywhere"), *Origin.choices]
    )

    def __init__(self, criteria: Criteria) -> None:
        given = {name: getattr(criteria, name) for name in self.base_fields}
        sizes = {name: typed_size(given[name]) for name in ("size_min", "size_max")}
        days = {
            name: given[name].date().isoformat() if given[name] else ""
            for name in ("created_after", "created_before")
        }
        super().__init__(initial=given | sizes | days)
        self.fields["sha256"].widget.attrs |= {"pattern": "[0-9a-fA-F]{6,64}", "title": rules.HASH.says}
        for name in sizes:
            self.fields[name].widget.attrs |= {
                "pattern": SIZE_PATTERN,
                "title": "Such as 300, 10 kB or 1.5 MB.",
            }
        for name in days:
            self.fields[name].widget.input_type = "date"


class SavedSearchForm(ServiceForm):
    """What a saved search is called."""

    name = rules.SEARCH_NAME.form_field()
