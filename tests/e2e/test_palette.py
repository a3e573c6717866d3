"""The palette: Ctrl K leads to pages, to algorithms and to a search among the files."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.people import sign_up

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("stack")]


def test_the_palette_leads_to_algorithms_and_to_a_search_among_the_files(page: Page) -> None:
    sign_up(page)
    page.goto("/")
    options = page.locator("#palette").get_by_role("option")

    page.keyboard.press("Control+k")
    expect(options.filter(has_text="bzip3")).to_have_count(1)
    page.keyboard.type("bzip3")
    expect(options.first).to_contain_text("Algorithm")
    expect(options.last).to_contain_text("Search files for “bzip3”")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/algorithms/bzip3$"))

    page.get_by_role("button", name="search files").click()
    page.keyboard.type("two words")
    expect(options).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/files\?search=two\+words$"))
    expect(page.locator("#search-words")).to_have_value("two words")
