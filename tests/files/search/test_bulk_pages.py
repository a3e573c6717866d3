"""Doing something with many files in the browser: what it touches is shown, then it is done."""

import re
from dataclasses import replace

import pytest

from files.actions import actions
from files.models import File


def text(response, status: int = 200) -> str:
    assert response.status_code == status, response.content
    return response.content.decode()


def shown(page: str) -> str:
    """Return the digest that the form sends along."""
    found = re.search(r'name="shown" value="(\w+)"', page)
    assert found
    return found[1]


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", page.split("<main", 1)[1])).replace("\xa0", " ")


@pytest.fixture
def four(ada, stored):
    return [stored(ada, bytes([n]) * (n + 1), f"file {n}.bin", tags=["old"]) for n in range(4)]


@pytest.fixture
def step(browser):
    """Return a function that picks as an account, and answers the client, the address of the step and its page."""

    def go(user, action, address="", **picked):
        client = browser(user)
        answer = client.post(f"/files/bulk/{action}{address}", picked)
        assert answer.status_code == 302, answer.content
        return client, answer["Location"], text(client.get(answer["Location"]))

    return go


def ids(files) -> list[str]:
    return [str(file.pk) for file in files]


def test_the_list_offers_what_can_be_done_with_picked_files(browser, ada, four):
    page = text(browser(ada).get("/files?search=file&ordering=name"))
    for name in ("compress", "tag", "untag", "delete"):
        assert f'formaction="/files/bulk/{name}?search=file&amp;ordering=name"' in page
    assert "restore?" not in page.replace("/restore", "")
    assert page.count('name="selected"') == 4
    assert 'name="all"' not in page


def test_all_that_match_can_be_meant_where_a_page_has_not_all(browser, ada, stored):
    for number in range(51):
        stored(ada, b"x", f"file {number}.txt")
    page = text(browser(ada).get("/files?search=file"))
    assert "All 51 that match" in page
    assert 'name="all" value="1"' in page


def test_tags_go_on_what_was_picked(step, ada, four):
    client, url, page = step(ada, "tag", "?search=file&ordering=-size&page=1", selected=ids(four[:2]))
    assert url == f"/files/bulk/tag?search=file&ordering=-size&page=1&file={four[0].pk}&file={four[1].pk}"
    assert "2 files 3 bytes file 0.bin 1 byte file 1.bin 2 bytes" in plain(page)
    assert 'href="/files?search=file&amp;ordering=-size"' in page  # the way back
    answer = client.post(url, {"shown": shown(page), "tags": "spring, old"})
    assert (answer.status_code, answer["Location"]) == (302, "/files?search=file&ordering=-size")
    assert "2 files have the tags now." in text(client.get("/files"))
    assert [file.tags for file in File.objects.order_by("pk")] == [["old", "spring"]] * 2 + [["old"]] * 2


def test_all_that_a_search_finds_is_deleted_and_comes_back(step, ada, stored, four):
    stored(ada, name="other.txt")
    client, url, page = step(ada, "delete", "?search=file", all="1", selected=ids(four[:1]))
    assert url == "/files/bulk/delete?search=file&all=1"
    assert "All that is found by file Files 4 files 10 bytes" in plain(page)
    page = text(client.post(url, {"shown": shown(page)}, follow=True))
    assert "4 files are deleted." in page
    assert [file.name for file in File.objects.visible_to(ada)] == ["other.txt"]
    undo = re.search(r'action="(/files/undo[^"]*)"', page)
    assert undo
    back = undo[1].replace("&amp;", "&")
    answer = client.post(back, {"next": "/files?search=file"})
    assert (answer.status_code, answer["Location"]) == (302, "/files?search=file")
    assert "4 files are back." in text(client.get("/files"))
    assert File.objects.visible_to(ada).count() == 5
    assert "No file is back." in text(client.post(back, follow=True))


def test_what_came_meanwhile_is_shown_before_it_is_touched(step, ada, stored, four):
    client, url, page = step(ada, "delete", "?search=file", all="1")
    stored(ada, name="file late.bin")
    page = text(client.post(url, {"shown": shown(page)}), 409)
    assert "Not quite the same files as before" in page
    assert "file late.bin" in page
    assert File.objects.visible_to(ada).count() == 5
    text(client.post(url, {"shown": shown(page)}, follow=True))
    assert File.objects.visible_to(ada).count() == 0


def test_what_cannot_be_done_is_told_with_its_reason_first(step, ada, ben, stored, four):
    File.objects.filter(pk=four[0].pk).update(tags=[str(n) for n in range(20)])
    client, url, page = step(ada, "tag", selected=ids([*four[:2], stored(ben, name="his.txt")]))
    assert "Left out: 1 There is no such file, or it is not yours." in plain(page)
    assert "his.txt" not in page
    filled = text(client.get(f"{url}&tags=new"))  # as scripts ask while somebody types
    assert "Left out: 2 file 0.bin : It would have more than 20 tags." in plain(filled)
    page = text(
        client.post(url, {"shown": shown(page), "tags": "new"}), 409
    )  # without scripts it is shown now
    assert "It would have more than 20 tags." in page
    page = text(client.post(url, {"shown": shown(page), "tags": "new"}, follow=True))
    assert "1 file has the tags now. 2 were left out." in page
    assert [file.tags for file in File.objects.filter(tags__contains=["new"])] == [["old", "new"]]


def test_a_form_keeps_what_was_typed_and_does_nothing(step, ada, four):
    client, url, page = step(ada, "tag", selected=ids(four))
    for tags, words in (("", "Which tags?"), ("x" * 51, "Must have 1 to 50 characters.")):
        answer = text(client.post(url, {"shown": shown(page), "tags": tags}), 400)
        assert words in answer
        assert f'value="{tags}"' in answer or not tags
    assert set(File.objects.values_list("tags__0", flat=True)) == {"old"}


def test_with_none_of_them_nothing_can_be_done(step, ada, ben, stored):
    _, _, page = step(ada, "delete", selected=ids([stored(ben)]))
    assert "Nothing to do" in page
    assert "Delete: " not in page


def test_too_many_are_refused(step, ada, browser, four, monkeypatch):
    monkeypatch.setitem(actions._items, "delete", replace(actions.get("delete"), most=3))
    client = browser(ada)
    assert "More than 3 files at once are too many." in text(client.get("/files/bulk/delete?all=1"), 422)
    assert client.post("/files/bulk/delete?all=1", {"shown": "x"}).status_code == 422
    assert File.objects.visible_to(ada).count() == 4


@pytest.mark.parametrize("address", ["", "?search=file", "?file=nonsense"])
def test_nothing_picked_is_told(browser, ada, four, address):
    client = browser(ada)
    answer = client.get(f"/files/bulk/delete{address}")
    assert answer.status_code == 302
    assert "Pick some files first." in text(client.get(answer["Location"]))
    assert client.post(f"/files/bulk/delete{address}", {"shown": "x"}).status_code == 302
    assert File.objects.visible_to(ada).count() == 4


def test_only_what_the_page_offers_is_done_there(browser, ada, four):
    client = browser(ada)
    for name in ("restore", "paint"):
        assert client.get(f"/files/bulk/{name}?all=1").status_code == 404
    assert client.post("/files/undo?action=delete").status_code == 400
    assert client.post("/files/undo?action=paint&deleted_at=2026-01-01T00:00:00Z").status_code == 422
    assert File.objects.visible_to(ada).count() == 4


def test_an_outsider_touches_nothing(step, ada, ben, four):
    client, url, page = step(ben, "delete", selected=ids(four))
    assert "file 0.bin" not in page
    client.post(url, {"shown": shown(page)})
    assert File.objects.visible_to(ada).count() == 4


def test_a_viewer_sees_no_way_to_change(browser, vera, stored):
    file = stored(vera, name="mine.txt")
    client = browser(vera)
    page = text(client.get("/files"))
    assert "mine.txt" in page
    assert "/files/bulk/" not in page
    assert 'name="selected"' not in page
    assert client.get(f"/files/bulk/delete?file={file.pk}").status_code == 403
    assert client.post(f"/files/bulk/delete?file={file.pk}", {"shown": "x"}).status_code == 403
    assert client.post("/files/undo?action=restore&deleted_at=2026-01-01T00:00:00Z").status_code == 403
    assert File.objects.visible_to(vera).count() == 1


def test_names_are_no_markup(step, ada, stored):
    _, _, page = step(ada, "delete", selected=ids([stored(ada, name="<script>x.txt")]))
    assert "<script>x" not in page
    assert "&lt;script&gt;x.txt" in page


def test_it_costs_the_same_however_many_there_are(browser, ada, stored, django_assert_num_queries):
    client = browser(ada)
    for count in (1, 30):
        for number in range(count):
            stored(ada, b"x", f"{count} {number}.txt")
        client.get("/files/bulk/delete?all=1")
        with django_assert_num_queries(4):  # session, account, jobs, files
            client.get("/files/bulk/delete?all=1")
