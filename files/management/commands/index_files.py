"""Makes files findable anew."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from files.models import File, FileText
from files.search.services import texts_forget, texts_read

STEP = 1000
LOOK_S = 5.0


class Command(BaseCommand):
    """Reads texts that wait, until none is left; the clock does the same in small steps."""

    help = "Read the texts of files for search: those that wait, or with --all every one, and fold all names."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which ones."""
        parser.add_argument(
            "--all", action="store_true", help="begin anew: after a change of how search reads"
        )

    def handle(self, *args: Any, all: bool, **options: Any) -> None:
        """Read."""
        if all:
            self.stdout.write(f"{self._fold_names()} names folded")
            texts_forget()
        count = 0
        while read := texts_read(seconds=LOOK_S):
            count += read
            self.stdout.write(f"{count} texts read")
        left = FileText.objects.filter(read_at__isnull=True).count()
        self.stdout.write(f"{left} texts wait" if left else "no text waits")

    def _fold_names(self) -> int:
        """Write what names are searched in; the column itself knows how."""
        count = 0
        for file in File.objects.only("pk", "name", "folder", "tags").iterator(chunk_size=STEP):
            file.save(update_fields=["folded"])
            count += 1
        return count
