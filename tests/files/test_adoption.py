"""Many staged files become files at once: few statements, all or none, in any company."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.models import AuditEntry
from core.errors import TooLarge
from files.adoption import Adoption, files_adopt_many, seal_all
from files.choices import Damage, Kind, Origin
from files.events import FilesStored
from files.models import File, StoredObject, Usage
from files.services import file_open
from files.staging import StagingArea, leftovers_remove
from files.storage import key_of


@pytest.fixture
def area(storage):
    with StagingArea() as made:
        yield made


def staged_in(area, contents):
    """Return adoptions of these contents, named by their number, all at rest."""
    adoptions = []
    for number, content in enumerate(contents):
        staged = area.add()
        staged.write(content)
        staged.rest()
        adoptions.append(Adoption(staged, f"{number}.txt", "a/b"))
    return adoptions


def test_many_files_are_kept_in_order_with_all_that_belongs_to_them(ada, area, bytes_in):
    contents = [b"one", b"two", b"one", b"{}"]
    kept = files_adopt_many(owner=ada, adoptions=staged_in(area, contents), origin=Origin.UPLOAD)
    area.close()
    assert [(file.name, file.path, file.size) for file in kept] == [
        (f"{number}.txt", f"a/b/{number}.txt", len(content)) for number, content in enumerate(contents)
    ]
    assert [file_open(file).read() for file in kept] == contents
    assert [file.kind for file in kept] == [Kind.TEXT, Kind.TEXT, Kind.TEXT, Kind.JSON]
    assert set(File.objects.values_list("pk", flat=True)) == {file.pk for file in kept}
    assert bytes_in() == sorted({file.sha256 for file in kept})
    assert (Usage.objects.get(owner=ada).files, Usage.objects.get(owner=ada).bytes) == (4, 11)
    noted = AuditEntry.objects.filter(action="file.stored", actor=ada)
    assert {(entry.target_id, entry.detail["size"]) for entry in noted} == {
        (file.pk, file.size) for file in kept
    }


def test_the_number_of_statements_does_not_grow_with_the_number_of_files(
    ada, storage, stored, django_assert_num_queries
):
    stored(ada)
    for count in (1, 40):
        with StagingArea() as area:
            adoptions = staged_in(area, [b"%d of %d" % (number, count) for number in range(count)])
            # room, savepoint, locks, objects, usage, files, audit, release
            with django_assert_num_queries(8):
                files_adopt_many(owner=ada, adoptions=adoptions)


def test_no_files_are_no_work(ada, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert files_adopt_many(owner=ada, adoptions=[]) == []


def test_one_event_tells_of_all(ada, area, monkeypatch):
    told: list[FilesStored] = []
    monkeypatch.setattr("files.adoption.publish", told.append)
    kept = files_adopt_many(owner=ada, adoptions=staged_in(area, [b"1", b"2"]))
    assert told == [FilesStored(tuple(file.pk for file in kept), ada.pk)]
    assert told[0].message() == {"kind": "file.stored_many", "owner_id": ada.pk, "count": 2}
    assert told[0].groups() == [f"user.{ada.pk}"]


def test_beyond_the_quota_none_is_kept(ada, area, bytes_in):
    ada.quota_bytes = 5
    with pytest.raises(TooLarge) as refused:
        files_adopt_many(owner=ada, adoptions=staged_in(area, [b"123", b"456"]))
    assert refused.value.code == "quota_exceeded"
    area.close()
    assert not File.objects.exists()
    assert bytes_in() == []


def test_damaged_bytes_are_repaired_on_the_way(ada, area, stored, storage):
    bad, good = stored(ada, b"bad"), stored(ada, b"good")
    (storage / key_of(bad.sha256)).write_bytes(b"BAD")
    StoredObject.objects.filter(pk=bad.sha256).update(damage=Damage.DAMAGED)
    kept = files_adopt_many(owner=ada, adoptions=staged_in(area, [b"good", b"bad"]))
    assert [file_open(file).read() for file in (*kept, bad, good)] == [b"good", b"bad", b"bad", b"good"]
    assert not StoredObject.objects.exclude(damage="").exists()


def test_an_area_needs_one_descriptor_and_leaves_nothing(ada, area, storage, bytes_in):
    adoptions = staged_in(area, [b"%d" % number for number in range(50)])
    seal_all([one.staged for one in adoptions])
    assert all(one.staged.file.closed for one in adoptions)
    assert leftovers_remove(older_than_s=-1) == 0, "its writer lives"
    area.close()
    assert bytes_in() == []


def test_the_area_of_a_dead_process_is_swept(storage, bytes_in):
    area = StagingArea()
    area.add().write(b"half of")
    os.close(area._lock)  # what the system does for the dead
    assert leftovers_remove(older_than_s=-1) == 1
    assert bytes_in() == []


@pytest.mark.django_db(transaction=True)
def test_the_same_bytes_from_many_sides_in_any_order(ada, ben, storage, bytes_in):
    contents = [b"%d" % number for number in range(30)]
    begin = threading.Barrier(4)

    def come(owner, order):
        try:
            for _ in range(3):
                with StagingArea() as area:
                    adoptions = staged_in(area, order)
                    begin.wait(40)
                    files_adopt_many(owner=owner, adoptions=adoptions)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        backwards = contents[::-1]
        sides = [(ada, contents), (ben, backwards), (ada, backwards), (ben, contents)]
        for done in [pool.submit(come, *side) for side in sides]:
            done.result(30)
    assert File.objects.count() == 4 * 3 * 30
    assert StoredObject.objects.count() == len(bytes_in()) == 30
    assert {row.files for row in Usage.objects.all()} == {180}
