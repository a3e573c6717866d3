"""`manage.py seed`: the first administrator, the algorithms, something to look at."""

from typing import Any

from django.core.management.base import BaseCommand

from core.seeds import seeds


class Command(BaseCommand):
    """Run every step; each leaves alone what is there."""

    help = (
        "Give a new installation its first administrator, algorithms and samples; safe to run at every start."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the steps in their order."""
        for step in sorted(seeds.values(), key=lambda seed: seed.order):
            step.function(self.stdout.write)
