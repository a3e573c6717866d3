"""Where a request comes from."""

from ipaddress import IPv4Address, IPv6Address, ip_address


def parse(address: str) -> IPv4Address | IPv6Address | None:
    """Return the address of the network, or None where there is none: a request over a Unix socket, a bad proxy."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return (parsed.ipv4_mapped or parsed) if isinstance(parsed, IPv6Address) else parsed


def neighbourhood(address: str) -> str:
    """Return what one person can be expected to have: an IPv4 address, or an IPv6 network of 64 bits."""
    parsed = parse(address)
    return parsed.packed[:8].hex() if parsed else ""
