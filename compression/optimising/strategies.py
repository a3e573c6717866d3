"""Writes of strategies by operators."""

from typing import TYPE_CHECKING

from django.db import transaction

from compression.optimising.models import Strategy
from core import audit

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def strategy_save(*, strategy: Strategy, actor: "User", is_new: bool) -> Strategy:
    """Make a strategy, or change one: new optimisations go by it, those that were asked for before do not."""
    strategy.save()
    detail = {"name": strategy.name, "enabled": strategy.enabled}
    audit.record(
        "strategy.made" if is_new else "strategy.changed", actor=actor, target=strategy, detail=detail
    )
    return strategy


@transaction.atomic
def strategy_delete(*, strategy: Strategy, actor: "User") -> None:
    """Delete a strategy. One that came with the installation comes back at the next start: disable it instead."""
    audit.record("strategy.deleted", actor=actor, target=strategy, detail={"name": strategy.name})
    strategy.delete()
