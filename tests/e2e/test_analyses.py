"""A file is looked at: its columns, its pictures, and the map of what it was compressed to."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.people import sign_up

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("stack")]

TABLE = "when,place,value\n" + "".join(
    f"2024-01-{1 + n % 28:02d},{'ABC'[n % 3]}{n % 7},{n * 37 % 1000 / 10}\n" for n in range(3000)
)


def test_from_an_upload_to_columns_pictures_and_blocks(page: Page, tmp_path: Path) -> None:
    sign_up(page)
    (tmp_path / "measured.csv").write_text(TABLE)
    page.get_by_role("link", name="Analyse", exact=True).click()
    page.locator("input[type=file]").first.set_input_files(tmp_path / "measured.csv")
    page.get_by_role("button", name="Analyse", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("measured.csv")
    expect(page.get_by_text(re.compile("Lines of 3 fields")).first).to_be_visible()
    columns = page.get_by_role("table", name="Columns")
    expect(columns.get_by_role("rowheader", name="place")).to_be_visible()

    chart = page.locator("#histogram")
    chart.locator(".part").first.focus()
    expect(chart.locator(".chart-tip")).to_contain_text("0x00")
    page.keyboard.press("ArrowRight")
    expect(chart.locator(".chart-tip")).to_contain_text("0x01")
    expect(chart.locator(".chart-table")).to_be_hidden()
    chart.get_by_role("button", name="Table").click()
    expect(chart.get_by_role("rowheader", name="line end")).to_be_visible()

    page.get_by_role("link", name="Compress with dcz").click()
    page.get_by_role("button", name="Compress", exact=True).click()
    page.get_by_role("link", name="Map of its blocks").click(timeout=60_000)
    expect(page.get_by_role("table", name="Blocks with the next best")).to_be_visible(timeout=60_000)
    expect(page.locator("#blocks .part")).to_have_count(1)
