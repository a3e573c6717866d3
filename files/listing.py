"""What the page of files shows, and what its address says."""

from dataclasses import dataclass, replace
from typing import Any, Self

from django.core.paginator import Page, Paginator
from django.http import QueryDict

from core.formatting import count
from core.tables import Column
from core.text import whole_number
from files.api.search_serializers import criteria_in
from files.search import statement
from files.search.criteria import Criteria
from files.search.narrowing import Chip, Facet, Narrowing, page_of
from files.search.results import BEST, Results

COLUMNS = [
    Column("name", "Name", sort="name", always=True),
    Column("kind", "Kind", sort="kind"),
    Column("size", "Size", sort="size", number=True),
    Column("tags", "Tags"),
    Column("created", "Added", sort="created_at", number=True),
    Column("media_type", "Media type", sort="media_type", hidden=True),
    Column("sha256", "SHA-256", hidden=True),
]
OWNER = Column("owner", "Owner")

SORTS = {column.sort: column.label for column in COLUMNS if column.sort}
PAGE, HITS, LAST_PAGE = 50, 25, 10**6
"""Rows of a page; fewer where words are searched for, as a hit takes the place of three with the pieces of its text."""


@dataclass(frozen=True)
class Asked:
    """What the address says; whatever it says that is not known is left out. No ordering means the usual one."""

    criteria: Criteria
    ordering: str
    page: int

    @classmethod
    def of(cls, address: QueryDict) -> Self:
        """Read it."""
        ordering = address.get("ordering", "")
        return cls(
            criteria=criteria_in(address),
            ordering=ordering if ordering == BEST or ordering.removeprefix("-") in SORTS else "",
            page=whole_number(address.get("page", ""), low=1, high=LAST_PAGE) or 1,
        )

    @property
    def url(self) -> str:
        """The page that shows this."""
        page = str(self.page) if self.page > 1 else ""
        return page_of(self.criteria, ordering=self.ordering, page=page)


class Listing:
    """What is found among `files`, with all that the page offers to do about it."""

    def __init__(self, files: Any, asked: Asked) -> None:
        self.asked, self.criteria = asked, asked.criteria
        rows = HITS if asked.criteria.query else PAGE
        window = (asked.page - 1) * rows, asked.page * rows
        self._files, self._narrowing = files, Narrowing(asked.criteria, asked.ordering)
        self._results = Results(files, asked.criteria, ordering=asked.ordering, window=window)
        self.page: Page[Any] = Paginator(self._results, rows).get_page(asked.page)
        self.ordering = self._results.ordering

    @property
    def facets(self) -> list[Facet]:
        """What can be narrowed further. Kinds add to each other, so the other kinds are counted too."""
        counted = dict(self._results.found.facets)
        if self.criteria.kind:
            counted["kind"] = Results(self._files, replace(self.criteria, kind=())).kinds()
        return self._narrowing.facets(counted, len(self._results))

    @property
    def chips(self) -> list[Chip]:
        """What it is narrowed by."""
        return self._narrowing.chips()

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """What the form of the search must send along: what it has no fields for.

        An order that was chosen for a list without words is not one for ranked hits.
        """
        criteria = self.criteria
        pairs = [("kind", kind) for kind in criteria.kind] + [("tags", tag) for tag in criteria.tags]
        pairs += [("media_type", criteria.media_type), ("added", criteria.added)]
        pairs += [("ordering", self.asked.ordering if criteria.query else "")]
        return [(name, value) for name, value in pairs if value]

    @property
    def words(self) -> str:
        """How many files there are."""
        found = self._results.found
        if not found.count:
            return "No file fits" if self.criteria else "No files"
        files = f"{count(found.count)} file{'s' if found.count != 1 else ''}"
        return f"At least {files}" if self.criteria.query and not found.complete else files

    @property
    def order_words(self) -> str:
        """In which order they come, where words are searched for."""
        if not self.criteria.query or not len(self._results):
            return ""
        return (
            "best match first"
            if self.ordering == BEST
            else f"by {SORTS[self.ordering.removeprefix('-')].lower()}"
        )

    @property
    def best_url(self) -> str:
        """The page with the best match first, where it is not so now."""
        return page_of(self.criteria) if self.order_words and self.ordering != BEST else ""

    @property
    def note(self) -> str:
        """What is not the whole truth."""
        if self._results.found.complete:
            return ""
        if self.criteria.query:
            return "So many fit that only the newest were looked at. Add a word, or narrow the search, to see others."
        return f"There are so many that the counts beside the list are those of the newest {count(statement.LISTED)}."

    @property
    def all_words(self) -> str:
        """What stands for all that is found, where this page has not all of it."""
        if not self.page.has_other_pages():
            return ""
        exact = self._results.found.complete or not self.criteria.query
        return f"All {count(len(self._results))} that match" if exact else "All that match"
