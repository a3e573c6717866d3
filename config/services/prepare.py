"""Bring the database to the state that the code expects: `python -m config.services.prepare`.

Migrations and first content in one process, because most of the time goes into loading Django.
"""

import os

import django


def main() -> None:
    """Migrate and seed; of several machines with one database, one after the other."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('dynacomp.prepare'))")
    call_command("migrate", interactive=False, verbosity=1)
    call_command("seed")


if __name__ == "__main__":
    main()
