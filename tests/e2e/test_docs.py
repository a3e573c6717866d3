"""The documentation of the API in a browser: in the theme of the platform, under the policy of all pages."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.people import sign_up

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("stack")]


def background(page: Page) -> int:
    """Return how bright the page is behind its text, from 0 to 255."""
    shown: str = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    return int(shown.removeprefix("rgb(").split(",")[0])


def test_the_docs_follow_the_theme_and_answer_calls(page: Page) -> None:
    page.goto("/api/v1/docs")
    dark: bool = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    assert (background(page) < 60) is dark
    call = page.locator("#operations-health-get_health_live")
    call.locator(".opblock-summary-control").click()
    call.get_by_role("button", name="Try it out").click()
    call.get_by_role("button", name="Execute").click()
    expect(call.locator(".live-responses-table .response-col_status").last).to_contain_text("200")

    page.context.add_cookies([{"name": "theme", "value": "light" if dark else "dark", "url": page.url}])
    page.reload()
    assert (background(page) < 60) is not dark


def test_sockets_of_a_page_are_within_its_policy(page: Page) -> None:
    """The fixture refuses what the browser says in its console, which a violation is."""
    with page.expect_websocket() as opened:
        sign_up(page)
    assert opened.value.url.endswith("/api/v1/events/stream")
    answer = page.reload()
    assert answer is not None
    assert "connect-src 'self';" in answer.headers["content-security-policy"]
