"""A registry refuses doubles and says what it knows."""

from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Registry(Generic[T]):
    """Named things of one kind, registered by the apps when they are ready."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._items: dict[str, T] = {}

    def add(self, name: str, item: T) -> T:
        """Register `item` under `name`; a second item of the same name is a mistake in the code."""
        if name in self._items:
            raise ValueError(f"{self._what} {name!r} is already taken by {self._items[name]!r}")
        self._items[name] = item
        return item

    def get(self, name: str) -> T:
        """Return the item called `name`; LookupError lists the known ones."""
        try:
            return self._items[name]
        except KeyError:
            raise LookupError(f"no {self._what} {name!r}; known: {', '.join(sorted(self._items))}") from None

    def __contains__(self, name: object) -> bool:
        return name in self._items

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._items))

    def __len__(self) -> int:
        return len(self._items)

    def items(self) -> list[tuple[str, T]]:
        """Return all items with their names, in order of name."""
        return sorted(self._items.items())

    def values(self) -> list[T]:
        """Return all items, in order of name."""
        return [item for _, item in self.items()]
