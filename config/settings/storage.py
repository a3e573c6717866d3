"""Where bytes are kept: the local disk, or an S3-compatible store by setting."""

from typing import Any

from config import env
from config.settings.base import DATA_DIR, STATIC_COLLECTED

# Uploads and results are written here first; on the local disk this is the volume of the objects,
# so that keeping a finished file is one rename.
STAGING_DIR = env.path("STAGING_DIR", DATA_DIR / "objects" / "staging")

S3_BUCKET = env.text("S3_BUCKET")


def _objects() -> dict[str, Any]:
    if not S3_BUCKET:
        return {
            "BACKEND": "files.storage.LocalObjects",
            "OPTIONS": {"location": str(DATA_DIR / "objects"), "base_url": None},
        }
    return {
        "BACKEND": "files.storage.s3.S3Objects",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "endpoint_url": env.text("S3_ENDPOINT") or None,
            "access_key": env.secret("S3_ACCESS_KEY") or None,
            "secret_key": env.secret("S3_SECRET_KEY") or None,
            "region_name": env.text("S3_REGION") or None,
            "location": env.text("S3_PREFIX"),
            "addressing_style": env.choice("S3_ADDRESSING", "path", ("path", "virtual", "auto")),
            "connect_timeout_s": env.integer("S3_CONNECT_TIMEOUT_S", 2, minimum=1),
            "read_timeout_s": env.integer("S3_READ_TIMEOUT_S", 10, minimum=1),
            "querystring_auth": True,
            "file_overwrite": True,
        },
    }


# What the circuit breakers before the object store and before who is notified go by; see `core.breaker.states.Rules`.
BREAKERS = {
    "storage": {
        "failures": env.integer("S3_BREAKER_FAILURES", 3, minimum=1),
        "slow_s": env.integer("S3_BREAKER_SLOW_S", 5, minimum=1),
        "open_s": env.integer("S3_BREAKER_OPEN_S", 3, minimum=1),
    },
    "webhook": {"failures": 5, "slow_s": 10, "open_s": 30},
    "mail": {"failures": 3, "slow_s": 10, "open_s": 30},
}

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "objects": _objects(),
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
