"""What accounts and tokens may look like; every layer takes it from here."""

from accounts.choices import Theme
from core.access.roles import Role, Scope
from core.rules import Choice, Integer, Text

# A hyphen in brackets is escaped because browsers ask for it in a `pattern`.
USERNAME = Text(
    min=2,
    max=64,
    pattern=r"[A-Za-z0-9][A-Za-z0-9._\-]*",
    says="Letters, digits, dots, hyphens and underscores; begins with a letter or digit.",
    label="User name",
)
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?"
# What browsers take for an address, with a dot in the part after the @.
EMAIL = Text(
    min=3,
    max=254,
    pattern=rf"[A-Za-z0-9.!#$%&'*+\/=?^_`\{{\|\}}~\-]+@{_LABEL}(?:\.{_LABEL})+",
    says="An e-mail address, such as ada@example.org.",
    label="E-mail",
)
_NOT_BLANK = ".*[^ ].*"
DISPLAY_NAME = Text(
    min=0,
    max=100,
    pattern=f"(?:{_NOT_BLANK})?",
    says="Not only spaces.",
    label="Name",
    help="How the pages greet you.",
)
# Whoever signs in is not told how names are made, only whether name and password fit.
SIGN_IN_NAME = Text(min=1, max=254, label="User name")
PASSWORD = Text(min=10, max=1024, label="Password", help="At least 10 characters, hard to guess.")
# A password that is already there may be from a time of other rules.
PRESENT_PASSWORD = Text(min=1, max=1024, label="Password")
TOKEN_NAME = Text(
    min=1,
    max=100,
    pattern=_NOT_BLANK,
    says="Not only spaces.",
    label="Name",
    help="What the token is for: a machine, a script.",
)
TOKEN_DAYS = Integer(min=1, max=3650, label="Days until it expires")
QUOTA = Integer(min=0, max=2**53, label="Quota in bytes", help="Empty: the platform's default.")
ROLE = Choice(Role, label="Role")
SCOPE = Choice(Scope, label="May")
THEME = Choice(Theme, label="Theme")
COLUMN = Text(min=1, max=64, label="Column")
COLUMNS = Text(min=0, max=2000, label="Columns")

PREFERENCES_BYTES = 16 * 1024
