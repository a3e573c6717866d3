"""Reads of the compression app."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet, Sum
from rest_framework.utils.encoders import JSONEncoder

from accounts.models import User
from compression.api.serializers import ResultDetailOut
from compression.choices import Operation
from compression.models import Result
from compression.recommending import selectors as recommending
from core.errors import NotFound
from core.formatting import size
from files.models import File


def results_with_names(user: User) -> QuerySet[Result]:
    """Return the results that `user` may see, with what a row of a list shows, in one query."""
    found: QuerySet[Result] = Result.objects.visible_to(user)
    return found.select_related("algorithm", "file", "output")


def input_of_job(file_id: UUID | str, owner: User) -> File:
    """Return the file a job works on; NotFound where it was deleted since."""
    file: File | None = File.objects.visible_to(owner).filter(pk=file_id).first()
    if file is None:
        raise NotFound("The file was deleted before the job began.", code="file_deleted")
    return file


def result_body(result: Result, recommendation: str = "") -> dict[str, Any]:
    """Return the result in the shape of the API, as plain JSON; with the recommendation of that id that it follows."""
    shape: dict[str, Any] = dict(ResultDetailOut(result).data)
    if recommendation:
        shape["recommendation"] = recommending.best_body(recommendation)
    body: dict[str, Any] = json.loads(json.dumps(shape, cls=JSONEncoder))
    return body


@dataclass(frozen=True)
class Original:
    """What the platform once compressed, and with which codec: it must come back as it was, however well that was."""

    sha256: str
    size: int
    codec: str


MADE_ALIKE = 50
"""Results that are looked at for one content: `store` gives what others gave, too."""


def known_original(sha256: str, codec: str = "") -> Original | None:
    """Return what the platform compressed, with that codec if one is named, into the bytes with this hash; or None."""
    rows = Result.objects.filter(operation=Operation.COMPRESS, output__object_id=sha256).values_list(
        "checksum", "original_size", "algorithm__name", "algorithm__config"
    )
    made = [
        Original(sum_, size, config["id"] if config else name)
        for sum_, size, name, config in rows[:MADE_ALIKE]
    ]
    return next((one for one in made if codec in ("", one.codec)), None)


def recent_files(user: User) -> QuerySet[File]:
    """Return the account's own latest files, to choose an input from."""
    found: QuerySet[File] = File.objects.visible_to(user).filter(owner=user).order_by("-created_at")
    return found[:50]


def latest(user: User) -> dict[str, Any]:
    """Return the card of the start page with the account's latest results."""
    own = Result.objects.filter(owner=user).select_related("algorithm").order_by("-created_at")
    return {"results": list(own[:8])}


def saved(user: User) -> dict[str, Any]:
    """Return the card of the start page with the sums over the account's compressions."""
    sums = Result.objects.filter(owner=user, operation=Operation.COMPRESS).aggregate(
        count=Count("pk"), original=Sum("original_size"), compressed=Sum("compressed_size")
    )
    original, compressed = sums["original"] or 0, sums["compressed"] or 0
    return {
        "saved": {
            "count": sums["count"],
            "bytes": original - compressed,
            "words": f"in {sums['count']} compression{'s' if sums['count'] != 1 else ''}, all of them verified",
            "bars": [
                {"label": "Original", "value": original, "text": size(original), "group": "c6"},
                {"label": "Compressed", "value": compressed, "text": size(compressed), "highlighted": True},
            ],
        }
    }
