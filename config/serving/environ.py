"""From an ASGI scope to the environment of a WSGI request (PEP 3333)."""

import sys
from time import perf_counter
from typing import Any, BinaryIO
from urllib.parse import unquote_to_bytes

from core.handoff import ON_LOOP, RECEIVED

Scope = dict[str, Any]

_PLAIN = {b"content-type": "CONTENT_TYPE", b"content-length": "CONTENT_LENGTH"}


def environ_of(scope: Scope, body: BinaryIO, body_bytes: int) -> dict[str, Any]:
    """Return the environment with `body` as its input and `body_bytes` as its length."""
    client, server = scope.get("client") or ("", 0), scope.get("server") or ("localhost", 80)
    environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": str(server[0]),
        "SERVER_PORT": str(server[1]),
        "REMOTE_ADDR": str(client[0]),
        "REMOTE_PORT": str(client[1]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        ON_LOOP: True,
        RECEIVED: perf_counter(),
    }
    _add_headers(environ, scope["headers"])
    if body_bytes or "CONTENT_LENGTH" in environ:
        environ["CONTENT_LENGTH"] = str(body_bytes)
    return environ


def _add_headers(environ: dict[str, Any], headers: list[tuple[bytes, bytes]]) -> None:
    for raw_name, raw_value in headers:
        if b"_" in raw_name:
            continue  # `X_Real` and `X-Real` would be one variable: a way past whoever strips the second
        name = _PLAIN.get(raw_name) or f"HTTP_{raw_name.decode('latin-1').upper().replace('-', '_')}"
        value = raw_value.decode("latin-1")
        if name in environ:
            value = f"{environ[name]}{';' if name == 'HTTP_COOKIE' else ','}{value}"
        environ[name] = value


def header(scope: Scope, name: bytes) -> bytes | None:
    """Return the first header called `name` (in lower case), or None."""
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    return next((value for key, value in headers if key == name), None)
