"""Objects in a store, as two servers see it: what goes up comes down, whole and in part."""

import hashlib
import os
from typing import Any

import pytest
from django.utils import timezone

from files import duties
from files.errors import ObjectDamaged, ObjectMissing
from files.models import File, StoredObject
from files.services import file_on_disk, file_open, files_purge
from files.staging import staging, staging_folder
from files.storage import key_of, objects

pytestmark = pytest.mark.xdist_group("s3")

LARGE = 20 * 1024 * 1024 + 7


@pytest.fixture(params=["rclone", "moto"])
def server(request):
    return request.getfixturevalue(request.param)


def put(content: bytes) -> str:
    """Put bytes into the store; return their hash."""
    with staging() as staged:
        staged.write(content)
        staged.seal()
        objects().adopt_all([staged])
        return staged.sha256


def raw() -> Any:
    """Return the client and where things are."""
    return objects()


@pytest.mark.parametrize("size", [0, 1, 100_000, 1024 * 1024, 1024 * 1024 + 1, 5_000_000])
def test_what_goes_up_comes_down(size):
    content = os.urandom(size)
    sha256 = put(content)
    assert sha256 == hashlib.sha256(content).hexdigest()
    with objects().open_object(sha256, size) as source:
        assert source.read() == content
        source.seek(size // 2)
        assert source.read(10) == content[size // 2 :][:10]
        assert source.seek(-1, os.SEEK_END) == max(0, size - 1)


def test_a_large_object_goes_up_in_parts_and_can_be_read_from_anywhere():
    content, parts = os.urandom(LARGE), []
    raw().client.meta.events.register("before-call.s3.UploadPart", lambda **_: parts.append(1))
    sha256 = put(content)
    assert len(parts) == 3
    with objects().open_object(sha256, LARGE) as source:
        for at in (0, 8 * 1024 * 1024 - 5, LARGE - 10):
            source.seek(at)
            assert source.read(10) == content[at : at + 10]
        source.seek(0)
        assert hashlib.sha256(source.read()).hexdigest() == sha256


def test_known_bytes_are_not_sent_again(monkeypatch):
    sha256 = put(b"content")
    monkeypatch.setattr(raw().client, "upload_file", None)
    assert put(b"content") == sha256


def test_what_is_not_there_is_missing_and_what_has_changed_is_damaged():
    sha256 = put(b"content")
    raw().client.put_object(**raw()._place(sha256), Body=b"CONTENT")
    with pytest.raises(ObjectDamaged):
        objects().open_object(sha256, 7)
    with pytest.raises(ObjectDamaged):
        objects().open_object(sha256, 6)
    objects().remove(sha256)
    objects().remove(sha256)
    for size in (7, 2_000_000):
        with pytest.raises(ObjectMissing):
            objects().open_object(sha256, size)


def test_a_large_object_that_has_changed_never_gives_its_last_bytes():
    content = os.urandom(5_000_000)
    sha256 = put(content)
    raw().client.put_object(**raw()._place(sha256), Body=content[:-1] + bytes([content[-1] ^ 1]))
    with objects().open_object(sha256, len(content)) as source:
        assert source.read(len(content) - 1) == content[:-1]
        with pytest.raises(ObjectDamaged):
            source.read(1)


def test_a_shard_lists_its_objects_with_their_age():
    hashes = {put(b"%d" % number) for number in range(5)}
    found = dict(entry for prefix in range(256) for entry in objects().shard(f"{prefix:02x}"))
    assert set(found) == hashes
    assert all(-2 < age < 60 for age in found.values())


def test_the_probe_says_where_it_is():
    assert objects().probe() == "S3 bucket dynacomp, breaker closed"


def test_a_file_is_brought_to_the_disk_for_a_codec_and_leaves_it_again(ada, stored):
    file = stored(ada, b"content")
    with file_on_disk(file) as source:
        assert os.pread(source.fileno(), 100, 0) == b"content"
    assert list(staging_folder().iterdir()) == []


def test_strays_and_unreferenced_objects_are_removed(ada, stored, bytes_in):
    kept, stray = stored(ada, b"kept"), put(b"stray")
    gone = stored(ada, b"gone")
    File.objects.filter(pk=gone.pk).delete()
    duties.collect_unreferenced()
    assert bytes_in() == sorted([kept.sha256, stray])
    assert duties.strays_remove(prefix=stray[:2], older_than_s=-5) == 1
    assert bytes_in() == [kept.sha256]
    assert StoredObject.objects.get().pk == kept.sha256
    assert files_purge() == 0
    assert file_open(kept).read() == b"kept"


def test_an_upload_whose_process_died_is_given_up_after_a_while(moto, use, monkeypatch):
    use(moto.url)
    where = raw()._place(hashlib.sha256(b"x").hexdigest())
    begun = raw().client.create_multipart_upload(**where)
    raw().client.upload_part(**where, UploadId=begun["UploadId"], PartNumber=1, Body=b"x")
    (found,) = raw()._listed("list_multipart_uploads", "Uploads", "")
    with monkeypatch.context() as patch:
        patch.setattr(type(raw()), "_listed", lambda *_: [{**found, "Initiated": timezone.now()}])
        assert objects().unfinished_remove(older_than_s=3600) == 0
    duties.remove_unfinished_uploads()
    assert list(raw()._listed("list_multipart_uploads", "Uploads", "")) == []


def test_names_in_the_bucket_begin_with_the_prefix_of_the_settings(use, server):
    use(server.url, location="some/where")
    sha256 = put(b"content")
    assert raw()._place(sha256)["Key"] == f"some/where/{key_of(sha256)}"
    assert [name for name, _ in objects().shard(sha256[:2])] == [sha256]
