"""Objects in an S3-compatible store."""

import io
import os
import threading
from collections.abc import Collection, Iterator
from typing import Any, BinaryIO, cast

from django.utils import timezone
from django.utils.deconstruct import deconstructible
from storages.backends.s3 import S3Storage

from core.errors import Unavailable
from files.errors import ObjectDamaged, ObjectMissing
from files.staging import at_once
from files.storage.base import Sealed, VerifiedReader, key_of
from files.storage.remote import RemoteReader
from files.storage.s3_calls import BREAKER, MIB, TRANSFER, NotThere, StoreRefuses, calling, client_config

PROBE = "probe"
# Up to here an object is fetched by one request and kept in memory while it is read.
FETCHED_WHOLE = 1 * MIB


@deconstructible(path="files.storage.s3.S3Objects")
class S3Objects(S3Storage):
    """Objects `<prefix>/ab/cd/<sha256>` of one bucket. A store that does not answer is Unavailable."""

    def __init__(self, *, connect_timeout_s: int = 2, read_timeout_s: int = 10, **options: Any) -> None:
        style = options.get("addressing_style", "path")
        config = client_config(style, connect_timeout_s=connect_timeout_s, read_timeout_s=read_timeout_s)
        super().__init__(**{"client_config": config, "transfer_config": TRANSFER, **options})
        self._made: tuple[int, Any] = (0, None)
        self._making = threading.Lock()

    @property
    def client(self) -> Any:
        """The client: one for all threads, which share its connections, and another in a forked process."""
        with self._making:
            if self._made[0] != os.getpid():
                self._made = (os.getpid(), self.connection.meta.client)
            return self._made[1]

    def prepare(self, staged: Sealed) -> None:
        """Upload the bytes unless they are there: with the lock held others would wait for the network."""
        if self._size(staged.sha256) == staged.size:
            return
        where = self._place(staged.sha256)
        with calling(staged.size):
            self.client.upload_file(
                str(staged.path), where["Bucket"], where["Key"], Config=self.transfer_config
            )

    def adopt_all(self, staged: Collection[Sealed]) -> None:
        """See that the bytes are still there; another transaction may have removed them meanwhile."""
        at_once(self.prepare, staged)

    def open_object(self, sha256: str, size: int) -> BinaryIO:
        """Return the object, read over the network as far as it is asked for."""
        if size <= FETCHED_WHOLE:
            return cast(BinaryIO, VerifiedReader(self._fetched(sha256, size), sha256, size))
        found = self._size(sha256)
        if found is None:
            self._require_bucket()
            raise ObjectMissing(sha256)
        if found != size:
            raise ObjectDamaged(sha256)
        file = cast(BinaryIO, RemoteReader(lambda at: self._body(sha256, at), size))
        return cast(BinaryIO, VerifiedReader(file, sha256, size))

    def _fetched(self, sha256: str, size: int) -> BinaryIO:
        try:
            with calling(size):
                data = self.client.get_object(**self._place(sha256))["Body"].read(size + 1)
        except NotThere:
            raise ObjectMissing(sha256) from None
        if len(data) != size:
            raise ObjectDamaged(sha256)
        return io.BytesIO(data)

    def _body(self, sha256: str, at: int) -> Any:
        try:
            with calling():
                return self.client.get_object(**self._place(sha256), Range=f"bytes={at}-")["Body"]
        except NotThere:
            raise ObjectMissing(sha256) from None

    def remove(self, sha256: str) -> None:
        """Delete the object; one that is not there is no error in S3."""
        with calling():
            self.client.delete_object(**self._place(sha256))

    def shard(self, prefix: str) -> Iterator[tuple[str, float]]:
        """Yield what a listing gives."""
        for found in self._listed("list_objects_v2", "Contents", self._normalize_name(f"{prefix}/")):
            age = (timezone.now() - found["LastModified"]).total_seconds()
            yield found["Key"].rsplit("/", 1)[-1], age

    def unfinished_remove(self, *, older_than_s: float) -> int:
        """Give up the large uploads whose process died: the store keeps, and bills, their parts."""
        removed = 0
        for found in self._listed("list_multipart_uploads", "Uploads", self._normalize_name("")):
            if (timezone.now() - found["Initiated"]).total_seconds() > older_than_s:
                with calling():
                    self.client.abort_multipart_upload(
                        Bucket=self.bucket_name, Key=found["Key"], UploadId=found["UploadId"]
                    )
                removed += 1
        return removed

    def _listed(self, operation: str, part: str, prefix: str) -> Iterator[dict[str, Any]]:
        pages = iter(self.client.get_paginator(operation).paginate(Bucket=self.bucket_name, Prefix=prefix))
        while True:
            with calling():
                page = next(pages, None)
            if page is None:
                return
            yield from page.get(part, [])

    def probe(self) -> str:
        """Put and get a small object; say what the breaker does."""
        where = {"Bucket": self.bucket_name, "Key": self._normalize_name(PROBE)}
        try:
            with calling():
                self.client.put_object(**where, Body=b"probe")
            with calling():
                if self.client.get_object(**where)["Body"].read(6) != b"probe":
                    raise StoreRefuses("The object store gives back something else than was written.")
        except Unavailable as error:
            raise Unavailable(
                f"S3 bucket {self.bucket_name}, {BREAKER.describe()}: {error.detail}"
            ) from error
        return f"S3 bucket {self.bucket_name}, {BREAKER.describe()}"

    def _place(self, sha256: str) -> dict[str, str]:
        return {"Bucket": self.bucket_name, "Key": self._normalize_name(key_of(sha256))}

    def _size(self, sha256: str) -> int | None:
        """Return the size of the object in the bucket, or None where there is none."""
        try:
            with calling():
                return int(self.client.head_object(**self._place(sha256))["ContentLength"])
        except NotThere:
            return None

    def _require_bucket(self) -> None:
        """Raise StoreRefuses where it is the bucket that is missing: then no object is said to be lost."""
        try:
            with calling():
                self.client.head_bucket(Bucket=self.bucket_name)
        except NotThere:
            raise StoreRefuses(f"The bucket {self.bucket_name} does not exist.") from None
