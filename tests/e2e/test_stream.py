"""A file straight through, in a real browser on the running product."""

import hashlib
import os
import random
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.core.crew import until
from tests.e2e.conftest import Theme
from tests.e2e.people import sign_up
from tests.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("stack")]


@pytest.fixture
def theme() -> Theme:
    return "dark"


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def choose(page: Page, path: Path) -> None:
    with page.expect_response(lambda response: "name=" in response.url):
        page.locator("#stream-file").set_input_files(path)


def saved(page: Page, path: Path) -> str:
    """Press Start, keep what comes back, and return the name that it has."""
    with page.expect_download() as started:
        page.get_by_role("button", name="Start").click()
    started.value.save_as(path)
    return started.value.suggested_filename


def test_there_and_back_gives_the_very_file(page: Page, tmp_path: Path) -> None:
    words = [random.randbytes(5).hex() for _ in range(20_000)]
    given = tmp_path / "it's größe.txt"
    given.write_text(" ".join(random.choices(words, k=2_000_000)))  # 22 MB, more than all buffers between
    sign_up(page)
    page.get_by_role("link", name="Stream", exact=True).click()
    choose(page, given)
    with page.expect_response(lambda response: "algorithm=gzip" in response.url):
        page.locator("select[name=algorithm]").select_option("gzip", force=True)
    expect(page.get_by_text("algorithm=gzip").first).to_be_visible()
    packed = tmp_path / "packed"
    assert saved(page, packed) == "it's größe.txt.gz"
    assert packed.stat().st_size < given.stat().st_size
    expect(page.get_by_role("heading", name="Done")).to_be_visible()
    expect(page.get_by_text("× smaller")).to_be_visible()

    packed = packed.rename(tmp_path / "it's größe.txt.gz")
    with page.expect_response(lambda response: "operation=decompress" in response.url):
        page.get_by_label("Decompress", exact=True).check()
    expect(page.get_by_role("combobox", name="Algorithm")).to_have_value("Find it from the bytes")
    choose(page, packed)
    back = tmp_path / "back"
    assert saved(page, back) == given.name
    assert sha256(back) == sha256(given)
    page.get_by_role("link", name="Files", exact=True).click()
    expect(page.get_by_text("No files yet")).to_be_visible()  # nothing was kept


def test_cancel_stops_the_work_and_leaves_nothing(page: Page, stack: Stack, tmp_path: Path) -> None:
    given = tmp_path / "long.txt"
    given.write_text(random.randbytes(30_000_000).hex())
    sign_up(page)
    page.goto("/stream?operation=compress&algorithm=xz&level=9")
    choose(page, given)
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("progressbar", name="Sent")).to_be_visible()
    page.wait_for_timeout(1000)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("heading", name="Cancelled")).to_be_visible()
    failed = page.get_by_role("row").filter(has_text="failed")
    for _ in range(240):  # what was on its way stands between the server and the news
        page.goto("/history")
        if failed.count():
            break
        page.wait_for_timeout(500)
    expect(failed).to_have_count(1)
    staging = stack.data / "objects" / "staging"
    until(lambda: not any(path.is_file() for path in staging.iterdir()))


def test_what_is_refused_is_said_with_its_number(context: BrowserContext, tmp_path: Path) -> None:
    page = context.new_page()  # whose browser may note that there was a 422
    given = tmp_path / "noise.bin"
    given.write_bytes(os.urandom(100_000))
    sign_up(page)
    page.goto("/stream?operation=decompress")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("Choose a file first.")).to_be_visible()
    choose(page, given)
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("Name the algorithm", exact=False).first).to_be_visible()
    expect(page.get_by_text("request ", exact=False).first).to_be_visible()
