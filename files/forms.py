"""Forms of the file pages, made from the same rules as the API."""

from typing import Any

from django import forms

from core.forms import ServiceForm
from files import rules
from files.models import File


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


class SavedSearchForm(ServiceForm):
    """What a saved search is called."""

    name = rules.SEARCH_NAME.form_field()
