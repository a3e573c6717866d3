"""What the page offers to click: values that narrow the search, and what it is narrowed by already."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.urls import reverse

from core.formatting import size
from files.choices import Kind, Origin
from files.search.criteria import AGE_WORDS, Criteria
from files.search.facets import SIZES

Counted = Mapping[str, Any]
FIRST = 6
"""So many values of a facet are seen at once; the others on demand."""
FACETS = {"kind": "Kind", "media_type": "Type", "tags": "Tag", "size": "Size", "added": "Added"}
IN_WORDS: dict[str, Mapping[str, Any]] = {
    "kind": dict(Kind.choices),
    "origin": dict(Origin.choices),
    "added": AGE_WORDS,
}


def page_of(criteria: Criteria, **others: str) -> str:
    """Return the address of the page that shows what is found; `others` are ordering and page."""
    address = criteria.address(**others)
    return f"{reverse('files:list')}?{address}" if address else reverse("files:list")


@dataclass(frozen=True)
class Offer:
    """A value of a facet; `url` takes it into the search, or out of it where it is in."""

    key: str
    title: str
    count: int
    url: str
    is_chosen: bool


@dataclass(frozen=True)
class Facet:
    """What the found files are in one respect."""

    title: str
    offers: Sequence[Offer]

    @property
    def first(self) -> Sequence[Offer]:
        """The values that are seen at once: what is chosen, and the most frequent ones."""
        return [offer for place, offer in enumerate(self.offers) if offer.is_chosen or place < FIRST]

    @property
    def others(self) -> Sequence[Offer]:
        """The values that are seen on demand."""
        return [offer for place, offer in enumerate(self.offers) if not offer.is_chosen and place >= FIRST]


@dataclass(frozen=True)
class Chip:
    """What the search is narrowed by; `url` takes it away."""

    title: str
    words: str
    url: str


@dataclass(frozen=True)
class Narrowing:
    """A search, and the order that its page was asked for."""

    criteria: Criteria
    ordering: str = ""

    def facets(self, counted: Mapping[str, Sequence[Counted]], total: int) -> list[Facet]:
        """Return the facets of `total` found files, without those that could narrow nothing."""
        facets = [Facet(title, self._offers(name, counted[name])) for name, title in FACETS.items()]
        return [
            facet for facet in facets if any(offer.is_chosen or offer.count < total for offer in facet.offers)
        ]

    def _offers(self, name: str, counted: Sequence[Counted]) -> list[Offer]:
        if name == "size":
            return [self._size(one) for one in counted]
        chosen = _values(self.criteria, name)
        known = {one["value"] for one in counted}
        # What is chosen must be there to be taken away, whether or not a file has it.
        gone = [
            {"value": value, "title": _in_words(name, value), "count": 0}
            for value in chosen
            if value not in known
        ]
        return [
            Offer(
                f"{name}-{one['value']}",
                one["title"],
                one["count"],
                self._url(_clicked(self.criteria, name, one["value"])),
                one["value"] in chosen,
            )
            for one in [*counted, *gone]
        ]

    def _size(self, one: Counted) -> Offer:
        bounds = one["size_min"] or None, one["size_max"]
        is_chosen = (self.criteria.size_min or None, self.criteria.size_max) == bounds
        least, most = (None, None) if is_chosen else bounds
        clicked = replace(self.criteria, size_min=least, size_max=most)
        return Offer(f"size-{one['size_min']}", one["title"], one["count"], self._url(clicked), is_chosen)

    def chips(self) -> list[Chip]:
        """Return what the search is narrowed by, but for its words, which stand in the field above."""
        criteria = self.criteria
        named = FACETS | {"origin": "From", "folder": "Folder", "sha256": "SHA-256"}
        chips = [
            Chip(title, _in_words(name, value), self._url(_clicked(criteria, name, value)))
            for name, title in named.items()
            if name != "size"
            for value in _values(criteria, name)
        ]
        spans = {
            "Size": (_sizes(criteria), replace(criteria, size_min=None, size_max=None)),
            "Added": (
                _span(criteria.created_after, criteria.created_before, _day),
                replace(criteria, created_after=None, created_before=None),
            ),
        }
        return chips + [
            Chip(title, words, self._url(without)) for title, (words, without) in spans.items() if words
        ]

    def _url(self, criteria: Criteria) -> str:
        return page_of(criteria, ordering=self.ordering)


def _values(criteria: Criteria, name: str) -> tuple[str, ...]:
    """Return what a field asks for, whether it takes one value or several."""
    value = getattr(criteria, name)
    return value if isinstance(value, tuple) else (value,) if value else ()


def _clicked(criteria: Criteria, name: str, value: str) -> Criteria:
    """Return the criteria after a click on the value: of most fields a file can have one value only."""
    if isinstance(getattr(criteria, name), tuple):
        return criteria.toggled(name, value)
    changes: dict[str, Any] = {name: "" if getattr(criteria, name) == value else value}
    return replace(criteria, **changes)


def _in_words(name: str, value: str) -> str:
    return str(IN_WORDS.get(name, {}).get(value, value))


def _sizes(criteria: Criteria) -> str:
    """Return the span of sizes in words, that of a facet in its own."""
    bounds = criteria.size_min or None, criteria.size_max
    classes = (one.title for one in SIZES if (one.least or None, one.most) == bounds)
    return next(classes, _span(*bounds, size))


def _span(least: Any, most: Any, shown: Callable[[Any], str]) -> str:
    """Return a span in words: from … to …; nothing where it has no bounds."""
    bounds = (("from", least), ("to", most))
    return " ".join(f"{word} {shown(bound)}" for word, bound in bounds if bound is not None)


def _day(moment: datetime) -> str:
    return f"{moment:%-d %b %Y}"
