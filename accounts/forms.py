"""Forms of the account pages, made from the same rules as the API."""

from typing import Any

from django import forms
from django.conf import settings

from accounts import rules
from accounts.models import User
from core.access.roles import STAFF, Role, Scope
from core.forms import ServiceForm

_NAME = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}


def present_password(**options: Any) -> forms.CharField:
    """Return a field for a password that exists."""
    widget = forms.PasswordInput(attrs={"autocomplete": "current-password"})
    return rules.PRESENT_PASSWORD.form_field(widget=widget, **options)


def new_password(**options: Any) -> forms.CharField:
    """Return a field for a password to be."""
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return rules.PASSWORD.form_field(widget=widget, **options)


class SignInForm(ServiceForm):
    """Who are you?"""

    username = rules.SIGN_IN_NAME.form_field(widget=forms.TextInput(attrs=_NAME | {"autofocus": True}))
    password = present_password()


class SignUpForm(ServiceForm):
    """A new account."""

    username = rules.USERNAME.form_field(widget=forms.TextInput(attrs=_NAME | {"autofocus": True}))
    email = rules.EMAIL.form_field(widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    password = new_password()


class ProfileForm(ServiceForm):
    """What the account says about itself."""

    display_name = rules.DISPLAY_NAME.form_field(widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = rules.EMAIL.form_field(widget=forms.EmailInput(attrs={"autocomplete": "email"}))


class PasswordForm(ServiceForm):
    """Another password."""

    old_password = present_password(label="Present password")
    new_password = new_password(label="New password")


class ThemeForm(ServiceForm):
    """How the pages look."""

    theme = rules.THEME.form_field(widget=forms.RadioSelect)


class ColumnsForm(ServiceForm):
    """The columns to show of a table, with commas between them."""

    table = rules.COLUMN.form_field()
    columns = rules.COLUMNS.form_field()

    def clean_columns(self) -> list[str]:
        """Return each of them."""
        names = [name for name in str(self.cleaned_data["columns"]).split(",") if name]
        for name in names:
            rules.COLUMN.check(name)
        return names


class TokenForm(ServiceForm):
    """A new token."""

    name = rules.TOKEN_NAME.form_field(widget=forms.TextInput(attrs={"autocomplete": "off"}))
    scope = rules.SCOPE.form_field(initial=Scope.WRITE)
    days = rules.TOKEN_DAYS.form_field()

    def __init__(self, owner: User, data: Any = None) -> None:
        super().__init__(data, initial={"days": settings.TOKEN_LIFETIME_DAYS})
        if Role(owner.role) not in STAFF:
            choices = [choice for choice in Scope.choices if choice[0] != Scope.ADMIN]
            scope = self.fields["scope"]
            assert isinstance(scope, forms.ChoiceField)
            scope.choices = choices
