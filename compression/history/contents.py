"""Contents of the ledger by the names that people know them by."""

import re
from typing import Any

from django.db.models import Q

from compression.compare.models import Comparison
from compression.models import Result
from files import selectors as files

# So many contents of one name are looked for at most, the latest ones.
MOST = 1000
_DIGITS = re.compile("[0-9a-f]{6,64}")


def named(user: Any, words: str) -> Q:
    """Return the condition for outcomes on contents with `words` in a name that the account knows them by.

    A name outlives its file: results and comparisons keep it. Hexadecimal digits, six or more, are also looked for at
    the beginning of the hash. The condition names hashes, so that the index on them serves it.
    """
    known = set(files.contents_named(user, words, MOST))
    for rows, content in ((Result.objects, "checksum"), (Comparison.objects, "content_sha256")):
        found = rows.visible_to(user).filter(file_name__icontains=words).order_by("-created_at")
        known.update(found.values_list(content, flat=True)[:MOST])
    condition = Q(content_sha256__in=known)
    digits = words.strip().lower()
    if _DIGITS.fullmatch(digits):
        condition |= Q(content_sha256__gte=digits, content_sha256__lt=f"{digits}g")
    return condition
