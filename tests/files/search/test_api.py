"""`POST /files/search` as programs meet it: shape, filters, order, pages, refusals."""

import hashlib
from datetime import timedelta

import pytest
from django.utils import timezone

from core.access.roles import Scope
from files.models import File

URL = "/api/v1/files/search"


@pytest.fixture
def three(ada, kept):
    files = [
        kept(ada, "alpha beta gamma", "alpha.txt", tags=["x"]),
        kept(ada, '{"a": 1}', "beta.json", tags=["x", "y"], folder="in/here"),
        kept(ada, bytes(range(256)) * 50, "Gamma.bin"),
    ]
    for days, file in enumerate(reversed(files)):
        File.objects.filter(pk=file.pk).update(created_at=timezone.now() - timedelta(days=3 * days))
    return files


def test_the_answer_is_a_list_with_scores_places_and_facets(api, ada, three):
    answer = api(ada).post(URL, {"query": "beta"}, format="json").json()
    assert (answer["count"], answer["next"], answer["previous"]) == (2, None, None)
    assert answer["complete"] is True
    first, second = answer["results"]
    assert first["name"] == "beta.json"
    assert first["sha256"] == hashlib.sha256(b'{"a": 1}').hexdigest()
    assert first["download_url"].endswith(f"/api/v1/files/download/{first['id']}")
    assert first["highlights"] == [{"field": "name", "text": "beta.json", "marks": [[0, 4]]}]
    assert second["highlights"] == [{"field": "content", "text": "alpha beta gamma", "marks": [[6, 10]]}]
    assert first["score"] >= 1 > second["score"] > 0
    assert answer["facets"]["kind"] == [
        {"value": "json", "title": "JSON", "count": 1},
        {"value": "text", "title": "Text", "count": 1},
    ]


def test_without_words_all_files_come_newest_first(api, ada, three):
    answer = api(ada).post(URL, {}, format="json").json()
    assert [(row["name"], row["score"], row["highlights"]) for row in answer["results"]] == [
        ("Gamma.bin", None, []),
        ("beta.json", None, []),
        ("alpha.txt", None, []),
    ]


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        ({"kind": "json"}, ["beta.json"]),
        ({"kind": ["json", "binary"]}, ["Gamma.bin", "beta.json"]),
        ({"media_type": "text/plain"}, ["alpha.txt"]),
        ({"tags": ["x"]}, ["beta.json", "alpha.txt"]),
        ({"tags": ["x", "y"]}, ["beta.json"]),
        ({"folder": "in"}, ["beta.json"]),
        ({"folder": "i"}, []),
        ({"origin": "upload"}, []),
        ({"size_min": 8, "size_max": 8}, ["beta.json"]),
        ({"size_max": 0}, []),
        ({"added": "day"}, ["Gamma.bin"]),
        ({"added": "week", "query": "a"}, ["Gamma.bin", "beta.json", "alpha.txt"]),
        ({"sha256": hashlib.sha256(b'{"a": 1}').hexdigest()}, ["beta.json"]),
        ({"query": hashlib.sha256(b'{"a": 1}').hexdigest()[:12]}, ["beta.json"]),
        ({"query": "gamma", "kind": "text"}, ["alpha.txt"]),
    ],
)
def test_criteria(found, ada, three, criteria, expected):
    assert sorted(found(ada, **criteria)) == sorted(expected)


def test_moments_bound_the_search(found, ada, three):
    moment = (timezone.now() - timedelta(days=1)).isoformat()
    assert found(ada, created_after=moment) == ["Gamma.bin"]
    assert found(ada, created_before=moment) == ["beta.json", "alpha.txt"]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("?ordering=name", ["Gamma.bin", "alpha.txt", "beta.json"]),
        ("?ordering=-size", ["Gamma.bin", "alpha.txt", "beta.json"]),
        ("?ordering=size&page_size=1", ["beta.json"]),
        ("?ordering=size&page_size=1&page=3", ["Gamma.bin"]),
        ("?ordering=-created_at&page=2&page_size=2", ["alpha.txt"]),
    ],
)
@pytest.mark.parametrize("query", ["", "a"])
def test_order_and_pages(found, ada, three, address, expected, query):
    assert found(ada, query, address=address) == expected


def test_pages_link_to_each_other(api, ada, three):
    client = api(ada)
    first = client.post(f"{URL}?page_size=2", {"query": "a"}, format="json").json()
    assert first["count"] == 3
    second = client.post(first["next"], {"query": "a"}, format="json").json()
    assert second["previous"] == f"http://testserver{URL}?page_size=2"
    assert len({row["id"] for row in first["results"] + second["results"]}) == 3
    assert client.post(f"{URL}?page=9", {"query": "a"}, format="json").status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"colour": "red"}, "colour"),
        ({"query": 5}, "query"),
        ({"query": "x" * 501}, "query"),
        ({"query": " ".join(["word"] * 10_000)}, "query"),
        ({"kind": "colour"}, "kind"),
        ({"kind": {}}, "kind"),
        ({"tags": ["a,b"]}, "tags"),
        ({"size_min": -1}, "size_min"),
        ({"size_max": 2**64}, "size_max"),
        ({"size_min": 9, "size_max": 8}, "size_max"),
        (
            {"created_after": "2026-02-01T00:00:00Z", "created_before": "2026-01-01T00:00:00Z"},
            "created_before",
        ),
        ({"created_after": "soon"}, "created_after"),
        ({"created_after": "0001-01-01T00:00:00+23:59"}, "created_after"),
        ({"sha256": "xyz"}, "sha256"),
        ({"folder": "a/../b"}, "folder"),
        ({"facets": "maybe"}, "facets"),
    ],
)
def test_a_bad_body_names_its_field(api, ada, body, field):
    answer = api(ada).post(URL, body, format="json")
    assert answer.status_code == 400, answer.content
    assert answer.json()["errors"][0]["field"].startswith(field)


@pytest.mark.parametrize("address", ["?ordering=colour", "?page=0", "?page_size=201", "?search=x"])
def test_a_bad_address_is_refused(api, ada, address):
    assert api(ada).post(URL + address, {}, format="json").status_code == 400


@pytest.mark.parametrize("body", ['"text"', "[]", "{", '{"query": "\\u0000"}', '{"query": "\\ud800"}'])
def test_a_body_that_is_no_search_is_refused(api, ada, body):
    answer = api(ada).post(URL, body, content_type="application/json")
    assert answer.status_code == 400, answer.content


@pytest.mark.parametrize(
    "query",
    [
        '"', '""', '"a', 'a"b"c', "-", "--", "-a", '-"a b"', "or", "or or or", "a or", "or a", "&|!():*<->\\'", "%",
        "_", "\\", "'", "a:*", "{}[]()^$.|?*+\\", "\t\n ", "\u200b", "😀", "ﷺ", "a" * 500, "(" * 300, '"' * 499,
        "- - -", "-😀", "or -x", "a-b-c_d.e/f", "İ", "ß", "\ufdfa" * 200, "e\u0301" * 200,
    ],
)  # fmt: skip
def test_no_query_is_an_error(api, ada, three, query):
    for text in (query, f"{query} alpha", f"alpha {query}"):
        if len(text) <= 500:
            assert api(ada).post(URL, {"query": text}, format="json").status_code == 200, text


def test_it_costs_the_same_however_much_is_found(api, ada, kept, django_assert_num_queries):
    client = api(ada)
    client.post(URL, {}, format="json")  # the token's last use is noted once
    for count in (1, 12):
        for number in range(count):
            kept(ada, f"word {count} {number}", f"word {number}.txt")
        with django_assert_num_queries(5):  # token, the way to go, search, files of the page, their texts
            client.post(URL, {"query": "word"}, format="json")
        with django_assert_num_queries(4):  # token, count, facets, page
            client.post(URL, {}, format="json")
        with django_assert_num_queries(3):  # token, count, page
            client.post(URL, {"facets": False}, format="json")


def test_a_reading_token_of_a_viewer_may_search(api, vera, kept):
    kept(vera, "alpha", "mine.txt")
    assert api(vera, Scope.READ).post(URL, {"query": "mine"}, format="json").json()["count"] == 1


def test_an_outsider_finds_nothing(found, api, ada, ben, three):
    for criteria in ({}, {"query": "alpha"}, {"query": "-zzz"}, {"sha256": three[0].sha256}, {"tags": ["x"]}):
        answer = api(ben).post(URL, criteria, format="json").json()
        assert (answer["count"], answer["results"]) == (0, [])
        assert all(not values for values in answer["facets"].values())


def test_what_is_deleted_is_not_found_and_what_is_restored_is(found, api, ada, three):
    client = api(ada)
    client.delete(f"/api/v1/files/delete/{three[0].pk}")
    assert found(ada, "alpha") == []
    client.post(f"/api/v1/files/restore/{three[0].pk}")
    assert found(ada, "alpha") == ["alpha.txt"]


def test_staff_find_the_files_of_all(found, ada, otto, three):
    assert len(found(otto, "a")) == 3
