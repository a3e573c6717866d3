"""Where webhooks may lead: to hosts of the open internet, and to those of the networks that the operator allows.

What a name stands for is asked when something is sent, and the connection goes to the address that was looked at: a
name that means something else a moment later leads nowhere else.
"""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError

from core.errors import AppError, Invalid
from core.notifications import rules

Address = IPv4Address | IPv6Address

# Addresses that hold one of the old internet, which could be a private one.
_CARRIERS = ("::/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
# What stands for a site or a provider's inside, and counts as global, at least in part, for Python.
_INSIDES = ("100.64.0.0/10", "192.0.0.0/24", "fec0::/10")
_CLOSED = [ip_network(text) for text in (*_CARRIERS, *_INSIDES)]
_CAN_ALLOW = "Those who run the platform can allow it: WEBHOOK_PRIVATE_NETWORKS."


class AddressRefused(AppError):
    """A webhook leads where none may lead."""

    status, code, title = 422, "address_refused", "This address is not allowed"


def check(url: str) -> None:
    """Raise Invalid where `url` is no address for a webhook, and AddressRefused where it names a host that is not."""
    try:
        rules.WEBHOOK_URL.check(url)
        host, _ = host_of(url), urlsplit(url).port
    except (ValidationError, ValueError) as error:
        words = error.messages[0] if isinstance(error, ValidationError) else "This is no web address."
        raise Invalid.field("url", words) from None
    if not host:
        raise Invalid.field("url", "This is no web address.")
    literal = _literal(host)
    if literal is not None and not is_allowed(literal):
        raise _refused(host)


def host_of(url: str) -> str:
    """Return the host of an address, without its port."""
    return urlsplit(url).hostname or ""


def resolve(host: str, port: int) -> str:
    """Return an address of `host` that may be connected to; AddressRefused where there is none.

    One that is allowed is enough: the connection goes to that one. A name that stands for nothing is refused in the
    same words as one that leads inside: nobody learns by a webhook which names there are in our network.
    """
    for place in _places(host, port):
        address = _literal(place)
        if address is not None and is_allowed(address):
            return str(address)
    raise AddressRefused(
        f"“{host}” is not known, or is in a private network, where webhooks may not lead. {_CAN_ALLOW}"
    )


def _places(host: str, port: int) -> list[str]:
    try:
        return [str(place[0]) for *_, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        return []


def is_allowed(address: Address) -> bool:
    """Say whether something may be sent to an address."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if any(address in network for network in settings.WEBHOOK_PRIVATE_NETWORKS):
        return True
    closed = any(address in network for network in _CLOSED)
    return address.is_global and not address.is_multicast and not closed


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        return None


def _refused(host: str) -> AddressRefused:
    return AddressRefused(f"“{host}” is in a private network, where webhooks may not lead. {_CAN_ALLOW}")
