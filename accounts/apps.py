"""Accounts."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class AccountsConfig(AppConfig):
    """Gives the kernel its audit log."""

    name = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        """Set the audit sink; register duties, seeds and links: their import does it."""
        from accounts import duties, seeds, services
        from core import audit, navigation

        assert duties
        assert seeds
        audit.set_sink(services.audit_write)
        user_logged_in.disconnect(dispatch_uid="update_last_login")  # the service notes it, for programs too
        navigation.add_account_link("Account", "accounts:profile", icon="user", order=10)
        navigation.add_account_link("API tokens", "accounts:tokens", icon="key", order=20)
        navigation.add_account_link("Back office", "admin:index", icon="shield", order=90, staff=True)
