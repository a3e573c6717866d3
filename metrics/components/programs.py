"""Checks of the platform's own programs: web, workers, codec hosts, clock and sampler."""

import http.client
import os
import time
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone
from redis.exceptions import RedisError
from rq import worker_registration
from rq.utils import now, utcparse

from compression.engine.isolation import ping
from core.clock import Clock
from core.database import OUTAGES
from core.formatting import whole_seconds
from core.health import SILENCE_S, Status, Unwell
from metrics.components.parts import Finding, part
from metrics.components.servers import redis_client
from metrics.components.supervised import Group, group
from metrics.sampling.machine import this_machine
from metrics.storage.reading import newest

ANSWER_S = 2.0
# A host forks a child to answer, which is not for nothing: while it runs, its last answer holds for so long.
HOST_HOLDS_S = 10.0
# The newest sample may be so old: it is written a moment after its second, and the disk may be busy.
SAMPLE_LATE_S, SAMPLE_MISSING_S = 4.0, 15.0

HELD = """
SELECT EXISTS (
  SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND (classid::bigint << 32 | objid::bigint) = hashtext(%s)::bigint
)
"""


@part("web", "Web", log="web")
def web() -> Finding:
    """The port answers, and all web processes run."""
    found = group("web")
    port = os.environ.get("PORT")
    if found.programs and port:
        try:
            _call(os.environ.get("HOST", "127.0.0.1"), int(port))
        except (OSError, http.client.HTTPException):
            return found.finding("the port does not answer", status=Status.DOWN)
    return found.finding(_running(found, "process", "processes"))


@part("workers", "Workers", log="worker")
def workers() -> Finding:
    """Each worker runs, and has given a sign of life lately."""
    found = group("worker")
    try:
        client = redis_client()
        keys = worker_registration.get_keys(connection=client)
        signs: dict[str, Any] = {key: client.hget(key, "last_heartbeat") for key in sorted(keys)}
    except RedisError:
        return found.finding("they cannot be heard without Redis", status=Status.DEGRADED)
    heard = [
        key.rsplit(":", 1)[-1]
        for key, sign in signs.items()
        if sign and (now() - utcparse(sign.decode())).total_seconds() < SILENCE_S
    ]
    alive = sum(not _is_ended(found, name) for name in heard)
    if not alive:
        words = f"no worker has given a sign of life for {SILENCE_S} s"
        return found.finding(words, status=Status.DOWN)
    silent = _silent(found, heard)
    words = f"{alive} alive" if not silent else f"no sign of life of {', '.join(silent)} for {SILENCE_S} s"
    return found.finding(words, status=Status.DEGRADED if silent else Status.OK)


@part("codecs", "Codec host", log="codecs")
def codecs() -> Finding:
    """The host forks a child."""
    return _host("codecs")


@part("engine", "Engine host", log="engine")
def engine() -> Finding:
    """The host forks a child."""
    return _host("engine")


@part("clock", "Clock", log="clock")
def clock() -> Finding:
    """A clock, here or on another machine, holds the lock under which the duties are done."""
    found = group("clock")
    try:
        with connection.cursor() as cursor:
            cursor.execute(HELD, [Clock.LOCK])
            (held,) = cursor.fetchone()
    except OUTAGES:
        return found.finding("waits for the database", status=Status.DEGRADED)
    if held:
        return found.finding("does its duties")
    return found.finding("nobody does the duties", status=Status.DOWN)


@part("sampler", "Sampler", log="sampler")
def sampler() -> Finding:
    """The newest sample of this machine is of a moment ago."""
    found = group("sampler")
    try:
        last = newest(this_machine())
    except OUTAGES:
        return found.finding("samples wait for the database", status=Status.DEGRADED)
    if last is None:
        return found.finding("there is no sample yet", status=Status.DOWN)
    age = (timezone.now() - last).total_seconds()
    if age < SAMPLE_LATE_S:
        return found.finding("a sample each second")
    late = Status.DEGRADED if age < SAMPLE_MISSING_S else Status.DOWN
    return found.finding(f"its newest sample is {whole_seconds(age)} old", status=late)


def _running(found: Group, one: str, several: str) -> str:
    running = len(found.programs) - len(found.ended)
    return f"{running} {one if running == 1 else several}" if found.programs else "answers"


def _call(host: str, port: int) -> None:
    """Ask the web server whether it lives; OSError or an error of HTTP where it does not say so."""
    client = http.client.HTTPConnection(host, port, timeout=ANSWER_S)
    try:
        allowed = settings.ALLOWED_HOSTS[0].lstrip(".*") or "localhost"
        client.request("GET", "/api/v1/health/live", headers={"Host": allowed})
        status = client.getresponse().status
    finally:
        client.close()
    if status != http.client.OK:
        raise Unwell(f"answers with status {status}")


def _name(pid: int | None) -> str:
    """What the names of a worker of this machine begin with."""
    return f"{this_machine()}-{pid}-"


def _is_ended(found: Group, name: str) -> bool:
    """Say whether it is a worker of this machine that the supervisor has seen end: Redis hears that later."""
    ours = name.startswith(f"{this_machine()}-") and found.programs
    return bool(ours) and not any(name.startswith(_name(program.pid)) for program in found.programs)


def _silent(found: Group, heard: Sequence[str]) -> list[str]:
    """Return the programs that run and are silent; one that has just been started gets its time."""
    return [
        program.name
        for program in found.programs
        if program.pid is not None
        and found.now - program.started_at > SILENCE_S
        and not any(name.startswith(_name(program.pid)) for name in heard)
    ]


_answered: dict[tuple[str, int | None], float] = {}


def _host(name: str) -> Finding:
    found = group(name)
    address = ping.address_of(name)
    if address is None:
        return found.finding("started by who needs it")
    key = name, found.programs[0].pid if found.programs else None
    if found.ended or time.monotonic() - _answered.get(key, float("-inf")) > HOST_HOLDS_S:
        _answered.pop(key, None)
        try:
            ping.ping(address, ANSWER_S)
        except TimeoutError:
            return found.finding("no answer in time", status=Status.DOWN)
        except OSError:
            return found.finding("does not answer", status=Status.DOWN)
        _answered[key] = time.monotonic()
    return found.finding("answers")
