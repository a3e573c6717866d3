"""What passwords must be, and new ones."""

import secrets
from typing import TYPE_CHECKING

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

from accounts import rules
from core.errors import FieldError, Invalid

if TYPE_CHECKING:
    from accounts.models import User


def check(password: str, user: "User", *, field: str = "password") -> None:
    """Raise Invalid, naming `field`, where the password is too weak for `user`."""
    try:
        rules.PASSWORD.check(password)
        password_validation.validate_password(password, user)
    except ValidationError as error:
        errors = [FieldError(field, "weak", message) for message in error.messages]
        raise Invalid(errors[0].detail, errors=errors) from None


def new() -> str:
    """Return a random password of 96 bits that people can read to each other and type."""
    return "-".join(secrets.token_hex(2) for _ in range(6))
