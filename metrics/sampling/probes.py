"""The probes of a sampler, as this installation has them."""

import platform
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import connection
from redis import Redis as RedisClient
from redis.backoff import NoBackoff
from redis.retry import Retry

from compression.engine.codecs import all_codecs
from core.sockets import counting
from metrics.probes import gpu, storage
from metrics.probes.base import Probe
from metrics.probes.cpu import Cpu
from metrics.probes.database import Database, DatabaseSize
from metrics.probes.disks import Room, Traffic
from metrics.probes.http import Http
from metrics.probes.jobs import Jobs
from metrics.probes.memory import Memory
from metrics.probes.network import Network
from metrics.probes.outcomes import Outcomes
from metrics.probes.processes import Processes
from metrics.probes.programs import Programs
from metrics.probes.queues import Queues
from metrics.probes.redis import Redis
from metrics.probes.slow_log import SlowLog
from metrics.probes.sockets import Sockets
from metrics.sampling.readers import Reader
from metrics.sampling.watching import Watch

REDIS_PATIENCE_S = 0.3


def near_readers() -> list[Reader]:
    """Return those that read the kernel, or files."""
    data = settings.DATA_DIR
    probes: list[Probe] = [
        Cpu(),
        Memory(),
        Room(data),
        Traffic(),
        Network(),
        Processes(Programs(data / "run" / "programs.json")),
        SlowLog(data / "log" / "postgres.log"),
        Http(settings.PROMETHEUS_DIR),
    ]
    if not settings.S3_BUCKET:
        probes.append(storage.Free(settings.STAGING_DIR, settings.DISK_RESERVE_BYTES))
    probes.append(Watch())  # the last, so that its lanes begin when the others have been read
    return [Reader(probe) for probe in probes]


def far_readers() -> Mapping[str, Sequence[Reader]]:
    """Return those that ask somebody who may not answer, by the name of their lane."""
    redis = redis_client()
    codecs = [codec.id for codec in all_codecs().values()]
    lanes: dict[str, list[Probe]] = {
        "database": [
            Jobs(database),
            Outcomes(database, codecs),
            Database(database),
            DatabaseSize(database),
            storage.Kept(database),
        ],
        "redis": [
            Redis(redis_client()),
            Queues(redis, settings.QUEUES),
            Sockets(redis, counting.KEY, platform.node(), counting.FRESH_S),
        ],
    }
    if gpu.is_there():
        lanes["gpu"] = [gpu.Gpu()]
    return {name: [Reader(probe) for probe in probes] for name, probes in lanes.items()}


def database() -> Any:
    """Return this thread's connection to PostgreSQL, a new one where the last one broke."""
    if connection.connection is not None and connection.connection.broken:
        connection.close()
    connection.ensure_connection()
    return connection.connection


def redis_client() -> RedisClient:
    """Return a client that does not wait for a Redis that is away."""
    return RedisClient.from_url(
        settings.REDIS_URL,
        socket_timeout=REDIS_PATIENCE_S,
        socket_connect_timeout=REDIS_PATIENCE_S,
        protocol=2,
        lib_name=None,
        lib_version=None,
        retry=Retry(NoBackoff(), 0),
    )
