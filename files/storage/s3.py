"""Objects in an S3-compatible store."""

import io
import logging
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, cast

from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.utils import timezone
from django.utils.deconstruct import deconstructible
from storages.backends.s3 import S3Storage

from core.errors import Unavailable
from files.errors import ObjectDamaged, ObjectMissing
from files.staging import at_once
from files.storage.base import Sealed, VerifiedReader, key_of

log = logging.getLogger(__name__)

PROBE = "probe"
ATTEMPTS = 3


@deconstructible(path="files.storage.s3.S3Objects")
class S3Objects(S3Storage):
    """Objects `<prefix>/ab/cd/<sha256>` of one bucket. A store that does not answer is Unavailable."""

    def __init__(self, **options: Any) -> None:
        style = options.get("addressing_style", "path")
        options.setdefault("client_config", client_config(style))
        super().__init__(**options)

    def prepare(self, staged: Sealed) -> None:
        """Upload the bytes unless they are there: with the lock held others would wait for the network."""
        if self._size(staged.sha256) != staged.size:
            self._upload(staged)

    def adopt_all(self, staged: Collection[Sealed]) -> None:
        """See that the bytes are still there; another transaction may have removed them meanwhile."""
        at_once(self.prepare, staged)

    def _upload(self, staged: Sealed) -> None:
        with unavailable_as_error():
            self._object(staged.sha256).upload_file(str(staged.path), Config=self.transfer_config)

    def open_object(self, sha256: str, size: int) -> BinaryIO:
        """Return the object, read over the network as far as it is asked for."""
        found = self._size(sha256)
        if found is None:
            raise ObjectMissing(sha256)
        if found != size:
            raise ObjectDamaged(sha256)
        file = cast(BinaryIO, RemoteReader(lambda at: self._body(sha256, at), size))
        return cast(BinaryIO, VerifiedReader(file, sha256, size))

    def remove(self, sha256: str) -> None:
        """Delete the object; one that is not there is no error in S3."""
        with unavailable_as_error():
            self._object(sha256).delete()

    def shard(self, prefix: str) -> Iterator[tuple[str, float]]:
        """Yield what a listing gives."""
        with unavailable_as_error():
            for found in self.bucket.objects.filter(Prefix=self._normalize_name(f"{prefix}/")):
                age = (timezone.now() - found.last_modified).total_seconds()
                yield found.key.rsplit("/", 1)[-1], age

    def probe(self) -> str:
        """Put and get a small object."""
        with unavailable_as_error():
            probe = self.bucket.Object(self._normalize_name(PROBE))
            probe.put(Body=b"probe")
            if probe.get()["Body"].read() != b"probe":
                raise Unavailable("The object store gives back something else than was written.")
        return f"bucket {self.bucket_name}"

    def _object(self, sha256: str) -> Any:
        return self.bucket.Object(self._normalize_name(key_of(sha256)))

    def _size(self, sha256: str) -> int | None:
        """Return the size of the object in the bucket, or None where there is none."""
        with unavailable_as_error():
            try:
                return int(self._object(sha256).content_length)
            except ClientError as error:
                if is_missing(error):
                    return None
                raise

    def _body(self, sha256: str, at: int) -> Any:
        with unavailable_as_error(sha256):
            return self._object(sha256).get(Range=f"bytes={at}-")["Body"]


class RemoteReader(io.RawIOBase):
    """A file at the other end of the network: one request as long as it is read in order, another after a jump.

    `body_at(position)` begins a request and returns its body.
    """

    def __init__(self, body_at: Callable[[int], Any], size: int) -> None:
        self._body_at, self._size, self._at = body_at, size, 0
        self._body: Any = None

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """Return the position."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a position; costs nothing until the next read."""
        at = max(0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence])
        if at != self._at:
            self._drop()
        self._at = at
        return at

    def readinto(self, buffer: Any) -> int:
        """Read the next bytes; a connection that broke is made again where it was."""
        wanted = min(len(buffer), self._size - self._at)
        if wanted <= 0:
            return 0
        data = self._read(wanted)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def _read(self, wanted: int) -> bytes:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                if self._body is None:
                    self._body = self._body_at(self._at)
                if data := self._body.read(wanted):
                    return bytes(data)
            except BotoCoreError as error:
                log.warning("the object store broke off, attempt %d: %s", attempt, error)
            self._drop()
        raise Unavailable("The object store broke off in the middle of a file.", code="storage_unavailable")

    def _drop(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body = None

    def close(self) -> None:
        """End the request."""
        self._drop()
        super().close()


def client_config(addressing_style: str) -> Config:
    """Return how to talk to the store: short patience, few retries, and no checksums that only Amazon knows."""
    return Config(
        s3={"addressing_style": addressing_style},
        signature_version="s3v4",
        connect_timeout=5,
        read_timeout=30,
        retries={"max_attempts": ATTEMPTS, "mode": "standard"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )


def is_missing(error: ClientError) -> bool:
    """Say whether the store answered that there is no such object."""
    return bool(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == 404)


@contextmanager
def unavailable_as_error(sha256: str = "") -> Iterator[None]:
    """Turn what the client library raises into our errors."""
    try:
        yield
    except ClientError as error:
        if is_missing(error):
            raise ObjectMissing(sha256) from error
        log.error("the object store refuses: %s", error)
        raise Unavailable(
            "The object store refuses to work for the platform.", code="storage_unavailable"
        ) from error
    except (BotoCoreError, Boto3Error, OSError) as error:
        log.error("the object store does not answer: %s", error)
        raise Unavailable("The object store does not answer.", code="storage_unavailable") from error
