"""The back office as an app."""

from django.contrib.admin.apps import AdminConfig


class BackOfficeConfig(AdminConfig):
    """Django's admin with our own site."""

    default = False
    default_site = "accounts.back_office.BackOffice"
