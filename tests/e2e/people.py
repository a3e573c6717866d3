"""What every new user does first."""

import re
from uuid import uuid4

from playwright.sync_api import Page, expect

PASSWORD = "a long enough sentence"


def sign_up(page: Page) -> str:
    """Sign up under a name that nobody has, and be on the start page; return the name."""
    page.goto("/")
    page.get_by_role("link", name=re.compile("sign up|create an account", re.I)).click()
    name = f"u{uuid4().hex[:10]}"
    page.get_by_label("User name").fill(name)
    page.get_by_label("E-mail").fill(f"{name}@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name=re.compile("sign up|create", re.I)).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    return name


def sign_in(page: Page, name: str, password: str) -> None:
    """Sign in with an account that there is, and be on the start page."""
    page.goto("/sign-in")
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
