"""A folder of files, compressed as a whole; an archive taken apart; algorithms compared: in a real browser."""

import io
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.people import sign_up

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("stack")]

LINES = "a line of words and words and words again\n"


def downloaded(page: Page, name: str, path: Path) -> bytes:
    with page.expect_download() as started:
        page.get_by_role("link", name=re.compile(name)).first.click()
    started.value.save_as(path)
    return path.read_bytes()


def test_a_folder_goes_up_is_compressed_as_a_whole_and_comes_down_as_one(page: Page, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    for name in ("index.html", "logs/one.log", "logs/deep/two.log"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(LINES * (50 + len(name)))
    sign_up(page)
    page.goto("/files")
    page.locator("#upload input[webkitdirectory]").set_input_files(folder)
    expect(page.locator("#files tbody th a")).to_have_count(3)
    expect(page.locator("#files")).to_contain_text("site/logs/deep")

    page.get_by_role("checkbox", name="Pick all rows of this page").check()
    page.get_by_role("group", name="With the picked rows").get_by_role("button", name="Compress").click()
    expect(page.locator("#plan")).to_contain_text("two.log")
    page.get_by_role("button", name="Compress: 3 files").click()
    expect(page.get_by_text("Download all as ZIP")).to_be_visible()
    page.reload()
    archive = downloaded(page, "Download all as ZIP", tmp_path / "all.zip")
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert sorted(opened.namelist()) == [
            "site/index.html.zst",
            "site/logs/deep/two.log.zst",
            "site/logs/one.log.zst",
        ]


def test_an_archive_gives_its_files(page: Page, tmp_path: Path) -> None:
    given = tmp_path / "backup.zip"
    with zipfile.ZipFile(given, "w") as archive:
        for name in ("readme.txt", "data/a.csv"):
            archive.writestr(name, LINES)
    sign_up(page)
    page.goto("/decompress")
    page.locator("input[type=file]").first.set_input_files(given)
    expect(page.get_by_text(given.name)).to_be_visible()
    page.get_by_role("button", name="Decompress", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("backup.zip")
    expect(page.get_by_role("link", name="data/a.csv")).to_be_visible()
    page.get_by_role("link", name="Show in files").click()
    expect(page.locator("#files tbody th a")).to_have_count(2)


def test_a_comparison_says_what_is_best_for_a_link(page: Page, tmp_path: Path) -> None:
    given = tmp_path / "words.txt"
    given.write_text(LINES * 3000)
    sign_up(page)
    page.goto("/compare")
    page.locator("input[type=file]").first.set_input_files(given)
    expect(page.get_by_text(given.name)).to_be_visible()
    page.get_by_role("button", name="None").click()
    for name in ("zstd", "gzip", "store"):
        page.get_by_role("checkbox", name=name, exact=True).check()
    page.get_by_label("Time", exact=True).select_option("10")
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.get_by_role("heading", name="Which one for this link?")).to_be_visible(timeout=40_000)
    expect(page.locator("#candidates tbody tr")).to_have_count(3)

    slider = page.get_by_label("Bandwidth of the link").last
    slider.focus()
    slider.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("10.0.kbit/s"))
    expect(page).to_have_url(re.compile("bandwidth_mbit_s=0.01"))
    page.reload()
    expect(page.locator("#link-slider")).to_have_attribute("aria-valuetext", re.compile("10.0.kbit/s"))
    page.locator("#candidates").get_by_role("link", name="Candidate").click()
    expect(page).to_have_url(re.compile("ordering=name"))
    page.get_by_role("link", name="Compress with this").first.click()
    expect(page.get_by_text(given.name).first).to_be_visible()
