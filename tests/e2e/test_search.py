"""Searching among files, and doing things with what is found, in a real browser on the running product."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Theme
from tests.e2e.people import sign_up

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("stack")]


@pytest.fixture
def theme() -> Theme:
    return "dark"


TEXTS = {
    "monday.log": "08:00 pump started\n08:05 valve open\n",
    "tuesday.log": "09:00 valve open\n09:30 pressure falls\n",
    "notes.md": "# Notes\n\nAsk about the valve <script>document.title = 'harm'</script> again.\n",
    "sizes.csv": "a,b\n1,2\n",
}


def rows(page: Page) -> Locator:
    return page.locator("#files tbody th a")


def upload(page: Page, folder: Path) -> None:
    for name, text in TEXTS.items():
        (folder / name).write_text(text)
    page.goto("/files")
    page.locator("#upload-input").set_input_files([folder / name for name in TEXTS])
    expect(rows(page)).to_have_count(len(TEXTS))


def search(page: Page, words: str, count: int) -> None:
    """Search until the texts were read, which takes a second."""
    field = page.get_by_label("Words of names, folders, tags and texts")
    for _ in range(20):
        with page.expect_response(lambda response: f"search={words}" in response.url):
            field.fill("")
            field.fill(words)
        if rows(page).count() == count:
            break
        page.wait_for_timeout(500)
    expect(rows(page)).to_have_count(count)


def test_search_narrow_save_tag_delete_and_undo(page: Page, tmp_path: Path) -> None:
    sign_up(page)
    upload(page, tmp_path)

    search(page, "valve", 3)
    expect(page.locator("#files mark").first).to_have_text("valve")
    expect(page.locator("#files")).to_contain_text("<script>document.title")

    page.locator("#facets").get_by_role("link", name=re.compile("^Log")).click()
    expect(rows(page)).to_have_count(2)
    expect(page).to_have_url(re.compile(r"search=valve&kind=log"))
    expect(page.get_by_role("link", name=re.compile("^Log ?, chosen"))).to_be_focused()

    page.get_by_role("button", name="Save this search").click()
    page.get_by_label("Name", exact=True).fill("Valves")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("“Valves” is saved.")).to_be_visible()

    page.get_by_label("Pick monday.log").check()
    page.get_by_label("Pick tuesday.log").check()
    expect(page.get_by_text("2 picked")).to_be_visible()
    page.get_by_role("button", name="Add tags").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Add tags")
    page.get_by_label("Tags").fill("plant, urgent")
    page.get_by_role("button", name="Add tags: 2 files").click()
    expect(page.get_by_text("2 files have the tags now.")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/files\?search=valve&kind=log$"))
    expect(page.locator("#facets").get_by_role("link", name=re.compile("urgent"))).to_have_count(0)

    page.get_by_label("Pick tuesday.log").check()
    page.get_by_role("group", name="With the picked rows").get_by_role("button", name="Delete").click()
    expect(page.locator("#plan")).to_contain_text("tuesday.log")
    page.get_by_role("button", name="Delete: 1 file").click()
    expect(page.get_by_text("1 file is deleted.")).to_be_visible()
    expect(rows(page)).to_have_text(["monday.log"])
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("1 file is back.")).to_be_visible()
    expect(rows(page)).to_have_count(2)

    page.get_by_role("link", name="Clear all").click()
    expect(rows(page)).to_have_count(len(TEXTS))
    expect(page.get_by_label("Words of names, folders, tags and texts")).to_have_value("")
    page.get_by_text("Saved searches").click()
    page.get_by_role("link", name="Valves").click()
    expect(rows(page)).to_have_count(2)


def test_what_was_picked_outlives_what_arrives(page: Page, tmp_path: Path) -> None:
    sign_up(page)
    upload(page, tmp_path)
    page.get_by_label("Pick sizes.csv").check()
    (tmp_path / "late.txt").write_text("late")
    page.locator("#upload-input").set_input_files(tmp_path / "late.txt")
    expect(rows(page)).to_have_count(len(TEXTS) + 1)
    expect(page.get_by_label("Pick sizes.csv")).to_be_checked()
    expect(page.get_by_text("1 picked")).to_be_visible()
    expect(page.locator("#criteria")).to_contain_text(f"{len(TEXTS) + 1} files")
    expect(page.locator("#use")).not_to_contain_text("take 0 bytes")
