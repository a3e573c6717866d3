"""Running a search: one statement finds, a second brings the files of the page, a third their texts."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, overload
from uuid import UUID

from django.db import connection
from django.db.models import F, Func, IntegerField
from django.utils import timezone

from files.choices import Kind
from files.models import File, FileText
from files.search import facets, highlights, matching, statement
from files.search.criteria import Criteria
from files.search.highlights import Highlight

BODIES_BYTES = 8 * 1024 * 1024
"""How much text one page reads to show where the words are."""
FIELDS = ("created_at", "name", "size", "kind", "media_type")
BEST = "-score"


@dataclass(frozen=True)
class Hit:
    """A found file, what its match is worth (None where no words are searched for), and where the words are."""

    file: File
    score: float | None = None
    highlights: list[Highlight] = field(default_factory=list)

    @property
    def name(self) -> Highlight:
        """The name, with what of the query is in it."""
        return self._marked("name", self.file.name)

    @property
    def folder(self) -> Highlight:
        """The folder likewise."""
        return self._marked("folder", self.file.folder)

    @property
    def tags(self) -> list[Highlight]:
        """The tags likewise."""
        return [self._marked("tags", tag) for tag in self.file.tags]

    @property
    def kind(self) -> str:
        """The kind in words, without the dictionary of all of them that Django makes for each."""
        return Kind(self.file.kind).label

    @property
    def fragments(self) -> list[Highlight]:
        """Pieces of the content that have words of the query."""
        return [found for found in self.highlights if found.field == "content"]

    def _marked(self, name: str, text: str) -> Highlight:
        shown = unicodedata.normalize("NFC", text)
        fitting = (found for found in self.highlights if found.field == name and found.text == shown)
        return next(fitting, Highlight(name, text, []))


@dataclass(frozen=True)
class Found:
    """What the statement says: how many, the page's files with their scores, the facets."""

    count: int
    complete: bool
    page: list[tuple[UUID, float]]
    facets: dict[str, list[dict[str, Any]]]


class Results(Sequence[Hit]):
    """What `criteria` find among `files`, which came through the door: a sequence for a paginator.

    `window` is the slice that will be asked for: the one run that counts brings it along. `ordering` is one of
    `FIELDS` or `score`, with a hyphen where the largest comes first.
    """

    def __init__(
        self,
        files: Any,
        criteria: Criteria,
        *,
        ordering: str = "",
        window: tuple[int, int] = (0, 50),
        with_facets: bool = True,
    ) -> None:
        self.criteria, self.query = criteria, criteria.parsed
        usual = BEST if self.query else "-created_at"
        self.ordering = usual if not ordering or (not self.query and "score" in ordering) else ordering
        self._files = criteria.narrow(files)
        self._window, self._with_facets = window, with_facets

    def __len__(self) -> int:
        return self.found.count

    @overload
    def __getitem__(self, index: int) -> Hit: ...
    @overload
    def __getitem__(self, index: slice) -> list[Hit]: ...
    def __getitem__(self, index: int | slice) -> Hit | list[Hit]:
        if isinstance(index, int):
            return self[index : index + 1][0]
        start, stop = index.start or 0, index.stop
        if start != self._window[0] or stop > self._window[1]:
            self._window = start, stop
            vars(self).pop("found", None)
        return self._hits(stop - start) if self.query else self._listed(start, stop)

    @cached_property
    def found(self) -> Found:
        """What there is, and the page of the window."""
        return self._search() if self.query else self._list()

    def kinds(self) -> list[dict[str, Any]]:
        """Return the kinds of what is found, counted; nothing else is looked for."""
        sql, params = self._hits_statement()
        return facets.of_rows(statement.fetched(f"{sql} {facets.KINDS}", params))["kind"]

    def files(self) -> Any:
        """Return all that is found, as rows to do something with; not in any order."""
        files = self._files.order_by()
        if not self.query:
            return files
        named = matching.without_texts(matching.named(files, self.query), self.query)
        found, texts = named.values("pk"), matching.within(files, self.query)
        return files.filter(pk__in=found if texts is None else found.union(texts.values("pk")))

    def explain(self) -> str:
        """Return how the database goes about the search, measured."""
        sql, params = self._statement()
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {sql}", params)
            return "\n".join(row[0] for row in cursor.fetchall())

    def _statement(self) -> statement.Sql:
        """Return the one statement that finds, ranks and counts."""
        hits, of_hits = self._hits_statement()
        page, of_page = statement.page(self.query, self._order(), self._window)
        return self._faceted(hits + page, [*of_hits, *of_page], " UNION ALL ")

    def _hits_statement(self) -> statement.Sql:
        return statement.searched(self._files, self.query) if self.query else statement.listed(self._files)

    def _faceted(self, sql: str, params: list[Any], joined: str = " ") -> statement.Sql:
        if not self._with_facets:
            return sql, params
        return f"{sql}{joined}{facets.SQL}", [*params, *facets.sql_params(timezone.now())]

    def _search(self) -> Found:
        rows = statement.fetched(*self._statement())
        numbers = {part: int(number) for part, _, number, _ in rows if part in {"count", "newest", "looked"}}
        page = sorted((place, UUID(pk), round(score, 4)) for part, pk, score, place in rows if part == "page")
        return Found(
            count=numbers["count"],
            complete=statement.is_complete(numbers["newest"], numbers["looked"]),
            page=[(pk, score) for _, pk, score in page],
            facets=facets.of_rows(rows),
        )

    def _list(self) -> Found:
        count = self._files.count()
        rows = statement.fetched(*self._faceted(*self._hits_statement())) if self._with_facets else []
        return Found(count, complete=count <= statement.LISTED, page=[], facets=facets.of_rows(rows))

    def _order(self) -> str:
        """Return the order as SQL; one of ours, whoever asked."""
        name = self.ordering.removeprefix("-")
        if name not in {*FIELDS, "score"}:
            raise ValueError(f"no order by {name}")
        column = "coalesce(full_score, score)" if name == "score" else name
        direction = "DESC" if self.ordering.startswith("-") else "ASC"
        return f"{column} {direction}, created_at DESC, id DESC"

    def _listed(self, start: int, stop: int) -> list[Hit]:
        return [Hit(file) for file in self._files.order_by(self.ordering, "-pk")[start:stop]]

    def _hits(self, most: int) -> list[Hit]:
        """Return the files of the page in its order, with the places of the words."""
        page = self.found.page[:most]
        length = Func(F("text__body"), function="octet_length", output_field=IntegerField())
        files = self._files.annotate(text_bytes=length).in_bulk([pk for pk, _ in page])
        present = [(files[pk], score) for pk, score in page if pk in files]
        finder = highlights.Finder(self.query)
        bodies = _bodies([file for file, _ in present])
        return [
            Hit(
                file,
                score,
                [*highlights.of_entry(file, self.query), *finder.fragments(bodies.get(file.pk, ""))],
            )
            for file, score in present
        ]


def _bodies(files: list[Any]) -> dict[UUID, str]:
    """Return the texts of the files, of the first ones where together they are too long."""
    wanted, room = [], BODIES_BYTES
    for file in files:
        room -= file.text_bytes or 0
        if file.text_bytes and room >= 0:
            wanted.append(file.pk)
    return dict(FileText.objects.filter(pk__in=wanted).values_list("pk", "body")) if wanted else {}
