"""How large preferences may be."""

import json
from typing import Any

from accounts import rules
from core.errors import Invalid, TooLarge


def check(values: Any) -> dict[str, Any]:
    """Return `values` if it is a JSON object that is not too large; Invalid or TooLarge if not."""
    if not isinstance(values, dict):
        raise Invalid("Preferences are one JSON object.")
    size = len(json.dumps(values, ensure_ascii=False).encode())
    if size > rules.PREFERENCES_BYTES:
        raise TooLarge(f"Preferences may have {rules.PREFERENCES_BYTES} bytes as JSON; these have {size}.")
    return values
