"""Sockets to the web server of the tests, as programs and browsers open them."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from accounts import services as accounts
from accounts.models import Token, User
from core.access.roles import Scope

PATIENCE_S = 40

Open = Callable[..., Any]


@pytest.fixture
def dial(web: str) -> Open:
    """Return a context manager that opens a socket at `path`, by token or by session.

    One that is `narrow` has next to no buffers on its side: what it does not read the server keeps.
    """

    @contextmanager
    def dial(
        path: str, token: str = "", session: str = "", origin: str = "", *, narrow: bool = False
    ) -> Iterator[ClientConnection]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if session:
            headers["Cookie"] = f"{settings.SESSION_COOKIE_NAME}={session}"
        if origin:
            headers["Origin"] = origin
        options: dict[str, Any] = {"open_timeout": PATIENCE_S, "close_timeout": 0.2}
        if narrow:
            options |= {"sock": _narrow(web), "max_queue": 1}
        with connect(f"ws://{web}{path}", additional_headers=headers, **options) as opened:
            yield opened

    return dial


def _narrow(host_and_port: str) -> socket.socket:
    host, _, port = host_and_port.partition(":")
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.connect((host, int(port)))
    return made


def token_of(user: User, scope: Scope = Scope.READ) -> tuple[Token, str]:
    return accounts.token_create(owner=user, name="socket", scope=scope)


def session_of(user: User) -> SessionStore:
    """Return a session as signing in makes it."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[settings.SESSION_GENERATION] = user.generation
    session.create()
    return session


def hear(opened: ClientConnection) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(opened.recv(timeout=PATIENCE_S))
    return message


def closing(opened: ClientConnection) -> int:
    """Return the code with which the server closes the socket, by itself."""
    with pytest.raises(ConnectionClosed) as closed:
        _drain(opened)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


def _drain(opened: ClientConnection) -> None:
    while True:
        opened.recv(timeout=PATIENCE_S)
