"""The verbs of the command line as management commands; they need no database."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from compression.cli.main import VERBS, run


class VerbCommand(BaseCommand):
    """Hands everything behind the verb to the command line as it is."""

    verb = ""
    requires_system_checks: list[str] = []

    def run_from_argv(self, argv: list[str]) -> None:
        """Run and end with the verb's own exit code."""
        sys.exit(run(argv[2:], prog=f"manage.py {self.verb}", verb=self.verb))

    def __init_subclass__(cls) -> None:
        cls.help = VERBS[cls.verb][0]

    def handle(self, *args: Any, **options: Any) -> None:
        """Run as `call_command` asks."""
        run([str(arg) for arg in args], prog=self.verb, verb=self.verb)
