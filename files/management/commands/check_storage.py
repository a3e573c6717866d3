"""Re-reads stored bytes and compares their hashes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import F

from core import formatting
from files.choices import Damage
from files.duties import strays_remove
from files.models import StoredObject
from files.services import object_check


class Command(BaseCommand):
    """Checks stored objects, those first whose last check is longest ago; ends with 1 where one is not sound."""

    help = "Read stored objects, compare their SHA-256, and note which are missing, damaged or sound again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How many, and whether strays go."""
        parser.add_argument("--limit", type=int, default=None, help="check this many objects and stop")
        parser.add_argument(
            "--strays", action="store_true", help="also remove bytes of more than an hour without a row"
        )

    def handle(self, *args: Any, limit: int | None, strays: bool, **options: Any) -> None:
        """Check."""
        checked, size, bad = 0, 0, 0
        oldest = StoredObject.objects.order_by(F("checked_at").asc(nulls_first=True), "pk")[:limit]
        for stored in oldest.iterator(chunk_size=500):
            found = object_check(stored=stored)
            checked, size = checked + 1, size + stored.size
            if found != Damage.NONE:
                bad += 1
                self.stderr.write(f"{found.label.lower():8} {stored.sha256} {formatting.size(stored.size)}")
        if strays:
            removed = sum(strays_remove(prefix=f"{prefix:02x}") for prefix in range(256))
            self.stdout.write(f"{removed} objects without a row removed")
        self.stdout.write(f"{checked} objects checked ({formatting.size(size)}), {bad} not sound")
        if bad:
            raise CommandError("Upload the files again, or restore their objects from a back-up.")
