"""What notifications and webhooks may look like; every layer takes it from here."""

from core.notifications.choices import Level
from core.rules import Choice, Text

LEVEL = Choice(Level, label="Level")
TITLE = Text(min=1, max=200, label="Title")
BODY = Text(min=0, max=2000, lines=True, label="Text")
# A page of ours: `//host` and `/\host` lead elsewhere.
URL = Text(min=0, max=500, pattern=r"(?:\/(?![\/\\]).*)?", says="A page of the platform.")
WEBHOOK_NAME = Text(min=1, max=100, pattern=".*[^ ].*", says="Not only spaces.", label="Name")
WEBHOOK_URL = Text(
    min=8,
    max=1000,
    pattern=r"https?:\/\/[A-Za-z0-9._:\-\[\]]+(?:[\/?#][!-~]*)?",
    says="An address that begins with https:// or http://, without a user name.",
    label="Address",
    help="Notifications are posted here as JSON, with a signature.",
)

WEBHOOKS = 10
"""So many webhooks of one account."""

TESTS_A_MINUTE = 5
"""So many tests of all webhooks of one account."""
