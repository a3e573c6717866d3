"""Saved searches in the browser: save, open, rename, delete and have back."""

import re

import pytest

from accounts.models import AuditEntry
from files.models import SavedSearch

NEW = "/files/searches/new"


def text(response, status: int = 200) -> str:
    assert response.status_code == status, response.content
    return response.content.decode()


@pytest.fixture
def logs(browser, ada):
    browser(ada).post(f"{NEW}?search=error&kind=log&size_max=1 MB", {"name": "Bad logs"})
    return SavedSearch.objects.get()


def test_the_search_of_the_page_is_saved_and_opened(browser, ada, stored):
    stored(ada, name="error.log")
    client = browser(ada)
    page = text(client.get("/files?search=error&kind=log&ordering=size"))
    assert f'action="{NEW}?search=error&amp;kind=log"' in page
    page = text(client.post(f"{NEW}?search=error&kind=log", {"name": "Bad <logs>"}, follow=True))
    assert "“Bad &lt;logs&gt;” is saved." in page
    saved = SavedSearch.objects.get(owner=ada)
    assert (saved.name, saved.criteria) == ("Bad <logs>", {"query": "error", "kind": ["log"]})
    assert "saved as <b>Bad &lt;logs&gt;</b>" in page
    assert f'href="/files/searches/{saved.pk}"' in text(client.get("/files"))
    answer = client.get(f"/files/searches/{saved.pk}")
    assert (answer.status_code, answer["Location"]) == (302, "/files?search=error&kind=log")


def test_a_name_that_cannot_be_stays_in_the_form(browser, ada, logs):
    client = browser(ada)
    page = text(client.post(f"{NEW}?search=other", {"name": "Bad logs"}), 409)
    assert "You have a saved search of this name." in page
    assert 'value="Bad logs"' in page
    assert "other" in page
    assert 'value="x"' not in text(client.post(f"{NEW}?search=other", {"name": ""}), 400)
    assert SavedSearch.objects.count() == 1


def test_nothing_is_nothing_to_save(browser, ada):
    client = browser(ada)
    assert NEW not in text(client.get("/files"))
    assert client.post(f"{NEW}?kind=nonsense", {"name": "x"}).status_code == 302
    assert not SavedSearch.objects.exists()


def test_they_are_listed_with_what_they_look_for(browser, ada, logs):
    page = text(browser(ada).get("/files/searches"))
    shown = re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", page.split("<tbody", 1)[1])).replace("\xa0", " ")
    assert "Bad logs error Kind Log Size to 1.00 MB" in shown


def test_rename(browser, ada, logs):
    client, url = browser(ada), f"/files/searches/{logs.pk}/rename"
    assert 'value="Bad logs"' in text(client.get(url))
    client.post(url, {"name": "Worse logs"})
    logs.refresh_from_db()
    assert (logs.name, logs.criteria["query"]) == ("Worse logs", "error")
    page = text(client.post(url, {"name": "x" * 81}), 400)
    assert "x" * 81 in page


def test_delete_and_undo(browser, ada, logs):
    client, criteria = browser(ada), logs.criteria
    page = text(client.post(f"/files/searches/{logs.pk}/delete", follow=True))
    assert "“Bad logs” is deleted." in page
    assert not SavedSearch.objects.exists()
    undo = re.search(rf'action="({NEW}[^"]*)"', page)
    assert undo
    answer = client.post(undo[1].replace("&amp;", "&"), {"next": "/files/searches"})
    assert (answer.status_code, answer["Location"]) == (302, "/files/searches")
    back = SavedSearch.objects.get(owner=ada)
    assert (back.name, back.criteria) == ("Bad logs", criteria)
    assert AuditEntry.objects.filter(action="search.saved", actor=ada).count() == 2


def test_an_outsider_finds_none(browser, ben, logs):
    client = browser(ben)
    assert "Bad logs" not in text(client.get("/files")) + text(client.get("/files/searches"))
    url = f"/files/searches/{logs.pk}"
    assert client.get(url).status_code == 404
    assert client.get(f"{url}/rename").status_code == 404
    for path in ("/rename", "/delete"):
        assert client.post(url + path, {"name": "x"}).status_code == 404
    logs.refresh_from_db()
    assert logs.name == "Bad logs"


def test_staff_have_their_own(browser, otto, logs):
    client = browser(otto)
    assert "Bad logs" not in text(client.get("/files")) + text(client.get("/files/searches"))


def test_viewers_have_their_own(browser, vera):
    client = browser(vera)
    text(client.post(f"{NEW}?search=x", {"name": "mine"}, follow=True))
    assert "mine" in text(client.get("/files/searches"))


def test_the_list_costs_the_same_however_long_it_is(browser, ada, django_assert_num_queries):
    client = browser(ada)
    for count in (1, 8):
        for number in range(count):
            client.post(f"{NEW}?search=x", {"name": f"{count} {number}"})
        text(client.get("/files/searches"))
        with django_assert_num_queries(5):  # session, account, jobs, count, searches
            client.get("/files/searches")
