"""What the page asks before it does something with many files."""

from django import forms
from django.core.exceptions import ValidationError

from files.forms import TagsField


class SomeTagsField(TagsField):
    """At least one tag."""

    def validate(self, value: list[str]) -> None:
        """Check that there is one, and each of them."""
        if not value:
            raise ValidationError("Which tags?", code="required")
        super().validate(value)


class TagsForm(forms.Form):
    """Which tags."""

    tags = SomeTagsField(label="Tags", help_text="With commas between them.")
