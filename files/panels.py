"""Panels of a file's page that other apps add: what became of the file, what is known of its content."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.registry import Registry
from files.models import File


@dataclass(frozen=True)
class Panel:
    """A panel: `context(file, user)` gives what `template` finds as `panel.…`, or None where there is nothing."""

    title: str
    template: str
    context: Callable[[File, Any], dict[str, Any] | None]
    order: int


panels: Registry[Panel] = Registry("panel of a file's page")


def add(
    name: str,
    title: str,
    template: str,
    context: Callable[[File, Any], dict[str, Any] | None],
    *,
    order: int,
) -> None:
    """Register a panel; called in `AppConfig.ready`."""
    panels.add(name, Panel(title, template, context, order))


def shown(file: File, user: Any) -> list[dict[str, Any]]:
    """Return title, template and variables of the panels that have something to show."""
    return [
        {"title": panel.title, "template": panel.template, **context}
        for panel in sorted(panels.values(), key=lambda panel: panel.order)
        if (context := panel.context(file, user)) is not None
    ]
