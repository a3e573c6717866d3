"""The main job as a new user does it, in a real browser on the running product."""

import hashlib
import random
import re
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Theme
from tests.e2e.people import sign_up

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("stack")]


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest) -> Theme:
    chosen: Theme = request.param
    return chosen


def choose_algorithm(page: Page, name: str) -> None:
    with page.expect_response(lambda response: "/compress/options" in response.url):
        page.locator("select[name=algorithm]").select_option(name, force=True)


def download(page: Page, path: Path) -> bytes:
    with page.expect_download() as started:
        page.get_by_role("link", name=re.compile("^Download")).first.click()
    started.value.save_as(path)
    return path.read_bytes()


def test_a_new_user_gets_back_exactly_what_they_gave(page: Page, tmp_path: Path) -> None:
    rows = "\n".join(f"{i},{i * i % 977},station {i % 7}" for i in range(30_000))
    given = tmp_path / "readings für alle.csv"
    given.write_text(rows)
    sign_up(page)

    page.get_by_role("link", name="Compress a file").first.click()
    page.locator("input[type=file]").first.set_input_files(given)
    expect(page.get_by_text(given.name)).to_be_visible()
    choose_algorithm(page, "xz")
    page.get_by_role("button", name="Compress", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_contain_text(given.name)
    expect(page.get_by_text("verified", exact=True)).to_be_visible()
    packed = tmp_path / "packed.xz"
    assert len(download(page, packed)) < len(rows) / 3
    assert subprocess.run(["xz", "-dc", packed], check=True, capture_output=True).stdout == given.read_bytes()

    page.get_by_role("link", name="Decompress", exact=True).last.click()
    page.get_by_role("button", name="Decompress", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{given.name}.xz")
    back = download(page, tmp_path / "back.csv")
    assert hashlib.sha256(back).hexdigest() == hashlib.sha256(given.read_bytes()).hexdigest()


def test_a_long_job_shows_its_progress_and_can_be_cancelled(page: Page, tmp_path: Path) -> None:
    rng = random.Random(3)
    words = [rng.randbytes(4).hex() for _ in range(5000)]
    given = tmp_path / "long.txt"
    given.write_text(" ".join(rng.choices(words, k=5_000_000)))
    sign_up(page)
    page.goto("/compress?algorithm=xz")
    page.locator("input[type=file]").first.set_input_files(given)
    expect(page.get_by_text(given.name)).to_be_visible()
    page.get_by_role("button", name="Compress", exact=True).click()

    expect(page).to_have_url(re.compile("/jobs/"))
    bar = page.get_by_role("progressbar").first
    expect(bar).to_have_attribute("value", re.compile("[1-9]"))
    page.reload()
    expect(bar).to_have_attribute("value", re.compile("[1-9]"))
    page.get_by_role("button", name="Cancel").first.hover()
    with page.expect_response(lambda response: "/jobs/" in response.url):
        page.mouse.down()
    page.wait_for_timeout(500)  # news of the progress has come; the button must not have gone
    page.mouse.up()
    expect(page.get_by_text("cancelled", exact=True).first).to_be_visible()
