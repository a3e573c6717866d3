"""An optimisation is begun, watched and ended with the keyboard alone."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.people import sign_up

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("stack")]

LOG = "".join(
    f"2024-01-{1 + n % 28:02d} 10:{n % 60:02d} took {n * 7919 % 1000} ms of {n * 31 % 977}\n"
    for n in range(40_000)
)


def tab_to(page: Page, goal: Locator) -> None:
    """Go on with the tabulator until this has the focus."""
    for _ in range(500):  # each point of a chart is a stop, and there are more of them all the time
        if goal.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{goal} is not reached")


def test_the_focus_stays_while_the_search_goes_on(page: Page, tmp_path: Path) -> None:
    sign_up(page)
    (tmp_path / "took.log").write_text(LOG)
    page.goto("/optimise")
    page.locator("input[type=file]").first.set_input_files(tmp_path / "took.log")
    tab_to(page, page.get_by_label("Seconds to search"))
    page.keyboard.press("End")
    tab_to(page, page.get_by_role("button", name="Optimise", exact=True))
    page.keyboard.press("Enter")

    state = page.locator("#optimisation-state")
    first = state.locator(".chart-point").first
    expect(first).to_be_visible()
    tab_to(page, state.get_by_role("button", name="Table"))
    page.keyboard.press("Enter")
    expect(state.locator(".chart-table")).to_be_visible()
    old = state.element_handle()
    page.wait_for_function("old => !old.isConnected", arg=old)
    expect(state.get_by_role("button", name="Table")).to_be_focused()
    expect(state.locator(".chart-table")).to_be_visible()
    page.keyboard.press("Enter")
    tab_to(page, first)
    expect(state.locator(".chart-tip")).to_contain_text("after")

    page.keyboard.press("Shift+Tab")
    tab_to(page, state.get_by_role("button", name="Enough: keep the best"))
    page.keyboard.press("Enter")
    expect(state.get_by_text("succeeded", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="The result")).to_be_visible()
    tab_to(page, page.get_by_role("link", name=re.compile("^Download")))
