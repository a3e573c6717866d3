"""A real browser (Debian's Chromium) on the running product."""

import shutil
from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.stack import Stack

Theme = Literal["light", "dark"]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# What comes at once on a quiet machine; playwright's own five seconds are not enough on a busy one.
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser; a machine without it fails. While it lives, playwright's event loop keeps others from theirs."""
    path = shutil.which("chromium")
    assert path, "Chromium is missing: scripts/system-packages.sh installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def theme() -> Theme:
    """What the browser of a test prefers; modules choose, so that each theme sees half of the pages."""
    return "light"


@pytest.fixture
def context(theme: Theme, chromium: Browser, stack: Stack) -> Iterator[BrowserContext]:
    """A browser of a new user."""
    opened = chromium.new_context(color_scheme=theme, base_url=stack.url, accept_downloads=True)
    opened.set_default_timeout(PATIENCE_MS)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that must not log an error."""
    opened = context.new_page()
    troubles: list[str] = []
    opened.on("console", lambda message: troubles.append(message.text) if _is_error(message) else None)
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    yield opened
    assert troubles == []


def _is_error(message: ConsoleMessage) -> bool:
    # htmx calls it an error that a newer request took the place of an older one.
    aborted = message.text.startswith(("htmx:afterRequest,", "htmx:sendAbort,"))
    return message.type == "error" and not aborted
