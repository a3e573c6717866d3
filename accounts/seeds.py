"""The first administrator of a new installation."""

import contextlib
from pathlib import Path

from django.conf import settings

from accounts import passwords, services
from accounts.models import User
from core.access.roles import Role
from core.disk import replace_text
from core.seeds import Say, seed

USERNAME = "admin"
EMAIL = "admin@localhost.invalid"


def password_file() -> Path:
    """Return where the password of the first administrator is kept."""
    return Path(settings.DATA_DIR) / "admin-password"


@seed("accounts", order=10)
def first_administrator(say: Say) -> None:
    """Make the first administrator, with a password that the file has before the account exists.

    A start that dies in between leaves the file; the next one makes the account with it.
    """
    path = password_file()
    if User.objects.filter(role=Role.ADMINISTRATOR).exists():
        if not path.exists() and User.objects.named(USERNAME).filter(last_login=None).exists():
            say(f"Nobody has signed in as “{USERNAME}” and its password is kept nowhere (any more).")
            say(f"Make a new one: python manage.py reset_password {USERNAME}")
        return
    password = _kept(path)
    services.user_register(username=USERNAME, email=EMAIL, password=password, role=Role.ADMINISTRATOR)
    say(f"The first administrator is “{USERNAME}”; the password is in {path}.")


def _kept(path: Path) -> str:
    """Return the password in the file; write a new one where there is none, whole and for its owner's eyes only."""
    with contextlib.suppress(FileNotFoundError):
        if password := path.read_text().strip():
            return password
    password = passwords.new()
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_text(path, f"{password}\n", lasting=True)
    return password
