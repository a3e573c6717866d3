"""The platform with its objects in a store: these fixtures take the place of those for the local disk."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest

from files.staging import staging_folder
from files.storage import objects
from files.storage.s3 import PROBE
from files.storage.s3_calls import BREAKER
from tests.files.s3.proxy import Proxy
from tests.files.s3.servers import BUCKET, KEY, SECRET, Moto, Rclone, Server


@pytest.fixture(scope="session")
def _rclone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rclone]:
    server = Rclone(tmp_path_factory.mktemp("rclone"))
    yield server
    server.kill()


@pytest.fixture(scope="session")
def _moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moto]:
    server = Moto(tmp_path_factory.mktemp("moto"))
    yield server
    server.kill()


@pytest.fixture
def rclone(_rclone: Rclone) -> Rclone:
    """`rclone serve s3`, running."""
    _rclone.start()
    return _rclone


@pytest.fixture
def moto(_moto: Moto) -> Moto:
    """moto's server, running, with the bucket."""
    _moto.start()
    client = boto3.client(
        "s3",
        endpoint_url=_moto.url,
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
        region_name="us-east-1",
    )
    client.create_bucket(Bucket=BUCKET)
    return _moto


@pytest.fixture
def server(rclone: Rclone) -> Server:
    """The server of this test; a module may ask for another."""
    return rclone


Use = Callable[..., None]


@pytest.fixture
def use(settings: Any, tmp_path: Path) -> Iterator[Use]:
    """Return a function that has the platform keep its objects at an address, below a prefix of this test."""
    settings.STAGING_DIR = tmp_path / "staging"
    settings.BREAKERS = {"storage": {"failures": 3, "open_s": 0.3, "slow_s": 5}}
    prefix = uuid4().hex

    def use(url: str, **options: Any) -> None:
        settings.STORAGES = {
            **settings.STORAGES,
            "objects": {
                "BACKEND": "files.storage.s3.S3Objects",
                "OPTIONS": {
                    "bucket_name": BUCKET,
                    "endpoint_url": url,
                    "access_key": KEY,
                    "secret_key": SECRET,
                    "region_name": "us-east-1",
                    "location": prefix,
                    "addressing_style": "path",
                    "connect_timeout_s": 1,
                    "read_timeout_s": 1,
                    **options,
                },
            },
        }

    BREAKER.reset()
    yield use
    BREAKER.reset()


@pytest.fixture(autouse=True)
def storage(use: Use, server: Server) -> None:
    """Keep objects at the server of the test."""
    use(server.url)


@pytest.fixture
def proxy(use: Use, server: Server) -> Iterator[Proxy]:
    """Put a network between the platform and the server that is under the test's control."""
    made = Proxy(server.port)
    use(made.url)
    yield made
    made.close()


@pytest.fixture
def bytes_in(storage: None) -> Callable[[], list[str]]:
    """Return a function that lists what lies in storage: hashes, and staged files as `staging/…`."""

    def listed() -> list[str]:
        kept: Any = objects()
        listing = kept._listed("list_objects_v2", "Contents", kept._normalize_name(""))
        found = [name for entry in listing if (name := entry["Key"].rsplit("/", 1)[-1]) != PROBE]
        staged = [f"staging/{path.name}" for path in staging_folder().rglob("*") if path.is_file()]
        return sorted([*found, *staged])

    return listed
