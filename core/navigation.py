"""The left navigation: what the apps registered, in the order of the tasks; only pages that exist appear."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from core.access.matrix import find
from core.access.roles import Role
from core.registry import Registry
from core.topbar import Counts

SECTIONS = ("", "Work", "Study", "Make", "Watch")


@dataclass(frozen=True)
class NavItem:
    """One page of the navigation. `prefix` marks it as current for every address below."""

    section: str
    label: str
    url_name: str
    icon: str
    order: int


items: Registry[NavItem] = Registry("page of the navigation")


def add(section: str, label: str, url_name: str, *, icon: str, order: int) -> None:
    """Register a page; called in `AppConfig.ready`."""
    if section not in SECTIONS:
        raise ValueError(f"no section {section!r}; known: {SECTIONS}")
    items.add(url_name, NavItem(section, label, url_name, icon, order))


@dataclass(frozen=True)
class AccountLink:
    """One entry of the menu of the account; `staff` ones are for staff only."""

    label: str
    url_name: str
    icon: str
    order: int
    staff: bool


account_links: Registry[AccountLink] = Registry("link of the account menu")


def add_account_link(label: str, url_name: str, *, icon: str, order: int, staff: bool = False) -> None:
    """Register an entry of the account menu; called in `AppConfig.ready`."""
    account_links.add(url_name, AccountLink(label, url_name, icon, order, staff))


def _allowed(user: Any, item: NavItem) -> bool:
    rule = find(item.url_name)
    needed = rule.needed("GET") if rule else None
    return not isinstance(needed, Role) or Role(user.role).includes(needed)


def sections(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the sections with those items that the account may open."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return []
    shown = []
    current = _current(request)
    for title in SECTIONS:
        entries = sorted((i for i in items.values() if i.section == title), key=lambda i: i.order)
        links = [_link(item, current) for item in entries if _allowed(request.user, item)]
        if links:
            shown.append({"title": title, "items": links})
    return shown


def _current(request: HttpRequest) -> str:
    """Return the address of the page that this one is or is below: the nearest where one is below another."""
    here = request.path_info
    urls = [reverse(item.url_name) for item in items.values()]
    above = [url for url in urls if here == url or (url != "/" and here.startswith(url.rstrip("/") + "/"))]
    return max(above, key=len, default="")


def _link(item: NavItem, current: str) -> dict[str, Any]:
    url = reverse(item.url_name)
    return {"label": item.label, "url": url, "icon": item.icon, "current": url == current}


def context(request: HttpRequest) -> dict[str, Any]:
    """Context processor: what `base.html` shows on every page of an account; nothing where nobody is signed in."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return {}
    counts = Counts(request.user)  # the template calls what it shows
    return {
        "navigation": sections(request),
        "account_links": [_account_link(link) for link in _links_of(request.user)],
        "sign_out_url": reverse(settings.SIGN_OUT_URL),
        "jobs_url": f"{reverse('jobs:list')}?status=open",
        "jobs_part_url": reverse("jobs:badge"),
        "jobs_running": counts.jobs,
        "notifications_url": reverse("notifications:list"),
        "notifications_part_url": reverse("notifications:bell"),
        "notifications_unread": counts.unread,
    }


def _links_of(user: Any) -> list[AccountLink]:
    links = sorted(account_links.values(), key=lambda link: link.order)
    return [link for link in links if user.is_staff or not link.staff]


def _account_link(link: AccountLink) -> dict[str, str]:
    return {"label": link.label, "url": reverse(link.url_name), "icon": link.icon}
