"""`manage.py sampler`: what this machine does, second by second."""

import gc
import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from metrics.live.publishing import publish
from metrics.sampling.backlog import Backlog
from metrics.sampling.loop import Sampler
from metrics.sampling.probes import far_readers, near_readers
from metrics.sampling.single import only_one
from metrics.storage.writing import write


class Command(BaseCommand):
    """Sample until told to stop."""

    help = "Take a sample of this machine each second, keep it and publish it; one for each data folder."

    def handle(self, *args: Any, **options: Any) -> None:
        """Sample; a second sampler of the same data folder stands by."""
        stop = threading.Event()
        for sig in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sig, lambda *_: stop.set())
        with only_one(settings.DATA_DIR / "run" / "sampler.lock", stop) as held:
            if not held:
                return
            gc.collect()
            gc.freeze()  # the collector would go through all that Django has loaded, again and again
            backlog = Backlog(write)
            Sampler(near=near_readers(), far=far_readers(), keep=backlog.add, publish=publish).run(stop)
            backlog.close(1.0)
