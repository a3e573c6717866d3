"""What accounts and tokens may look like; every layer takes it from here."""

from core.access.roles import Role, Scope
from core.rules import Choice, Text

USERNAME = Text(
    min=2,
    max=64,
    pattern=r"[A-Za-z0-9][A-Za-z0-9._-]*",
    says="Letters, digits, dots, hyphens and underscores; begins with a letter or digit.",
    label="User name",
)
EMAIL = Text(min=3, max=254, pattern=r"[^ @]+@[^ @]+[.][^ @]+", says="An e-mail address.", label="E-mail")
DISPLAY_NAME = Text(min=0, max=100, label="Name", help="How the pages greet you.")
TOKEN_NAME = Text(min=1, max=100, label="Name", help="What the token is for: a machine, a script.")
ROLE = Choice(Role, label="Role")
SCOPE = Choice(Scope, label="May")
