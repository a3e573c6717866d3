"""How the platform talks to an S3-compatible store: patience, errors in our terms, and a breaker before it all."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from core.breaker import breaker
from core.errors import Unavailable

log = logging.getLogger(__name__)

MIB = 1024 * 1024
CODE = "storage_unavailable"
AWAY = "The object store does not answer. Nothing was lost; try again in a moment."
# A transfer counts as slow where it is slower than this.
SLOW_BYTES_S = 1_000_000
# Parts of a large upload; a few at a time, so that memory and connections stay bounded.
PART_BYTES, PARTS_AT_ONCE = 8 * MIB, 4


class StoreAway(Unavailable):
    """The store does not answer, or says that it cannot work right now."""

    def __init__(self, detail: str = AWAY) -> None:
        super().__init__(detail, code=CODE, headers={"Retry-After": "5"})


class StoreRefuses(Unavailable):
    """The store answers, and refuses: its settings, or ours, are wrong."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail, code=CODE, headers={"Retry-After": "60"})


class NotThere(Exception):
    """The store has no such object."""


BREAKER = breaker("storage", code=CODE, detail=AWAY, fails=lambda error: isinstance(error, StoreAway))


@contextmanager
def calling(size: int = 0) -> Iterator[None]:
    """Let the block make one call that moves `size` bytes; CircuitOpen, StoreAway, StoreRefuses or NotThere."""
    with BREAKER.guard(patience_s=size / SLOW_BYTES_S), _in_our_terms():
        yield


@contextmanager
def _in_our_terms() -> Iterator[None]:
    try:
        yield
    except (ClientError, Boto3Error) as error:
        # A large upload wraps the answer that it got.
        answer = error if isinstance(error, ClientError) else error.__context__
        raise (_from_answer(answer) if isinstance(answer, ClientError) else _away(error)) from error
    except (BotoCoreError, ConnectionError, TimeoutError) as error:
        raise _away(error) from error


def _away(error: Exception) -> StoreAway:
    log.warning("the object store does not answer: %s", error)
    return StoreAway()


def _from_answer(error: ClientError) -> Exception:
    answer: dict[str, Any] = error.response
    status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    code = answer.get("Error", {}).get("Code", "")
    if status >= 500 or status == 429:
        return _away(error)
    if code == "NoSuchBucket":
        log.error("the object store has no such bucket: %s", error)
        return StoreRefuses(
            "The bucket of the object store does not exist. Those who run the platform have to see to it."
        )
    if status == 404:
        return NotThere()
    log.error("the object store refuses: %s", error)
    return StoreRefuses(
        f"The object store refuses to work for the platform ({code or status}). Those who run it have to see to it."
    )


def client_config(addressing_style: str, *, connect_timeout_s: int, read_timeout_s: int) -> Config:
    """Return how to talk: short patience, one more try, and no checksums that only Amazon knows."""
    return Config(
        s3={"addressing_style": addressing_style},
        signature_version="s3v4",
        connect_timeout=connect_timeout_s,
        read_timeout=read_timeout_s,
        max_pool_connections=32,
        retries={"total_max_attempts": 2, "mode": "standard"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )


TRANSFER = TransferConfig(
    multipart_threshold=PART_BYTES, multipart_chunksize=PART_BYTES, max_concurrency=PARTS_AT_ONCE
)
