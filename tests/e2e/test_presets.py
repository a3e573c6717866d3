"""Staff make a preset, a user works with it, and its page says what came of that."""

import re
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.people import sign_in, sign_up
from tests.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("stack")]


def choose(page: Page, codec: str) -> None:
    """Choose a codec; its parameters come with it."""
    with page.expect_response(lambda response: "/compress/options" in response.url):
        page.locator("select[name=algorithm]").select_option(codec, force=True)


def confirmed(page: Page, label: str) -> None:
    """Press a button that asks before it acts, and say yes."""
    page.get_by_role("button", name=label, exact=True).click()
    dialog = page.locator("#confirm")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name=label, exact=True).click()


def test_a_preset_from_its_making_to_its_first_outcome(
    page: Page, chromium: Browser, stack: Stack, tmp_path: Path
) -> None:
    name = f"logs-{uuid4().hex[:8]}"
    sign_in(page, "admin", stack.password)
    page.get_by_role("link", name="Algorithms", exact=True).click()
    page.get_by_role("link", name="New preset").click()
    page.get_by_label("Name", exact=False).first.fill(name)
    choose(page, "lz4")
    page.get_by_role("slider", name="Level").fill("9")
    page.get_by_role("button", name="Make a draft").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    expect(page.get_by_text("Nobody has used it yet")).to_be_visible()
    confirmed(page, "Take to testing")
    expect(page.get_by_role("button", name="Activate")).to_be_disabled()
    page.get_by_role("button", name="Test", exact=True).click()
    expect(page.get_by_text("passed", exact=True).first).to_be_attached()
    expect(page.get_by_role("button", name="Activate")).to_be_enabled()
    confirmed(page, "Activate")
    expect(page.get_by_text("active", exact=True).first).to_be_visible()

    context = chromium.new_context(base_url=stack.url)
    user = context.new_page()
    sign_up(user)
    given = tmp_path / "access.log"
    given.write_text("\n".join(f"GET /{name}/{i % 97} 200 {i * i % 7919}" for i in range(20_000)))
    user.goto(f"/algorithms/{name}")
    user.get_by_role("link", name="Compress with it").first.click()
    user.locator("input[type=file]").first.set_input_files(given)
    expect(user.get_by_text(given.name)).to_be_visible()
    user.get_by_role("button", name="Compress", exact=True).click()
    expect(user.get_by_text("verified", exact=True)).to_be_visible()

    user.get_by_role("link", name="History", exact=True).click()
    user.get_by_role("combobox", name="Algorithm").select_option(name)
    expect(user).to_have_url(re.compile(f"algorithm={name}"))
    expect(user.get_by_role("link", name=given.name)).to_be_visible()
    user.reload()
    user.get_by_role("link", name=name).first.click()
    expect(user.get_by_role("heading", name="By kind of content", exact=True)).to_be_visible()
    expect(user.get_by_role("link", name="Log", exact=True)).to_be_visible()
    expect(user.get_by_text("Too few contents")).to_be_visible()
    user.get_by_role("link", name=given.name).first.click()
    expect(user.get_by_text("verified", exact=True)).to_be_visible()
    context.close()
