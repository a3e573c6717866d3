"""What is sent: the JSON of webhooks and the letters, the same for every attempt."""

import json
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage

from core.notifications.models import Delivery, Notification

TEST = {
    "kind": "test",
    "level": "info",
    "title": "A test",
    "body": "Somebody asked whether notifications arrive here. They do.",
}


def shape(notification: Notification) -> dict[str, Any]:
    """Return a notification as programs read it; `url` is absolute where the platform knows its own address."""
    return {
        "id": str(notification.pk),
        "kind": notification.kind,
        "level": notification.level,
        "title": notification.title,
        "body": notification.body,
        "url": absolute(notification.url),
        "created_at": notification.created_at.isoformat().replace("+00:00", "Z"),
    }


def absolute(url: str) -> str:
    """Return an address of ours as others can open it, as far as PUBLIC_URL says where we are."""
    return f"{settings.PUBLIC_URL}{url}" if url else ""


def webhook_body(delivery: Delivery) -> bytes:
    """Return what is posted to a webhook."""
    told = shape(delivery.notification) if delivery.notification else _test(delivery)
    body = {"id": str(delivery.pk), "type": "notification", "notification": told}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _test(delivery: Delivery) -> dict[str, Any]:
    made = delivery.created_at.isoformat().replace("+00:00", "Z")
    return {"id": str(delivery.pk), **TEST, "url": "", "created_at": made}


def letter(delivery: Delivery) -> EmailMessage:
    """Return the e-mail of a delivery; each attempt has the same Message-ID."""
    told = delivery.notification
    assert told is not None, "e-mail has no tests"
    parts = [told.title, told.body, absolute(told.url)]
    parts.append(f"You get this because of the notification settings of your account: {absolute('/account')}")
    return EmailMessage(
        subject=f"[Dynacomp] {told.title}",
        body="\n\n".join(part for part in parts if part),
        from_email=settings.EMAIL_FROM,
        to=[delivery.owner.email],
        headers={
            "Message-ID": f"<{delivery.pk}@{settings.EMAIL_FROM.rpartition('@')[2].rstrip('>') or 'dynacomp'}>",
            "Auto-Submitted": "auto-generated",
            "X-Dynacomp-Delivery": str(delivery.pk),
        },
    )
