"""How the platform reaches people and programs outside of its pages."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from urllib.parse import unquote, urlsplit

from config import env

# Where people open the platform: https://dynacomp.example.org. Links in e-mails and webhooks begin with it.
PUBLIC_URL = env.text("PUBLIC_URL").rstrip("/")
if PUBLIC_URL and not PUBLIC_URL.startswith(("http://", "https://")):
    raise env.BadEnvironment(f"PUBLIC_URL={PUBLIC_URL!r} does not begin with https:// or http://")

# smtp://user:password@host:587 (with STARTTLS), smtps://… (encrypted from the start), smtp+plain://… (not at all).
EMAIL_URL = env.secret("EMAIL_URL")
EMAIL_ON = bool(EMAIL_URL)
EMAIL_FROM = env.text("EMAIL_FROM", "Dynacomp <dynacomp@localhost>")
EMAIL_TIMEOUT = 10
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_ON else 'dummy'}.EmailBackend"
_PORTS = {"smtp": 587, "smtps": 465, "smtp+plain": 25}
try:
    _parts = urlsplit(EMAIL_URL or "smtp://localhost")
    EMAIL_HOST, EMAIL_PORT = _parts.hostname or "", _parts.port or _PORTS[_parts.scheme]
except (ValueError, KeyError):
    raise env.BadEnvironment(
        "EMAIL_URL is none: smtp://user:password@host:587, or smtps://…, or smtp+plain://…"
    ) from None
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_parts.username or ""), unquote(_parts.password or "")
EMAIL_USE_TLS, EMAIL_USE_SSL = _parts.scheme == "smtp", _parts.scheme == "smtps"


def _networks() -> list[IPv4Network | IPv6Network]:
    try:
        return [ip_network(text) for text in env.items("WEBHOOK_PRIVATE_NETWORKS")]
    except ValueError as error:
        raise env.BadEnvironment(f"WEBHOOK_PRIVATE_NETWORKS: {error}") from error


# Networks that are not of the open internet and that webhooks may lead to all the same: 10.1.0.0/16,127.0.0.1/32.
WEBHOOK_PRIVATE_NETWORKS = _networks()
# Seconds from the first attempt to the second; each further one waits four times as long.
WEBHOOK_RETRY_S = env.integer("WEBHOOK_RETRY_S", 10, minimum=1, maximum=3600)
NOTIFICATIONS_DAYS = env.integer("NOTIFICATIONS_DAYS", 90, minimum=1)
