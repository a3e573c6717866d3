"""Checks of what the platform stands on: database, Redis, storage and the queues."""

import errno
import shutil
from dataclasses import replace
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as Unconnected
from redis.exceptions import RedisError
from redis.retry import Retry

from core.formatting import size, whole_seconds
from core.health import Degraded, Status, Unwell
from files.storage import objects
from metrics.components.parts import Finding, part
from metrics.components.supervised import group
from metrics.probes.queues import Queues

# Above this share of connections or memory somebody should look.
HIGH = 0.8
# A message that has waited so long says that there are too few workers, or none.
WAITED_S = 60.0
REDIS_PATIENCE_S = 1.0

DATABASE = """
SELECT current_setting('server_version'), current_setting('max_connections')::int,
  (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
  extract(epoch FROM now() - pg_postmaster_start_time())::float8, pg_is_in_recovery()
"""


def redis_client() -> Redis:
    """Return a client that gives up soon; it is shared, and keeps its connections."""
    return _client(settings.REDIS_URL)


@lru_cache(maxsize=4)
def _client(url: str) -> Redis:
    return Redis.from_url(
        url,
        socket_timeout=REDIS_PATIENCE_S,
        socket_connect_timeout=REDIS_PATIENCE_S,
        protocol=2,
        lib_name=None,
        lib_version=None,
        # once, and not after silence: the connection may be from before Redis was restarted
        retry=Retry(NoBackoff(), 1, supported_errors=(Unconnected,)),
    )


@part("database", "Database", log="postgres")
def database() -> Finding:
    """One round trip, and how many connections there are to spare."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(DATABASE)
            version, most, used, uptime_s, recovering = cursor.fetchone()
    except OperationalError as error:
        if "too many clients" in str(error) or "remaining connection slots" in str(error):
            raise Unwell("all connections are taken") from error
        raise
    detail = f"PostgreSQL {version}, {used} of {most} connections"
    if recovering:
        detail = f"{detail}, only to be read"
    troubled = recovering or used > HIGH * most
    found = group("postgres").finding(detail, status=Status.DEGRADED if troubled else Status.OK)
    return replace(found, uptime_s=uptime_s)


@part("redis", "Redis", log="redis")
def redis() -> Finding:
    """One round trip, its memory, and whether it can write down what it holds."""
    said: Any = redis_client().info("server", "memory", "persistence")
    used, most = said["used_memory"], said["maxmemory"]
    troubles = [
        words
        for words, holds in {
            "it is still loading": said["loading"],
            "it cannot write down what it holds": said["aof_last_write_status"] != "ok"
            or said["rdb_last_bgsave_status"] != "ok",
            "it cannot tidy up its file": said["aof_last_bgrewrite_status"] != "ok",
            f"its memory of {size(most)} is almost full": most and used > HIGH * most,
        }.items()
        if holds
    ]
    words = ", ".join([*troubles, f"{size(used)} in memory"])
    found = group("redis").finding(words, status=Status.DEGRADED if troubles else Status.OK)
    return replace(found, uptime_s=said["uptime_in_seconds"])


@part("storage", "Storage")
def storage() -> Finding:
    """A trifle can be written and read, and there is room beyond the reserve."""
    try:
        detail = objects().probe()
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Unwell("the disk is full") from error
        raise Unwell(f"nothing can be written: {error.strerror}") from error
    if not settings.S3_BUCKET:
        free = shutil.disk_usage(settings.STAGING_DIR).free
        if free < 2 * settings.DISK_RESERVE_BYTES:
            raise Degraded(f"{detail}: soon no more than the reserve of {size(settings.DISK_RESERVE_BYTES)}")
    return Finding(detail)


@part("queues", "Queues")
def queues() -> Finding:
    """How many messages wait, and for how long the first one has."""
    try:
        found = Queues(redis_client(), settings.QUEUES).read()
    except RedisError as error:
        raise Degraded("they cannot be seen without Redis") from error
    waiting = sum(found[f"queue.depth.{name}"] for name in settings.QUEUES)
    oldest = max(found[f"queue.oldest_s.{name}"] for name in settings.QUEUES)
    if not waiting:
        return Finding("nothing waits")
    detail = f"{waiting:.0f} wait, the first for {whole_seconds(oldest)}"
    return Finding(detail, Status.DEGRADED if oldest > WAITED_S else Status.OK)
