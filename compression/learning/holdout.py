"""Contents held out: a quarter of what is audited, by hash, until there are enough; then the set is frozen."""

from collections.abc import Iterable
from uuid import UUID

from compression.engine.learning.training import OWNER_SHARE
from compression.learning.choices import Origin
from compression.learning.models import HeldOut, Outcome

ENOUGH = 120
_QUARTER = frozenset("048c")


def in_quarter(source_sha256: str) -> bool:
    """Whether a content is of the quarter that is held out."""
    return source_sha256[-1:] in _QUARTER


def pinned() -> set[str]:
    """The hashes of the contents that are held out."""
    return set(HeldOut.objects.values_list("source_sha256", flat=True))


def is_frozen(held: set[str]) -> bool:
    """Whether no more contents come to those."""
    return len(held) >= ENOUGH


def wants(source_sha256: str, owner_id: UUID | None) -> bool:
    """Whether a content that is being audited is to be held out.

    Nobody's contents are more than a part of them: who could fill the set would decide what is better.
    """
    held = pinned()
    if not in_quarter(source_sha256) or is_frozen(held):
        return False
    audits = Outcome.objects.filter(origin=Origin.AUDIT)
    owned = (
        audits.filter(owner_id=owner_id, source_sha256__in=held).values("source_sha256").distinct().count()
    )
    owners = audits.values("owner_id").distinct().count()
    return owned < ENOUGH * max(OWNER_SHARE, 1 / max(owners, 1))


def refused(sources: Iterable[str]) -> set[str]:
    """The contents of these that no state may be trained on.

    Until the set is frozen, that is the whole quarter: a content must not be learned from first and held out later.
    """
    held = pinned()
    if is_frozen(held):
        return held
    return held | {source for source in sources if in_quarter(source)}
