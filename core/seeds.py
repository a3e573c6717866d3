"""What a new installation is given, and what every start brings up to date; each step can be run again."""

from collections.abc import Callable
from dataclasses import dataclass

from core.registry import Registry

Say = Callable[[str], None]


@dataclass(frozen=True)
class Seed:
    """One step; `order` says when. `function` gets a function that prints a line for the operator."""

    order: int
    function: Callable[[Say], None]


seeds: Registry[Seed] = Registry("seed")


def seed(name: str, *, order: int) -> Callable[[Callable[[Say], None]], Callable[[Say], None]]:
    """Register the decorated function as a step of `manage.py seed`."""

    def register(function: Callable[[Say], None]) -> Callable[[Say], None]:
        seeds.add(name, Seed(order, function))
        return function

    return register
