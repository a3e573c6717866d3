"""Forms of the desk of accounts, made from the same rules as everything else."""

from typing import TYPE_CHECKING

from django import forms
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts import rules
from accounts.models import User
from core.access.roles import Role

if TYPE_CHECKING:
    UserForm = forms.ModelForm[User]
else:
    UserForm = forms.ModelForm


class UserAddForm(UserForm):
    """A new account; its password is made by the platform."""

    username = rules.USERNAME.form_field(widget=UnfoldAdminTextInputWidget())
    email = rules.EMAIL.form_field(widget=UnfoldAdminEmailInputWidget())
    role = rules.ROLE.form_field(widget=UnfoldAdminSelectWidget(), initial=Role.USER)

    class Meta:
        model = User
        fields = ("username", "email", "role")


class UserChangeForm(UserForm):
    """What can be changed about an account by hand; the rest are actions."""

    email = rules.EMAIL.form_field(widget=UnfoldAdminEmailInputWidget())
    display_name = rules.DISPLAY_NAME.form_field(widget=UnfoldAdminTextInputWidget())
    quota_bytes = rules.QUOTA.form_field(widget=UnfoldAdminTextInputWidget(), required=False)

    class Meta:
        model = User
        fields = ("email", "display_name", "quota_bytes")
