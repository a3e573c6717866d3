"""What accounts take of the platform. The apps that know say how it is counted; the back office shows it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models.expressions import Combinable

from core.registry import Registry


@dataclass(frozen=True)
class Figure:
    """A figure of every account: `expression` gives it beside the rows of accounts, in the same query."""

    label: str
    expression: Combinable
    show: Callable[[Any], str]


figures: Registry[Figure] = Registry("figure of accounts")


def add(name: str, label: str, expression: Combinable, *, show: Callable[[Any], str] = str) -> None:
    """Register a figure; called in `AppConfig.ready`."""
    figures.add(name, Figure(label, expression, show))
