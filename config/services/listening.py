"""The port of the web server: opened by the supervisor, shared by the web processes."""

import errno
import http.client
import ipaddress
import socket
import time

from config.services.errors import ServiceError

BACKLOG = 1024
HANDOVER_S = 1.0  # the web processes of a supervisor that was killed just now take a moment to go
PROBE_TIMEOUT_S = 1.0  # the next one follows at once, after a look at the processes
READY_PATH = "/api/v1/health/ready"


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 takes any that is free."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise ServiceError(f"HOST={host} is no address of this machine: {error.strerror}.") from error
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    deadline = time.monotonic() + HANDOVER_S
    while True:
        try:
            listener.bind(address)
            listener.listen(BACKLOG)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                listener.close()
                raise ServiceError(_refusal(error, host, port)) from error
            time.sleep(0.05)
        else:
            return listener


def _refusal(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is in use. Choose another one: make run PORT={port + 1}"
    if error.errno == errno.EACCES:
        return f"Port {port} needs more rights. Choose one above 1023: make run PORT=8000"
    return f"Port {port} on {host} cannot be opened: {error.strerror}."


def display_address(listener: socket.socket) -> str:
    """Return the address to type into a browser on this machine."""
    host, port = listener.getsockname()[:2]
    found = ipaddress.ip_address(host)
    if found.is_unspecified or found.is_loopback:
        host = "localhost"
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def readiness_problem(listener: socket.socket, host_name: str) -> str | None:
    """Ask the web server whether all is ready: None if so, else what it (or the lack of it) says."""
    host, port = listener.getsockname()[:2]
    if ipaddress.ip_address(host).is_unspecified:
        host = "localhost"
    connection = http.client.HTTPConnection(host, port, timeout=PROBE_TIMEOUT_S)
    try:
        connection.request("GET", READY_PATH, headers={"Host": host_name})
        response = connection.getresponse()
        body = response.read(2000).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return f"the web server does not answer ({error})"
    finally:
        connection.close()
    return None if response.status == http.client.OK else f"{response.status}: {body}"
