"""Which files the address of the page of a new batch means, and how the page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, Sum
from django.http import QueryDict

from compression.batch import asking
from core.ids import uuid_of
from files import selectors as file_selectors
from files.api.search_serializers import criteria_in
from files.search.criteria import Criteria

if TYPE_CHECKING:
    from accounts.models import User
    from files.models import File

SHOWN = 12


@dataclass(frozen=True)
class Choice:
    """Files: how many, how large together, and the first of them. `missing` ids are not there (any more)."""

    ids: tuple[UUID, ...] = ()
    criteria: Criteria | None = None
    count: int = 0
    size: int = 0
    first: Sequence["File"] = ()
    missing: int = 0

    @property
    def more(self) -> int:
        """How many files there are beyond the first ones."""
        return self.count - len(self.first)

    def files(self, user: "User") -> Sequence["File"]:
        """Return all of them."""
        if self.criteria is not None:
            return asking.found_by(user, self.criteria)
        return file_selectors.chosen(user, self.ids)


def chosen(user: "User", address: QueryDict) -> Choice:
    """Return the files of an address: those that `file` names, or all of the account's own that its search finds."""
    if "file" in address:
        ids = [pk for raw in address.getlist("file") if (pk := uuid_of(raw))]
        files = file_selectors.visible_among(user, ids)
        return Choice(
            ids=tuple(file.pk for file in files),
            count=len(files),
            size=sum(file.size for file in files),
            first=files[:SHOWN],
            missing=len(set(ids)) - len(files),
        )
    criteria = criteria_in(address)
    if not criteria and "all" not in address:
        return Choice()
    found = file_selectors.own_matching(user, criteria)
    sums = found.order_by().aggregate(count=Count("pk"), size=Sum("size"))
    return Choice(criteria=criteria, count=sums["count"], size=sums["size"] or 0, first=list(found[:SHOWN]))
