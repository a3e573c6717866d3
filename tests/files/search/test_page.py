"""The page of files as a page of search: hits, facets, chips, the address that holds it all."""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from django.http import QueryDict
from django.utils import timezone

from files.api.search_serializers import criteria_in
from files.models import File
from files.search import statement


def text(response) -> str:
    assert response.status_code == 200, response.content
    return response.content.decode()


class Links(HTMLParser):
    """Collects the words of links, with where they lead."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._href: str | None = None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag == "a":
            self._href = dict(attrs).get("href")
            self.found.append(("", self._href or ""))

    def handle_endtag(self, tag):
        if tag == "a":
            self._href = None

    def handle_data(self, data):
        if self._href is not None:
            words, href = self.found[-1]
            self.found[-1] = (words + data, href)

    def to(self, words: str) -> str:
        """Return where the link with these words leads."""
        return next(href for found, href in self.found if words in " ".join(found.split()))


def names(page: str) -> list[str]:
    """Return the names of the listed files, in order."""
    rows = re.findall(r'<th scope="row"><a href="/files/[^"]*">(.*?)</a>', page)
    return [row.replace("<mark>", "").replace("</mark>", "") for row in rows]


def part(page: str, name: str) -> str:
    """Return the facets, or the criteria."""
    return page.split(f'id="{name}"', 1)[1].split("</aside>" if name == "facets" else "</div>", 1)[0]


@pytest.fixture
def three(ada, kept):
    files = [
        kept(ada, "alpha beta gamma", "alpha.txt", tags=["x"]),
        kept(ada, '{"beta": 1}', "beta.json", tags=["x", "winter"], folder="in/here"),
        kept(ada, bytes(range(256)) * 50, "Gamma.bin"),
    ]
    for days, file in enumerate(reversed(files)):
        File.objects.filter(pk=file.pk).update(created_at=timezone.now() - timedelta(days=3 * days))
    return files


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("", ["Gamma.bin", "beta.json", "alpha.txt"]),
        ("search=alp", ["alpha.txt"]),
        ("search=beta", ["beta.json", "alpha.txt"]),
        ("search=beta&ordering=name", ["alpha.txt", "beta.json"]),
        ("search=beta&ordering=-score", ["beta.json", "alpha.txt"]),
        ("search=in/here beta", ["beta.json"]),
        ("search=winter", ["beta.json"]),
        ("search=" + hashlib.sha256(b"alpha beta gamma").hexdigest()[:10], ["alpha.txt"]),
        ("sha256=" + hashlib.sha256(b"alpha beta gamma").hexdigest().upper(), ["alpha.txt"]),
        ("kind=json", ["beta.json"]),
        ("kind=json&kind=text&ordering=name", ["alpha.txt", "beta.json"]),
        ("kind=json&kind=nonsense", ["beta.json"]),
        ("media_type=application/json", ["beta.json"]),
        ("tags=x&tags=winter", ["beta.json"]),
        ("folder=in/", ["beta.json"]),
        ("size_min=12 kB", ["Gamma.bin"]),
        ("size_max=0.015kB&ordering=name", ["beta.json"]),
        ("added=day", ["Gamma.bin"]),
        ("origin=upload", []),
        ("ordering=-name", ["beta.json", "alpha.txt", "Gamma.bin"]),
        ("page=99", ["Gamma.bin", "beta.json", "alpha.txt"]),
    ],
)
def test_the_address_holds_search_filters_and_order(browser, ada, three, address, shown):
    assert names(text(browser(ada).get(f"/files?{address}"))) == shown


@pytest.mark.parametrize(
    "address",
    [
        "ordering=nonsense", "ordering=-score", "kind=nonsense", "page=-1", "page=1e9", f"page={'9' * 5000}",
        "size_min=many", "size_max=-4", f"size_max={'9' * 15} TB", "created_after=soon", "created_before=2026-02-31",
        "created_after=0001-01-01T00:00:00%2B23:59", "sha256=xyz", "folder=a/../b", "folder=/", "tags=a,b",
        "added=century", "origin=mars", "media_type=x", "search=", "colour=red",
    ],
)  # fmt: skip
def test_what_the_address_says_wrong_is_left_out(browser, ada, three, address):
    page = text(browser(ada).get(f"/files?{address}"))
    assert len(names(page)) == 3
    assert "search-chips" not in page


def test_days_and_sizes_are_read_as_people_mean_them():
    address = QueryDict("created_after=2026-01-01&created_before=2026-01-31&size_min=1,5 kB&size_max=2MB")
    criteria = criteria_in(address)
    assert criteria.created_after == datetime(2026, 1, 1, tzinfo=UTC)
    assert criteria.created_before == datetime(2026, 1, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    assert (criteria.size_min, criteria.size_max) == (1500, 2_000_000)
    assert criteria_in(QueryDict(criteria.address())) == criteria


def test_of_bounds_the_wrong_way_around_the_upper_is_left_out():
    criteria = criteria_in(QueryDict("size_min=9&size_max=3&sha256=xyz"))
    assert (criteria.size_min, criteria.size_max, criteria.sha256) == (9, None, "")


def test_hits_show_where_the_words_are_and_nothing_of_them_is_taken_for_markup(browser, ada, kept):
    kept(ada, "a <script>alert(1)</script> & beta", "<b>beta.txt", folder="<i>", tags=["<u>beta"])
    page = text(browser(ada).get("/files?search=beta"))
    assert "&lt;b&gt;<mark>beta</mark>.txt</a>" in page
    assert "<p>a &lt;script&gt;alert(1)&lt;/script&gt; &amp; <mark>beta</mark></p>" in page
    assert "&lt;u&gt;<mark>beta</mark>" in page
    for raw in ("<script>alert", "<b>beta", "<i>", "<u>"):
        assert raw not in page
    page = text(browser(ada).get("/files", {"search": '"><script>x', "tags": "<u>beta", "folder": "<i>"}))
    for raw in ("<script>x", "<u>beta", "<i>"):
        assert raw not in page


def test_facets_count_and_lead_on_and_back(browser, ada, three):
    client = browser(ada)
    page = text(client.get("/files?search=beta&ordering=name"))
    narrowed = Links(part(page, "facets")).to("JSON")
    assert narrowed == "/files?search=beta&kind=json&ordering=name"
    assert Links(part(page, "facets")).to("winter1") == "/files?search=beta&tags=winter&ordering=name"
    page = text(client.get(narrowed))
    assert names(page) == ["beta.json"]
    facets = Links(part(page, "facets"))
    assert facets.to("JSON, chosen") == "/files?search=beta&ordering=name"
    assert facets.to("Text1") == "/files?search=beta&kind=json&kind=text&ordering=name"
    assert Links(part(page, "criteria")).to("KindJSON") == "/files?search=beta&ordering=name"


def test_sizes_and_ages_are_facets_too(browser, ada, three):
    client = browser(ada)
    facets = Links(part(text(client.get("/files")), "facets"))
    assert facets.to("10 to 100 kB") == "/files?size_min=10000&size_max=99999"
    assert facets.to("Last 24 hours") == "/files?added=day"
    page = text(client.get("/files?size_min=10000&size_max=99999&added=day"))
    assert names(page) == ["Gamma.bin"]
    facets, chips = Links(part(page, "facets")), Links(part(page, "criteria"))
    assert facets.to("10 to 100 kB, chosen") == "/files?added=day"
    assert facets.to("Last 24 hours, chosen") == "/files?size_min=10000&size_max=99999"
    assert chips.to("Size10 to 100 kB") == "/files?added=day"


def test_what_finds_nothing_can_be_taken_away_again(browser, ada, three):
    page = text(browser(ada).get("/files?search=zzz&kind=log&tags=gone&media_type=a/b"))
    assert "No file fits" in page
    assert "Nothing matches" in page
    facets = Links(part(page, "facets"))
    assert facets.to("Log, chosen") == "/files?search=zzz&media_type=a%2Fb&tags=gone"
    assert facets.to("gone, chosen") == "/files?search=zzz&kind=log&media_type=a%2Fb"
    assert Links(part(page, "criteria")).to("Clear all") == "/files"


def test_facets_that_could_narrow_nothing_are_left_out(browser, ada, kept):
    kept(ada, "alpha", "alpha.txt")
    assert "facet-value" not in text(browser(ada).get("/files"))


def test_long_facets_show_the_most_frequent_values_first(browser, ada, stored):
    for number in range(8):
        stored(ada, b"x", f"{number}.txt", tags=[f"tag {n}" for n in range(number + 1)])
    seen = part(text(browser(ada).get("/files")), "facets").split("Tag</h2>")[1].split("<details")[0]
    assert re.findall("<span>(tag .)</span>", seen) == [f"tag {n}" for n in range(6)]


def test_the_form_sends_along_what_it_has_no_fields_for(browser, ada, three):
    client = browser(ada)
    hidden = 'type="hidden" form="search" name="{}" value="{}"'
    page = text(client.get("/files?search=a&kind=json&tags=x&added=week&ordering=size&folder=in&size_min=9"))
    for name, value in (("kind", "json"), ("tags", "x"), ("added", "week"), ("ordering", "size")):
        assert hidden.format(name, value) in page
    assert 'name="folder" value="in"' in page
    assert 'name="size_min" value="9"' in page
    # An order that was chosen for a list is not one for ranked hits.
    assert hidden.format("ordering", "size") not in text(client.get("/files?ordering=size"))


def test_an_order_of_their_own_is_told_with_the_way_back(browser, ada, three):
    client = browser(ada)
    assert "best match first" not in text(client.get("/files"))
    page = text(client.get("/files?search=beta&ordering=-size"))
    assert "by size" in page
    assert Links(part(page, "criteria")).to("best match first") == "/files?search=beta"
    assert '<span class="muted">best match first</span>' in text(client.get("/files?search=beta"))


def test_pages_follow_each_other(browser, ada, stored):
    for number in range(53):
        stored(ada, b"x", f"file {number:02}.txt")
    client = browser(ada)
    first, second = (names(text(client.get(f"/files?search=file&ordering=name&page={n}"))) for n in (1, 2))
    assert (len(first), len(second)) == (25, 25)
    assert first + second == [f"file {number:02}.txt" for number in range(50)]


def test_a_count_that_is_not_the_whole_one_says_so(browser, ada, stored, monkeypatch):
    for number in range(4):
        stored(ada, b"x", f"file {number}.txt")
    monkeypatch.setattr(statement, "NEWEST", 3)
    page = text(browser(ada).get("/files?search=file"))
    assert "At least 3 files" in page
    assert "only the newest were looked at" in page
    monkeypatch.setattr(statement, "LISTED", 3)
    assert "counts beside the list" in text(browser(ada).get("/files"))


def test_an_outsider_finds_nothing(browser, ada, ben, three):
    for address in ("", "?search=beta", "?tags=x", f"?sha256={three[0].sha256}", "?kind=json"):
        page = text(browser(ben).get(f"/files{address}"))
        assert names(page) == []
        assert "alpha.txt" not in page
        assert "winter" not in page


def test_the_page_costs_the_same_however_much_it_shows(browser, ada, kept, django_assert_num_queries):
    client = browser(ada)
    client.get("/files")
    for count in (2, 12):
        for number in range(count):
            kept(ada, f"word {count} {number}", f"word {number}.txt", tags=[f"t{number}"])
        # Session, account, jobs, use, saved searches; and what is found:
        with django_assert_num_queries(5 + 3):  # count, facets, page
            client.get("/files")
        with django_assert_num_queries(5 + 4):  # the way to go, search, files, their texts
            client.get("/files?search=word")
        with django_assert_num_queries(5 + 6):  # and what other kinds would add
            client.get("/files?search=word&kind=text")
