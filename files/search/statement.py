"""The one statement that finds, ranks and counts, as SQL.

Broad searches are bounded: of the files whose entry fits, and of those whose text fits, the newest `NEWEST` are looked
at; of all of these the best `RANKED` by name and age are ranked by their texts too.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL

from files.search import matching
from files.search.query import Query

NEWEST, RANKED = 1_000, 200
LISTED = 5_000
"""How many files, the newest, are counted by their facets where no words are searched for."""
FEW = 3_000
"""So few texts are looked through where the words are in most of them, or the files are no more."""

Row = tuple[str, str, float, int]
Sql = tuple[str, list[Any]]

_COLUMNS = "id, name, created_at, kind, media_type, size, tags"
_SEARCHED = """
WITH newest({columns}, folded, sha256) AS MATERIALIZED ({named}),
matching AS MATERIALIZED ({matching}),
named AS MATERIALIZED (SELECT {columns}, ({score})::float8 AS score FROM newest),
within AS MATERIALIZED (SELECT {columns}, 0::float8 AS score FROM ({within}) found({columns})),
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
UNION ALL SELECT 'most', '', greatest((SELECT count(*) FROM named), (SELECT count(*) FROM within))::float8, 0
UNION ALL SELECT 'page', id::text, score, place FROM page
"""
_LISTED = "WITH hits({columns}) AS MATERIALIZED ({listed})"
_MATCHING = "SELECT file_id FROM file_texts WHERE words @@ %s::tsquery"
_NO_MATCHING = "SELECT NULL::uuid AS file_id WHERE false"
_NEWEST_MATCHING = """
SELECT {columns} FROM (SELECT file_id FROM matching ORDER BY file_id DESC) text
CROSS JOIN LATERAL ({one}) found({columns}) ORDER BY text.file_id DESC LIMIT {newest}
"""
_NONE_WITHIN = "SELECT {columns} FROM newest WHERE false"
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
    texts, of_texts, within, of_within = _within(files, query, way)
    sql = _SEARCHED.format(columns=_COLUMNS, named=named, matching=texts, score=score, within=within)
    return sql, [*of_named, *of_texts, *of_score, *of_within]


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

    It takes the words of a text for something to look at as quickly as at a name, and goes through the newest texts
    where every tenth has the word; each costs some twenty microseconds to unpack. And it makes the pairs of each name
    that it goes by, though to look into the name itself costs next to nothing.
    """
    named, of_named = _newest(matching.named(files, query), NEWEST, "folded", "object_id")
    some, of_some = files.order_by().values_list("pk").query.sql_with_params()
    texts, of_texts = _matching(query)
    sql = _EXPECTED.format(columns=_COLUMNS, named=named, files=some, matching=texts)
    expected: Any = fetched(sql, [*of_named, *of_some, *of_texts])[0][0]
    by_name, those, by_text = expected[0]["Plan"]["Plans"]
    return Way(
        by_pairs="files_folded" in json.dumps(by_name),
        by_words="file_texts_words" in json.dumps(by_text) and those["Plan Rows"] > FEW,
    )


def _within(files: Any, query: Query, way: Way) -> tuple[str, list[Any], str, list[Any]]:
    """Return the texts that fit, where the index finds them, and the newest files whose text fits."""
    fitting = matching.within(files, query)
    if fitting is None:
        return _NO_MATCHING, [], _NONE_WITHIN.format(columns=_COLUMNS), []
    if not way.by_words:
        return _NO_MATCHING, [], *_newest(fitting, NEWEST)
    # Ids are in order of time.
    one = matching.without_named(files, query).filter(pk=RawSQL("text.file_id", []))
    sql, params = one.order_by().values_list(*_COLUMNS.split(", "))[:1].query.sql_with_params()
    within = _NEWEST_MATCHING.format(columns=_COLUMNS, one=sql, newest=NEWEST)
    return *_matching(query), within, [*params]


def _matching(query: Query) -> Sql:
    """Return the texts that fit."""
    return (_MATCHING, [query.tsquery()]) if query.tsquery() else (_NO_MATCHING, [])


def _newest(files: Any, most: int, *columns: str) -> Sql:
    """Return the newest `most` of the files, with what facets need and other columns."""
    newest = files.order_by("-created_at", "-pk").values_list(*_COLUMNS.split(", "), *columns)[:most]
    sql, params = newest.query.sql_with_params()
    return sql, [*params]
