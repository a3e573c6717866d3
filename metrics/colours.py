"""How lines of algorithms look: the colour of their family everywhere, and a dash where several share one."""

from collections import Counter
from collections.abc import Iterable

from compression.engine import codecs

DASHES = ("", "6 3", "2 3", "9 3 2 3")
# What is packed in our own format are pipelines.
_COLOURS = {name: codec.colour for name, codec in codecs.all_codecs().items()} | {"dcz": "c3"}


def colour_of(algorithm: str) -> str:
    """Return the colour of an algorithm, c1 to c6; those that people made are pipelines."""
    return _COLOURS.get(algorithm, "c3")


def dashes(colours: Iterable[str]) -> list[str]:
    """Return for each line the dash that tells it from those before it in the same colour."""
    used: Counter[str] = Counter()
    found = []
    for colour in colours:
        found.append(DASHES[used[colour] % len(DASHES)])
        used[colour] += 1
    return found
