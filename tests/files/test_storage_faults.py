"""Whatever dies, and whoever comes at the same time: a file that is there has its bytes, and nothing else stays."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from core.errors import TooLarge
from files import adoption, duties
from files.choices import Damage
from files.errors import ObjectDamaged, ObjectMissing
from files.locks import lock_objects
from files.models import File, StoredObject, Usage
from files.rules import UNDO_FOR
from files.services import file_adopt, file_delete, file_open, files_purge, object_check, object_collect
from files.staging import Staged, leftovers_remove, staging
from files.storage import LocalObjects, key_of, objects


class Died(BaseException):
    """The process is killed here."""


def die(*args, **kwargs):
    raise Died


def sweep() -> None:
    leftovers_remove(older_than_s=-1)
    duties.collect_unreferenced()
    for prefix in range(256):
        duties.strays_remove(prefix=f"{prefix:02x}", older_than_s=-1)


def delete_for_good(file: File) -> None:
    file_delete(file=file, actor=file.owner)
    File.objects.filter(pk=file.pk).update(deleted_at=timezone.now() - UNDO_FOR)
    files_purge()


def staged_with(content: bytes) -> Staged:
    staged = Staged.create()
    staged.write(content)
    return staged


STEPS_OF_KEEPING = [
    "files.staging.os.fsync",
    "files.adoption.claim_quota",
    "files.adoption.lock_objects",
    "files.storage.local.os.replace",
    "files.storage.local._sync_folder",
    "files.adoption.File.objects.bulk_create",
    "files.adoption.audit.record_many",
    "files.adoption.publish",
]


@pytest.mark.parametrize("step", STEPS_OF_KEEPING)
def test_death_while_a_file_is_kept_leaves_nothing_that_a_sweep_does_not_remove(
    ada, bytes_in, monkeypatch, step
):
    staged = staged_with(b"content")
    with monkeypatch.context() as patch:
        patch.setattr(step, die)
        with pytest.raises(Died):
            file_adopt(owner=ada, staged=staged, name="a")
    os.close(staged.fileno())  # what the system does for the dead
    assert not File.objects.exists()
    sweep()
    assert bytes_in() == []
    assert not StoredObject.objects.exists()


@pytest.mark.parametrize("step", ["files.services.objects", "files.querysets.StoredObjectQuerySet.delete"])
def test_death_while_bytes_are_removed_is_made_good_by_the_next_look(
    ada, stored, bytes_in, monkeypatch, step
):
    file = stored(ada, b"content")
    with monkeypatch.context() as patch:
        patch.setattr(step, die)
        with pytest.raises(Died):
            delete_for_good(file)
    assert StoredObject.objects.count() == 1
    again = stored(ada, b"content")
    assert file_open(again).read() == b"content"
    delete_for_good(again)
    sweep()
    assert bytes_in() == []
    assert not StoredObject.objects.exists()


def test_a_staged_file_that_is_still_written_is_left_alone(storage, bytes_in):
    with staging() as staged:
        staged.write(b"x")
        assert leftovers_remove(older_than_s=-1) == 0
        assert bytes_in() == [f"staging/{staged.path.name}"]
    assert bytes_in() == []


def test_a_young_stray_is_left_alone(ada, stored, bytes_in):
    file = stored(ada)
    File.objects.all().delete()
    StoredObject.objects.all().delete()
    assert duties.strays_remove(prefix=file.sha256[:2]) == 0
    assert bytes_in() == [file.sha256]


def test_shared_bytes_stay_with_the_last_file(ada, ben, stored, bytes_in):
    one, other = stored(ada), stored(ben)
    delete_for_good(one)
    assert file_open(other).read() == b"some bytes\n"
    delete_for_good(other)
    assert bytes_in() == []
    assert Usage.objects.filter(bytes=0, files=0).count() == 2


def test_files_of_a_closed_account_go_with_it(ada, stored, bytes_in):
    stored(ada)
    ada.delete()
    sweep()
    assert bytes_in() == []
    assert not StoredObject.objects.exists()


def test_usage_is_counted_however_files_are_written(ada, ben, stored):
    stored(ada, b"123")
    moved = stored(ada, b"4567")
    File.objects.filter(pk=moved.pk).update(owner=ben)
    assert dict(Usage.objects.values_list("owner__username", "bytes")) == {"ada": 3, "ben": 4}
    File.objects.all().delete()
    assert set(Usage.objects.values_list("bytes", "files")) == {(0, 0)}


# Damage


def spoil(storage, file: File, content: bytes | None) -> None:
    path = storage / key_of(file.sha256)
    path.unlink()
    if content is not None:
        path.write_bytes(content)


@pytest.mark.parametrize(
    ("content", "error", "damage"),
    [
        (None, ObjectMissing, Damage.MISSING),
        (b"same size!\n", ObjectDamaged, Damage.DAMAGED),
        (b"shorter", ObjectDamaged, Damage.DAMAGED),
    ],
)
def test_bytes_that_are_not_right_are_never_given_out(api, ada, stored, storage, content, error, damage):
    file = stored(ada)
    spoil(storage, file, content)
    with pytest.raises(error):
        file_open(file).read()
    answer = api(ada).get(f"/api/v1/files/download/{file.pk}", HTTP_RANGE="bytes=0-3")
    assert (answer.status_code, answer.json()["code"]) == (500, error.code)
    assert object_check(stored=StoredObject.objects.get()) == damage
    assert StoredObject.objects.get().damage == damage


def test_a_large_file_is_verified_before_its_last_bytes_are_given_out(ada, stored, storage):
    content = os.urandom(5_000_000)
    file = stored(ada, content)
    with file_open(file) as source:
        assert source.read() == content
    spoil(storage, file, content[:-1] + bytes([content[-1] ^ 1]))
    with file_open(file) as source:
        assert source.read(len(content) - 1) == content[:-1]
        with pytest.raises(ObjectDamaged):
            source.read(1)


def test_an_upload_of_the_same_bytes_repairs(ada, stored, storage):
    file = stored(ada)
    spoil(storage, file, b"same size!\n")
    stored(ada)
    assert file_open(file).read() == b"some bytes\n"


def test_a_hash_that_was_only_reported_does_not_replace_what_others_share(ada, stored):
    good = stored(ada, b"right")
    with staging() as staged:
        os.write(staged.fileno(), b"wrong")
        staged.seal(good.sha256)
        file_adopt(owner=ada, staged=staged, name="lie")
    assert file_open(good).read() == b"right"


def test_a_hash_of_other_bytes_is_a_defect_and_keeps_nothing(ada, stored):
    good = stored(ada, b"right")
    with staging() as staged:
        os.write(staged.fileno(), b"much longer")
        staged.seal(good.sha256)
        with pytest.raises(ValueError, match="11 bytes were reported under the hash of 5 others"):
            file_adopt(owner=ada, staged=staged, name="lie")
    assert File.objects.get() == good


def test_the_command_finds_damage_and_notes_its_repair(ada, stored, storage):
    good, bad = stored(ada, b"good"), stored(ada, b"bad")
    spoil(storage, bad, b"BAD")
    errors = StringIO()
    with pytest.raises(CommandError):
        call_command("check_storage", stdout=StringIO(), stderr=errors)
    assert errors.getvalue().split() == ["damaged", bad.sha256, "3", "bytes"]
    assert {o.pk: o.damage for o in StoredObject.objects.all()} == {good.sha256: "", bad.sha256: "damaged"}
    stored(ada, b"bad")
    output = StringIO()
    call_command("check_storage", "--strays", stdout=output)
    assert output.getvalue().splitlines() == [
        "0 objects without a row removed",
        "2 objects checked (7 bytes), 0 not sound".replace("7 ", "7\u00a0"),
    ]


# Two at once


@pytest.fixture
def together(transactional_db):
    """Run functions at the same time, each with a connection of its own."""

    def run(*functions):
        def closing(function):
            try:
                return function()
            finally:
                connection.close()

        with ThreadPoolExecutor(len(functions)) as pool:
            return [future.result(20) for future in [pool.submit(closing, f) for f in functions]]

    return run


def test_an_upload_waits_for_the_removal_of_the_same_bytes(ada, stored, together, monkeypatch):
    file = stored(ada, b"content")
    File.objects.all().delete()
    removing, waiting = threading.Event(), threading.Event()
    remove, lock = LocalObjects.remove, lock_objects

    def slow_remove(self, sha256):
        removing.set()
        assert waiting.wait(40)
        remove(self, sha256)

    def noted_lock(hashes):
        assert removing.wait(40)
        waiting.set()
        lock(hashes)

    monkeypatch.setattr(LocalObjects, "remove", slow_remove)
    monkeypatch.setattr(adoption, "lock_objects", noted_lock)
    removed, again = together(lambda: object_collect(sha256=file.sha256), lambda: stored(ada, b"content"))
    assert removed is True
    assert file_open(again).read() == b"content"
    assert StoredObject.objects.get().pk == again.sha256


def test_a_removal_leaves_bytes_that_are_just_being_put(ada, stored, together, monkeypatch):
    file = stored(ada, b"content")
    File.objects.all().delete()
    adopting, tried = threading.Event(), threading.Event()
    adopt = LocalObjects.adopt_all

    def slow_adopt(self, staged):
        adopting.set()
        assert tried.wait(40)
        adopt(self, staged)

    def collect():
        assert adopting.wait(40)
        try:
            return object_collect(sha256=file.sha256)
        finally:
            tried.set()

    monkeypatch.setattr(LocalObjects, "adopt_all", slow_adopt)
    again, removed = together(lambda: stored(ada, b"content"), collect)
    assert removed is False
    assert file_open(again).read() == b"content"


def test_uploads_and_removals_of_the_same_bytes_in_any_order(ada, stored, together, bytes_in):
    def come_and_go():
        for _ in range(15):
            delete_for_good(stored(ada, b"content"))

    together(come_and_go, come_and_go, come_and_go)
    kept = stored(ada, b"content")
    assert file_open(kept).read() == b"content"
    assert bytes_in() == [kept.sha256]
    assert Usage.objects.get(owner=ada).files == 1


def test_two_uploads_at_once_do_not_pass_the_quota_together(ada, stored, together):
    ada.quota_bytes = 10
    ada.save()

    def upload():
        try:
            return bool(stored(ada, os.urandom(6)))
        except TooLarge:
            return False

    assert sorted(together(upload, upload, upload)) == [False, False, True]
    assert Usage.objects.get(owner=ada).bytes == 6


def test_storage_keeps_to_itself(storage, ada, stored):
    file = stored(ada)
    path = storage / key_of(file.sha256)
    assert objects().probe().endswith("GB free")
    assert path.stat().st_mode & 0o777 == 0o600
    assert {folder.stat().st_mode & 0o777 for folder in (path.parent, path.parent.parent)} == {0o700}
