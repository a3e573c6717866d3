"""Tables: the address holds the whole state, whatever is chosen in whichever order, and columns are remembered."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.people import PASSWORD, sign_in, sign_up
from tests.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("stack")]


def test_filters_and_order_of_a_table_go_together(page: Page) -> None:
    sign_up(page)
    page.goto("/algorithms")
    table = page.locator("#algorithms")
    sort = table.get_by_role("columnheader", name="Algorithm").get_by_role("link")
    sort.click()
    expect(page).to_have_url(re.compile("ordering="))
    first = re.search("ordering=[^&]*", page.url)
    assert first

    page.get_by_role("searchbox").fill("z")
    expect(page).to_have_url(re.compile("search=z"))
    assert first[0] in page.url
    expect(sort).to_have_attribute("href", re.compile("search=z"))  # the address comes before the table

    sort.click()
    expect(page).not_to_have_url(re.compile(f"{first[0]}(&|$)"))
    assert "search=z" in page.url

    page.get_by_role("searchbox").fill("snappy")
    sort.click()  # before the words have been asked for
    expect(page).to_have_url(re.compile("search=snappy"))
    expect(table.locator("tbody tr")).to_have_count(1)
    assert first[0] in page.url
    page.reload()
    expect(table.locator("tbody tr")).to_have_count(1)


def test_columns_follow_the_account_to_another_computer(page: Page, chromium: Browser, stack: Stack) -> None:
    name = sign_up(page)
    page.goto("/algorithms")
    page.locator("#algorithms summary", has_text="Columns").click()
    with page.expect_response(
        lambda answer: answer.url.endswith("/account/columns") and answer.status == 204
    ):
        page.get_by_role("checkbox", name="Family").uncheck()
        page.get_by_role("checkbox", name="Extension").check()
    expect(page.get_by_role("columnheader", name="Family")).to_be_hidden()

    other = chromium.new_context(base_url=stack.url)
    elsewhere = other.new_page()
    sign_in(elsewhere, name, PASSWORD)
    elsewhere.goto("/algorithms")
    expect(elsewhere.get_by_role("columnheader", name="Extension")).to_be_visible()
    expect(elsewhere.get_by_role("columnheader", name="Family")).to_be_hidden()
    other.close()

    page.reload()
    expect(page.get_by_role("columnheader", name="Family")).to_be_hidden()


def test_the_actions_of_a_row_stay_within_reach_on_a_narrow_page(page: Page) -> None:
    sign_up(page)
    page.goto("/files")
    page.locator("#upload input[type=file]").first.set_input_files(
        {"name": "measurements-of-a-long-winter.json", "mimeType": "application/json", "buffer": b"{}"}
    )
    download = page.locator("#files").get_by_role("link", name=re.compile("^Download"))
    expect(download).to_have_count(1)
    for width in (1280, 420):
        page.set_viewport_size({"width": width, "height": 800})
        expect(download).to_be_in_viewport(ratio=1)
    assert page.locator("#files .table-scroll").evaluate("all => all.scrollWidth > all.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
