"""Machines by name, and layouts by what they say: both are only ever added."""

import hashlib
from collections.abc import Sequence

from metrics.models import Layout, Machine


def digest(names: Sequence[str]) -> str:
    """Return the hash by which a layout of these names, in this order, is found."""
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


def ensure(machine: str, names: Sequence[str]) -> None:
    """See to it that the machine and the layout have a row."""
    Machine.objects.get_or_create(name=machine)
    layout_of(names)


def layout_of(names: Sequence[str]) -> int:
    """Return the key of the layout of these names, in this order."""
    layout, _ = Layout.objects.get_or_create(names_sha256=digest(names), defaults={"names": list(names)})
    return layout.pk
