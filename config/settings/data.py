"""PostgreSQL, Redis, the channel layer and the queues."""

import json
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from redis.connection import parse_url

from config import env
from config.settings.base import DATA_DIR


def _services() -> dict[str, str]:
    """Return the addresses of the services that a running supervisor wrote down, or nothing."""
    try:
        found = json.loads((DATA_DIR / "run" / "services.json").read_text())
    except (OSError, ValueError):
        return {}
    return {str(name): str(value) for name, value in found.items()}


def _database(url: str) -> dict[str, Any]:
    """Translate `postgresql://user:password@host:port/name?host=/socket/folder` for Django."""
    parts = urlsplit(url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "dynacomp",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": query.pop("port", "") or str(parts.port or ""),
        # Threads of the web process come and go with their connection; a minute keeps a busy one warm.
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5, "application_name": "dynacomp", **query},
    }


# Where web processes count their requests together; the supervisor empties it before the first of them starts.
PROMETHEUS_DIR = DATA_DIR / "run" / "prometheus"

_found = _services()
DATABASE_URL = env.secret("DATABASE_URL") or _found.get("DATABASE_URL", "postgresql://127.0.0.1/dynacomp")
REDIS_URL = env.secret("REDIS_URL") or _found.get("REDIS_URL", "redis://127.0.0.1:6379/0")

DATABASES = {"default": _database(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

# Messages of Redis reach the listeners of all its databases: the names they are sent by have the number in them.
CHANNEL_PREFIX = f"dynacomp:{parse_url(REDIS_URL).get('db', 0)}"  # type: ignore[no-untyped-call]

# redis-py's five-second socket timeout would end idle blocking reads of the channel layer and the workers.
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "core.sockets.layer.HintLayer",
        "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_timeout": None}], "prefix": CHANNEL_PREFIX},
    }
}

QUEUES = ("cpu", "io")
RQ_QUEUES = {
    name: {
        "URL": REDIS_URL,
        "DEFAULT_TIMEOUT": -1,  # the job row has its own deadline, which the lease enforces
        "SERIALIZER": "rq.serializers.JSONSerializer",
        # Who sends a message must not hang on a Redis that does not answer; a worker gives itself longer to wait.
        "REDIS_CLIENT_KWARGS": {"socket_timeout": 5, "socket_connect_timeout": 2},
    }
    for name in QUEUES
}
RQ = {"COMMIT_MODE": "auto"}  # `core.jobs.services.push` is called when all is committed
RQ_SHOW_ADMIN_LINK = False

# A worker extends its lease every `JOB_HEARTBEAT_S`; a job whose lease is over is queued again by the clock.
JOB_LEASE_S = 8
JOB_HEARTBEAT_S = 2
