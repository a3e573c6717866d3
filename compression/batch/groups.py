"""Which items of a batch go through the engine together, and in which order."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from compression import planning
from compression.batch.choices import ItemStatus
from compression.batch.models import Batch, BatchItem
from compression.batch.work import Group
from compression.choices import Operation
from compression.planning import Plan
from files import selectors as file_selectors
from files.adoption import ADOPTED_AT_ONCE

if TYPE_CHECKING:
    from accounts.models import User

PAGE = 1000

# A content up to this size, and whose work takes no longer, shares a child with others.
SMALL_BYTES, SMALL_S = 256 * 1024, 0.25
# A group ends here: it should take about a second, so that progress shows, and fit into memory several times.
GROUP_BYTES, GROUP_S, GROUP_ITEMS = 16 * 1024 * 1024, 1.0, ADOPTED_AT_ONCE


class Bin:
    """Small items with one method, on their way to become a group."""

    def __init__(self) -> None:
        self.items: list[BatchItem] = []
        self._bytes, self._seconds = 0, 0.0

    def add(self, item: BatchItem, seconds: float) -> bool:
        """Put an item in; say whether that is enough."""
        self.items.append(item)
        self._bytes += item.size
        self._seconds += seconds
        return len(self.items) >= GROUP_ITEMS or self._bytes >= GROUP_BYTES or self._seconds >= GROUP_S


def groups(batch: Batch, plans: Mapping[int, Plan], owner: "User") -> Iterator[Group]:
    """Yield all waiting items in groups, by their positions as far as that goes.

    An item whose method has no plan, or whose file is gone, is left out: see `keeping.refuse_impossible`.
    """
    bins: dict[int, Bin] = {}
    for item in _waiting(batch):
        plan = plans.get(item.method)
        if plan is None or not item.has_file:
            continue
        seconds = plan.seconds(Operation.COMPRESS, item.size)
        if item.size > SMALL_BYTES or seconds > SMALL_S:
            yield _group(plan, [item], owner)
        elif bins.setdefault(item.method, Bin()).add(item, seconds):
            yield _group(plan, bins.pop(item.method).items, owner)
    for method, left in bins.items():
        yield _group(plans[method], left.items, owner)


def _waiting(batch: Batch) -> Iterator[BatchItem]:
    """Yield the waiting items in order, some at a time: others change meanwhile."""
    position = -1
    waiting = batch.items.filter(status=ItemStatus.PENDING).select_related("file").order_by("position")
    while page := list(waiting.filter(position__gt=position)[:PAGE]):
        yield from page
        position = page[-1].position


def _group(plan: Plan, items: list[BatchItem], owner: "User") -> Group:
    return Group(plan, items, planning.limits(room=file_selectors.free_bytes(owner)))
