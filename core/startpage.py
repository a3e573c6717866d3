"""Cards of the start page: each app registers what of its own is going on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.registry import Registry


@dataclass(frozen=True)
class StartCard:
    """A card: `context(user)` gives the variables of `template`."""

    title: str
    template: str
    context: Callable[[Any], dict[str, Any]]
    order: int
    span: int


cards: Registry[StartCard] = Registry("card of the start page")


def add(
    name: str,
    title: str,
    template: str,
    context: Callable[[Any], dict[str, Any]],
    *,
    order: int,
    span: int = 6,
) -> None:
    """Register a card; called in `AppConfig.ready`."""
    cards.add(name, StartCard(title, template, context, order, span))
