"""What the page asks before it does something with many files."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from files.forms import TagsField


class ActionForm(forms.Form):
    """What an action asks; nothing by itself. `user` is who is asked."""

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def options(self) -> dict[str, Any]:
        """Return what was asked for; as long as that cannot be, what the form begins with."""
        if self.is_valid():
            return self.cleaned_data
        return {name: self.get_initial_for_field(field, name) for name, field in self.fields.items()}


class SomeTagsField(TagsField):
    """At least one tag."""

    def validate(self, value: list[str]) -> None:
        """Check that there is one, and each of them."""
        if not value:
            raise ValidationError("Which tags?", code="required")
        super().validate(value)


class TagsForm(ActionForm):
    """Which tags."""

    tags = SomeTagsField(
        label="Tags",
        help_text="With commas between them.",
        initial=list,
        widget=forms.TextInput(attrs={"autofocus": True}),
    )
