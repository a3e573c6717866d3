"""Reads of recommendations."""

import json
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from rest_framework.utils.encoders import JSONEncoder

from compression.api.recommending_serializers import EntryOut, entries_of
from compression.choices import Operation
from compression.engine.codecs import codec_from
from compression.engine.errors import EngineError
from compression.engine.learning.recommended import Entry
from compression.recommending.models import Recommendation

if TYPE_CHECKING:
    from accounts.models import User
    from compression.models import Result

LATEST = 5
"""Recommendations that a result is looked for in."""


def recommendations(user: "User") -> QuerySet[Recommendation]:
    """Return the recommendations that `user` may see, with their files and states, in one query."""
    found: QuerySet[Recommendation] = Recommendation.objects.visible_to(user)
    return found.select_related("file", "state").defer("state__packed")


def best_body(pk: str) -> dict[str, Any] | None:
    """Return the first entry of a recommendation in the shape of the API, as plain JSON; None where it is gone."""
    row = Recommendation.objects.filter(pk=pk).first()
    if row is None:
        return None
    (first,) = entries_of(row.found, 1)
    body: dict[str, Any] = json.loads(json.dumps(EntryOut(first).data, cls=JSONEncoder))
    return body


def followed(result: "Result") -> tuple[Recommendation, Entry] | None:
    """Return the latest recommendation for a result's content that named what it was made with, and the entry."""
    if result.operation != Operation.COMPRESS or result.algorithm is None:
        return None
    rows = Recommendation.objects.filter(
        owner=result.owner_id, content_sha256=result.checksum, created_at__lte=result.created_at
    )
    made = _key(result.algorithm.name, result.level, result.params)
    for row in rows.order_by("-created_at")[:LATEST]:
        for one in row.found.entries:
            if _key(one.algorithm, one.level, one.params) == made:
                return row, one
    return None


def _key(algorithm: str, level: int | None, params: Any) -> str:
    """A codec with its settings as the engine writes it, with every setting in it."""
    config = {"id": algorithm, **params} if level is None else {"id": algorithm, "level": level, **params}
    try:
        return json.dumps(codec_from(config).config(), sort_keys=True)
    except EngineError:  # an algorithm that somebody made, or settings of long ago
        return json.dumps(config, sort_keys=True)
