"""`manage.py worker`: runs jobs from the queues."""

import os
import socket
import time
from typing import Any

import django_rq
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from redis.exceptions import RedisError
from rq.serializers import JSONSerializer

from core.ids import uuid7
from core.jobs.worker import JobWorker


class Command(BaseCommand):
    """Work until told to stop."""

    help = "Run jobs from the queues until SIGTERM; a running job goes back to its queue."

    def add_arguments(self, parser: CommandParser) -> None:
        """Queues may be named; all are served otherwise."""
        parser.add_argument("queues", nargs="*", default=list(settings.QUEUES))
        parser.add_argument("--burst", action="store_true", help="end when the queues are empty")

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve the queues in the given order."""
        self._worker(options["queues"]).work(
            burst=options["burst"], logging_level="WARNING", with_scheduler=False
        )

    def _worker(self, names: list[str]) -> JobWorker:
        """Return a worker, as soon as there is a Redis."""
        queues = [django_rq.get_queue(name) for name in names]
        while True:
            try:
                return JobWorker(
                    queues,
                    name=f"{socket.gethostname()}-{os.getpid()}-{str(uuid7())[-4:]}",
                    connection=queues[0].connection,
                    serializer=JSONSerializer,
                    worker_ttl=17,  # of which it waits two seconds for a message, and then says that it lives
                    job_monitoring_interval=2,
                )
            except RedisError as error:
                self.stderr.write(f"Waiting for Redis: {error}")
                time.sleep(1)
