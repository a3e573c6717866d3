"""Whichever indices a search goes through, it finds the same; and the planner's figures decide which."""

import itertools

import pytest
from django.db import connection

from files.models import File
from files.search import statement
from files.search.criteria import Criteria
from files.search.results import Results
from files.search.statement import Way

WAYS = [Way(*both) for both in itertools.product((True, False), repeat=2)]
QUERIES = [
    "valve", "valv", "val", "v", "VALVE open", '"valve open"', '"open valve"', "valve or pump", "valve -pump",
    "-pump", "in/here", "winter", "läufer", "報告", "%", "_", "nothing",
]  # fmt: skip


@pytest.fixture
def some(ada, ben, kept):
    return [
        kept(ada, "the valve is open", "monday.txt"),
        kept(ada, "pump and valve", "valve.log", tags=["winter"]),
        kept(ada, b"\x00\xff" * 50, "valve-open.bin", folder="in/here"),
        kept(ada, "Die Läufer öffnen", "LÄUFER 報告書.txt"),
        kept(ada, "nothing of that", "pumps.md"),
        kept(ben, "the valve is open", "valve.txt"),
    ]


@pytest.mark.parametrize("query", QUERIES)
def test_every_way_leads_to_the_same(ada, some, monkeypatch, query):
    found = []
    for way in WAYS:
        monkeypatch.setattr(statement, "_way", lambda files, query, way=way: way)
        results = Results(File.objects.visible_to(ada), Criteria(query=query))
        found.append(([(hit.file.name, hit.score) for hit in results[:50]], results.found.facets))
        assert set(results.files()) == {hit.file for hit in results[:50]}
    assert all(one == found[0] for one in found)


def test_the_newest_are_looked_at_whichever_way(ada, ben, kept, monkeypatch):
    monkeypatch.setattr(statement, "NEWEST", 2)
    for number in range(4):
        kept(ada, "valve", f"{number}.txt", tags=[f"t{number % 2}"])
        kept(ben, "valve", f"{number}.txt")
    for way in WAYS:
        monkeypatch.setattr(statement, "_way", lambda files, query, way=way: way)
        results = Results(File.objects.visible_to(ada), Criteria(query="valve"))
        assert [hit.file.name for hit in results[:50]] == ["3.txt", "2.txt"]
        assert not results.found.complete
        narrowed = Results(File.objects.visible_to(ada), Criteria(query="valve", tags=("t0",)))
        assert [hit.file.name for hit in narrowed[:50]] == ["2.txt", "0.txt"]


def test_of_texts_with_the_words_of_a_phrase_the_newest_are_looked_at(ada, kept, monkeypatch):
    kept(ada, "open valve", "old.txt")
    for number in range(3):
        kept(ada, "valve open open", f"{number}.txt")
    kept(ada, "open valve", "new.txt")
    monkeypatch.setattr(statement, "_way", lambda files, query: Way(by_pairs=True, by_words=True))
    results = Results(File.objects.visible_to(ada), Criteria(query='"open valve"'))
    assert [hit.file.name for hit in results[:50]] == ["new.txt", "old.txt"]
    assert results.found.complete
    monkeypatch.setattr(statement, "LOOKED", 4)
    results = Results(File.objects.visible_to(ada), Criteria(query='"open valve"'))
    assert [hit.file.name for hit in results[:50]] == ["new.txt"]
    assert not results.found.complete


def test_few_files_are_looked_through_and_many_looked_up(ada, kept, analysed, monkeypatch):
    for number in range(3):
        kept(ada, f"valve {number}", f"valve {number}.txt")
    analysed()
    files, query = File.objects.visible_to(ada), Criteria(query="valve").parsed
    assert statement._way(files, query) == Way(
        by_pairs=False, by_words=False
    )  # the planner: it is a small table
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert statement._way(files, query).by_words
    monkeypatch.setattr(statement, "LOOKS", 0)
    assert not statement._way(files, query).by_words
