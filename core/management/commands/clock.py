"""`manage.py clock`: the platform's own duties."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from core.clock import Clock


class Command(BaseCommand):
    """Run the clock until told to stop."""

    help = "Recover jobs of dead workers and do the platform's other regular duties."

    def handle(self, *args: Any, **options: Any) -> None:
        """Tick; a second clock elsewhere stands by."""
        stop = threading.Event()
        for sig in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sig, lambda *_: stop.set())
        Clock(stop).run()
