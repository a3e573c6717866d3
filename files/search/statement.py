"""The one statement that finds, ranks and counts, as SQL.

Broad searches are bounded: of the files whose entry fits, and of those whose text fits, the newest `NEWEST` are looked
at; of texts that have the words of a phrase, the newest `LOOKED`, for only a look tells where the words are. The best
`RANKED` of all, by name and age, are ranked by their texts too.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL

from files.search import matching
from files.search.query import Query

NEWEST, LOOKED, RANKED = 1_000, 1_500, 200
LISTED = 3_000
"""How many files, the newest, are counted by their facets where no words are searched for."""
LOOKS = 5
"""A look at the words of a text takes the time of so many files that are fetched by their ids."""

Row = tuple[str, str, float, int]
Sql = tuple[str, list[Any]]

_COLUMNS = "id, name, created_at, kind, media_type, size, tags"
_SEARCHED = """
WITH newest({columns}, folded, sha256) AS MATERIALIZED ({named}),
matching AS MATERIALIZED ({matching}),
named AS MATERIALIZED (
  SELECT {columns}, ({score})::float8 AS score FROM newest
  WHERE %s::text IS NULL OR NOT coalesce((SELECT words @@ %s::tsquery FROM file_texts WHERE file_id = newest.id), false)
),
candidates({columns}) AS MATERIALIZED ({candidates}),
within AS MATERIALIZED (
  SELECT {columns}, 0::float8 AS score FROM candidates
  WHERE %s::text IS NULL OR coalesce((SELECT words @@ %s::tsquery FROM file_texts WHERE file_id = id), false)
  ORDER BY created_at DESC, id DESC LIMIT {newest}
),
hits AS MATERIALIZED (
  SELECT DISTINCT ON (id) * FROM (SELECT * FROM named UNION ALL SELECT * FROM within) found ORDER BY id, score DESC
)
"""
_PAGE = """
, best AS (SELECT id, score FROM hits ORDER BY score DESC, created_at DESC, id DESC LIMIT {ranked}),
ranked AS (
  SELECT best.id, best.score + coalesce(ts_rank_cd(words, %s::tsquery, 1 | 32), 0) AS full_score
  FROM best LEFT JOIN file_texts ON file_id = best.id
),
page AS (
  SELECT id, coalesce(full_score, score) AS score, row_number() OVER (ORDER BY {order}) AS place
  FROM hits LEFT JOIN ranked USING (id) ORDER BY place LIMIT %s OFFSET %s
)
SELECT 'count', '', count(*)::float8, 0 FROM hits
UNION ALL SELECT 'newest', '', greatest((SELECT count(*) FROM newest), (SELECT count(*) FROM within))::float8, 0
UNION ALL SELECT 'looked', '', count(*)::float8, 0 FROM candidates
UNION ALL SELECT 'page', id::text, score, place FROM page
"""
_LISTED = "WITH hits({columns}) AS MATERIALIZED ({listed})"
_MATCHING = "SELECT file_id FROM file_texts WHERE words @@ %s::tsquery"
_NO_MATCHING = "SELECT NULL::uuid AS file_id WHERE false"
_NEWEST_MATCHING = """
SELECT {columns} FROM (SELECT file_id FROM matching ORDER BY file_id DESC) text
CROSS JOIN LATERAL ({one}) found({columns}) ORDER BY text.file_id DESC LIMIT {most}
"""
_NO_CANDIDATES = "SELECT {columns} FROM newest WHERE false"
# What is within OFFSET is planned by itself.
_EXPECTED = """
EXPLAIN (FORMAT JSON) SELECT id FROM ({named}) named({columns}, folded, sha256)
UNION ALL (SELECT * FROM ({files}) files OFFSET 0)
UNION ALL (SELECT * FROM ({matching}) matching OFFSET 0)
"""


def listed(files: Any) -> Sql:
    """Return the beginning of a statement in which `hits` are the newest of the files."""
    sql, params = _newest(files, LISTED)
    return _LISTED.format(columns=_COLUMNS, listed=sql), params


def searched(files: Any, query: Query) -> Sql:
    """Return the beginning of a statement in which `hits` is what the query finds, with the score of the name."""
    way = _way(files, query)
    named, of_named = _newest(
        matching.named(files, query, by_pairs=way.by_pairs), NEWEST, "folded", "object_id"
    )
    score, of_score = matching.name_score(query)
    sought = _candidates(files, query, way)
    sql = _SEARCHED.format(
        columns=_COLUMNS,
        named=named,
        matching=sought.matching[0],
        score=score,
        candidates=sought.candidates[0],
        newest=NEWEST,
    )
    unwanted, phrases = query.tsquery_without() or None, sought.phrases or None
    in_order = [
        *of_named,
        *sought.matching[1],
        *of_score,
        unwanted,
        unwanted,
        *sought.candidates[1],
        phrases,
        phrases,
    ]
    return sql, in_order


def is_complete(newest: int, looked: int) -> bool:
    """Say whether all that fits was looked at, by what the statement counts."""
    return newest < NEWEST and looked < LOOKED


def page(query: Query, order: str, window: tuple[int, int]) -> Sql:
    """Return what follows `searched`: how many there are, and a page of them in an order that is SQL of ours."""
    start, stop = window
    return _PAGE.format(ranked=RANKED, order=order), [query.tsquery() or None, stop - start, start]


def fetched(sql: str, params: Sequence[Any]) -> list[Row]:
    """Return the rows of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: list[Row] = cursor.fetchall()
    return rows


@dataclass(frozen=True)
class Way:
    """Which indices a search goes through: that of pairs to the names, that of words to the texts."""

    by_pairs: bool
    by_words: bool


def _way(files: Any, query: Query) -> Way:
    """Ask the planner what it expects, and decide what it does not know enough of to decide.

    It takes the words of a text for something to look at as quickly as at a name, and goes through ten thousand texts,
    or through all; each costs some twenty microseconds to unpack. And it makes the pairs of each name that it goes by,
    though to look into the name itself costs next to nothing.
    """
    named, of_named = _newest(matching.named(files, query), NEWEST, "folded", "object_id")
    some, of_some = files.order_by().values_list("pk").query.sql_with_params()
    texts, of_texts = _matching(query)
    sql = _EXPECTED.format(columns=_COLUMNS, named=named, files=some, matching=texts)
    expected: Any = fetched(sql, [*of_named, *of_some, *of_texts])[0][0]
    by_name, those, by_text = expected[0]["Plan"]["Plans"]
    by_index = "file_texts_words" in json.dumps(by_text)
    return Way(
        by_pairs="files_folded" in json.dumps(by_name),
        by_words=by_index and by_text["Plan Rows"] < LOOKS * those["Plan Rows"],
    )


@dataclass(frozen=True)
class Sought:
    """The texts that fit by the index, the files to look at, and what only a look at their texts tells."""

    matching: Sql
    candidates: Sql
    phrases: str = ""


def _candidates(files: Any, query: Query, way: Way) -> Sought:
    fitting = matching.within(files, query, looked=True)
    if fitting is None:
        return Sought((_NO_MATCHING, []), (_NO_CANDIDATES.format(columns=_COLUMNS), []))
    if not way.by_words:
        return Sought((_NO_MATCHING, []), _newest(fitting, NEWEST))
    phrases = query.tsquery() if query.tsquery() != query.tsquery(apart=True) else ""
    # Ids are in order of time.
    one = matching.without_named(files, query).filter(pk=RawSQL("text.file_id", []))
    sql, params = one.order_by().values_list(*_COLUMNS.split(", "))[:1].query.sql_with_params()
    found = _NEWEST_MATCHING.format(columns=_COLUMNS, one=sql, most=LOOKED if phrases else NEWEST)
    return Sought(_matching(query), (found, [*params]), phrases)


def _matching(query: Query) -> Sql:
    """Return the texts that fit by the index."""
    words = query.tsquery(apart=True)
    return (_MATCHING, [words]) if words else (_NO_MATCHING, [])


def _newest(files: Any, most: int, *columns: str) -> Sql:
    """Return the newest `most` of the files, with what facets need and other columns."""
    newest = files.order_by("-created_at", "-pk").values_list(*_COLUMNS.split(", "), *columns)[:most]
    sql, params = newest.query.sql_with_params()
    return sql, [*params]
