"""The pages that are made from all apps."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """Start page, search, documentation pages, and the page of components."""

    name = "pages"

    def ready(self) -> None:
        """Register the pages."""
        from core import navigation

        navigation.add("", "Start", "pages:start", icon="start", order=0)
        navigation.add_account_link("API documentation", "api:docs", icon="code", order=30)
