"""Which files something is to be done with: chosen ones, or all that a search finds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from core.errors import Unprocessable
from files.models import File
from files.search.criteria import Criteria
from files.search.results import Results


@dataclass(frozen=True)
class Selection:
    """Files by their ids, by a search, or by the moment at which one action deleted them all; one of the three."""

    ids: tuple[UUID, ...] = ()
    search: Criteria | None = None
    deleted_at: datetime | None = None

    def of(self, files: Any, most: int, *, lock: bool = False) -> list[File]:
        """Return those of `files` that are meant, in order of their ids; Unprocessable for more than `most`."""
        meant = files.filter(self._condition(files))
        found = list((meant.select_for_update(of=("self",)) if lock else meant).order_by("pk")[: most + 1])
        if len(found) > most:
            raise Unprocessable(
                f"More than {most} files at once are too many. Narrow the search.", code="too_many_files"
            )
        return found

    def _condition(self, files: Any) -> Q:
        if self.search is not None:
            return Q(pk__in=Results(files, self.search).files().values("pk"))
        return Q(deleted_at=self.deleted_at) if self.deleted_at else Q(pk__in=self.ids)

    def missing(self, found: Sequence[File]) -> list[UUID]:
        """Return the chosen ids that were not found."""
        there = {file.pk for file in found}
        return [pk for pk in dict.fromkeys(self.ids) if pk not in there]
