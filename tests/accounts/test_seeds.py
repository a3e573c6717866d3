"""The first administrator, and the way back in."""

import os
import stat
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts import passwords, seeds, services
from accounts.models import User
from core.access.roles import Role
from tests.accounts.asking import audited, sign_in


@pytest.fixture
def said(db: None, settings: Any, tmp_path: Path) -> list[str]:
    """Give the seeds a folder of their own and collect what they say."""
    settings.DATA_DIR = tmp_path
    return []


def seed(said: list[str]) -> str:
    """Run the step; return what it has said this time."""
    before = len(said)
    seeds.first_administrator(said.append)
    return "\n".join(said[before:])


def test_a_new_installation_gets_an_administrator_once(said: list[str]) -> None:
    words = seed(said)
    path = seeds.password_file()
    password = path.read_text().strip()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert str(path) in words
    assert password not in words
    admin = User.objects.get()
    assert (admin.username, admin.role) == ("admin", Role.ADMINISTRATOR)
    assert sign_in("admin", password).status_code == 200
    assert seed(said) == ""
    assert path.read_text().strip() == password
    assert User.objects.count() == 1
    assert os.listdir(path.parent) == [path.name]


def test_a_start_that_died_before_the_account_is_made_up_for(said: list[str]) -> None:
    seeds.password_file().write_text("left by the one before\n")
    assert str(seeds.password_file()) in seed(said)
    assert sign_in("admin", "left by the one before").status_code == 200


@pytest.mark.parametrize("left", ["", "\n"])
def test_an_empty_file_is_replaced(said: list[str], left: str) -> None:
    seeds.password_file().write_text(left)
    seed(said)
    assert sign_in("admin", seeds.password_file().read_text().strip()).status_code == 200


def test_a_start_that_dies_while_writing_leaves_nothing_half_written(
    said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            seed(said)
    assert os.listdir(seeds.password_file().parent) == []
    assert not User.objects.exists()
    seed(said)
    assert User.objects.count() == 1


def test_a_lost_file_before_the_first_sign_in_says_how_to_go_on(said: list[str]) -> None:
    seed(said)
    password = seeds.password_file().read_text().strip()
    seeds.password_file().unlink()
    assert "python manage.py reset_password admin" in seed(said)
    assert not seeds.password_file().exists()
    sign_in("admin", password)
    assert seed(said) == ""


def test_where_somebody_administers_nobody_is_made(said: list[str], mia: User) -> None:
    assert seed(said) == ""
    assert list(User.objects.all()) == [mia]
    assert not seeds.password_file().exists()


def test_operators_at_the_machine_reset_a_password(ada: User) -> None:
    _, _ = services.token_create(owner=ada, name="old")
    out = StringIO()
    call_command("reset_password", "ADA", stdout=out)
    password = out.getvalue().splitlines()[0].removeprefix("New password of ada: ")
    assert sign_in("ada", password).status_code == 200
    assert ("user.password_reset", None) in audited()
    ada.refresh_from_db()
    assert ada.generation == 1


def test_resetting_tells_of_a_closed_account_and_of_none(ada: User, mia: User) -> None:
    services.user_set_active(user=ada, active=False, actor=mia)
    out = StringIO()
    call_command("reset_password", "ada", stdout=out)
    assert "closed" in out.getvalue()
    with pytest.raises(CommandError, match="nobody"):
        call_command("reset_password", "nobody")


def test_new_passwords_are_long_different_and_pass_the_rules(db: None) -> None:
    made = {passwords.new() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        passwords.check(password, User(username="ada", email="ada@example.org"))
