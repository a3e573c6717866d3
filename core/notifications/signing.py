"""The signature of a webhook: who has the secret can tell that we sent it, and when. See docs/webhooks.md."""

import hashlib
import hmac

HEADER = "X-Dynacomp-Signature"


def signature(secret: str, body: bytes, t: int) -> str:
    """Return the value of the header for `body`, sent at `t` (seconds since 1970)."""
    digest = hmac.new(secret.encode(), f"{t}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={t},v1={digest}"
