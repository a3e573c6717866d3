"""Accounts."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Gives the kernel its audit log."""

    name = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        """Set the audit sink."""
        from accounts import services
        from core import audit

        audit.set_sink(services.audit_write)
