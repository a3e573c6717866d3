"""Settings of mail and webhooks: right, absent, or refused with their name."""

import importlib
from collections.abc import Iterator
from typing import Any

import pytest

from config.env import BadEnvironment
from config.settings import notifications


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Read the settings in an environment; the running ones are untouched."""

    def reload(**environment: str) -> Any:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return importlib.reload(notifications)

    yield reload
    monkeypatch.undo()
    importlib.reload(notifications)


def test_mail_is_off_by_itself(read: Any) -> None:
    found = read(EMAIL_URL="")
    assert (found.EMAIL_ON, found.EMAIL_BACKEND.rsplit(".", 2)[1]) == (False, "dummy")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://news:p%40ss@mail.example.org", ("mail.example.org", 587, "news", "p@ss", True, False)),
        ("smtps://mail.example.org:4650", ("mail.example.org", 4650, "", "", False, True)),
        ("smtp+plain://10.0.0.1", ("10.0.0.1", 25, "", "", False, False)),
    ],
)
def test_the_address_of_a_mail_server(read: Any, url: str, expected: tuple[Any, ...]) -> None:
    found = read(EMAIL_URL=url)
    assert found.EMAIL_ON
    assert expected == (
        found.EMAIL_HOST,
        found.EMAIL_PORT,
        found.EMAIL_HOST_USER,
        found.EMAIL_HOST_PASSWORD,
        found.EMAIL_USE_TLS,
        found.EMAIL_USE_SSL,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EMAIL_URL", "mail.example.org"),
        ("EMAIL_URL", "http://mail.example.org"),
        ("EMAIL_URL", "smtp://mail.example.org:99999"),
        ("WEBHOOK_PRIVATE_NETWORKS", "10.0.0.1/8"),
        ("WEBHOOK_PRIVATE_NETWORKS", "localhost"),
        ("PUBLIC_URL", "dynacomp.example.org"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_name(read: Any, name: str, value: str) -> None:
    with pytest.raises(BadEnvironment, match=name):
        read(**{name: value})
