"""Which names a subscription means: patterns in which `*` stands for any characters, dots too."""

from collections.abc import Sequence

# Names come in a bounded number; a machine that shows ever new ones must not fill the memory.
REMEMBERED = 5000


def matches(pattern: str, name: str) -> bool:
    """Say whether the pattern means the name, in time that grows with their lengths alone."""
    first, *others = pattern.split("*")
    if not others:
        return name == pattern
    if not name.startswith(first):
        return False
    *middle, last = others
    position = len(first)
    for part in middle:
        found = name.find(part, position)
        if found < 0:
            return False
        position = found + len(part)
    return len(name) - position >= len(last) and name.endswith(last)


class Selection:
    """The names that any of some patterns means; remembers what it found."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self.patterns = tuple(patterns)
        self._known: dict[str, bool] = {}

    def __contains__(self, name: str) -> bool:
        known = self._known.get(name)
        if known is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            known = self._known[name] = any(matches(pattern, name) for pattern in self.patterns)
        return known
