"""The left navigation: what the apps registered, in the order of the tasks; only pages that exist appear."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from core.access.matrix import find
from core.access.roles import Role
from core.registry import Registry

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


def _allowed(user: Any, item: NavItem) -> bool:
    rule = find(item.url_name)
    needed = rule.needed("GET") if rule else None
    return not isinstance(needed, Role) or Role(user.role).includes(needed)


def sections(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the sections with those items that the account may open."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return []
    shown = []
    for title in SECTIONS:
        entries = sorted((i for i in items.values() if i.section == title), key=lambda i: i.order)
        links = [_link(request, item) for item in entries if _allowed(request.user, item)]
        if links:
            shown.append({"title": title, "items": links})
    return shown


def _link(request: HttpRequest, item: NavItem) -> dict[str, Any]:
    url = reverse(item.url_name)
    here = request.path_info
    current = here == url or (url != "/" and here.startswith(url.rstrip("/") + "/"))
    return {"label": item.label, "url": url, "icon": item.icon, "current": current}


def context(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the navigation, and the theme kept in a cookie."""
    theme = request.COOKIES.get("theme", "system")
    return {
        "navigation": sections(request),
        "theme": theme if theme in {"light", "dark"} else "system",
        "debug": settings.DEBUG,
    }
