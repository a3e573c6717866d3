"""Examples of the published schema; each works when pasted."""

from drf_spectacular.utils import OpenApiExample

REGISTER = OpenApiExample(
    "A new account",
    value={"username": "ada", "email": "ada@example.org", "password": "an engine of many wheels"},
    request_only=True,
)
LOGIN = OpenApiExample(
    "Sign in", value={"username": "ada", "password": "an engine of many wheels"}, request_only=True
)
PASSWORD = OpenApiExample(
    "Another password",
    value={"old_password": "an engine of many wheels", "new_password": "the loom weaves algebra"},
    request_only=True,
)
PROFILE = OpenApiExample(
    "Another name", value={"email": "ada@example.org", "display_name": "Ada Lovelace"}, request_only=True
)
PREFERENCES = OpenApiExample("The dark theme", value={"theme": "dark"})
TOKEN = OpenApiExample(
    "For a script that only reads",
    value={"name": "nightly report", "scope": "read", "days": 90},
    request_only=True,
)
