"""Archives that take long: a job whose work survives whoever does it."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from core.choices import JobStatus
from core.errors import StorageFull, Unavailable
from core.jobs import runner, services
from core.jobs.stops import JobCancelled
from core.models import Job
from files import duties
from files.batch import run
from files.batch.models import Batch, BatchItem
from files.batch.selectors import held_bytes
from files.batch.services import batch_store, batches_forget
from files.models import File, StoredObject
from files.services import file_delete, file_open
from tests.files import archives
from tests.files.archives import FILES, tarred, zipped
from tests.files.test_batch_api import shape

URL = "/api/v1/files/batch-upload"
MANY = [(f"{number // 3}/{number}.txt", b"content of %d" % number) for number in range(10)]

pytestmark = pytest.mark.xdist_group("unpack")


class Died(BaseException):
    """The process is killed here."""


@pytest.fixture(autouse=True)
def small_steps(monkeypatch):
    monkeypatch.setattr(run, "ADOPTED_AT_ONCE", 3)


def ask(client, archive, query="", name="x.zip", **fields) -> Any:
    """Have an archive unpacked by a job."""
    form = {"archive": SimpleUploadedFile(name, archive), **fields}
    answer = client.post(URL + query, form, format="multipart", headers={"Prefer": "respond-async"})
    assert answer.status_code == 202, answer.content
    assert answer["Location"] == f"/api/v1/jobs/{answer.json()['id']}"
    return Job.objects.get(pk=answer.json()["id"])


def attempt(job: Any) -> Any:
    """Run the job once; return it as it is then."""
    runner.run(str(job.pk), worker="test", threaded=False)
    return Job.objects.get(pk=job.pk)


def outcome(job: Any):
    """Return name and status of each member in the job's result."""
    assert job.status == JobStatus.SUCCEEDED, job.error
    return [(one["name"], one["status"]) for one in job.result["results"]]


def die_at(monkeypatch, step: int, error: BaseException) -> None:
    """Have the process die when it begins to keep its chunk number `step`."""
    original, seen = run._Run._keep_waiting, []

    def keep(self):
        seen.append(1)
        if len(seen) == step:
            raise error
        original(self)

    monkeypatch.setattr(run._Run, "_keep_waiting", keep)


def dies(job: Job, monkeypatch, step: int) -> None:
    """Run the job in a process that dies, and let the lease run out."""
    with monkeypatch.context() as patch:
        die_at(patch, step, Died())
        with pytest.raises(Died):
            attempt(job)
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert services.jobs_recover() == 1


def test_the_result_is_what_the_call_would_have_answered(api, ada, bytes_in):
    client = api(ada)
    at_once = client.post(URL, {"archive": SimpleUploadedFile("x.zip", zipped(FILES))}, format="multipart")
    File.objects.all().delete()
    job = ask(client, zipped(FILES), folder="", tags=["t"])
    assert (job.title, job.progress_total, job.progress_unit) == ("Unpack x.zip", 4, "files")
    assert len(bytes_in()) == 5, "four members and the archive"
    job = attempt(job)
    assert outcome(job) == [(name, status) for name, status, _ in shape(at_once)]
    assert set(job.result["results"][0]["file"]) == set(at_once.json()["results"][0]["file"])
    assert {file.path: file_open(file).read() for file in File.objects.all()} == dict(FILES)
    assert (job.progress_done, job.progress_total) == (4, 4)
    assert not Batch.objects.exists()
    duties.collect_unreferenced()
    assert len(bytes_in()) == 4, "the archive is gone"
    shown = client.get(f"/api/v1/jobs/{job.pk}", headers={"Prefer": "wait=1"})
    assert shown.json()["result"] == job.result


def test_a_large_archive_becomes_a_job_by_itself(api, ada, settings, run_jobs):
    settings.INLINE_OUTPUT_BYTES = 50
    answer = api(ada).post(URL, {"archive": SimpleUploadedFile("x.zip", zipped(MANY))}, format="multipart")
    assert answer.status_code == 202
    (job,) = run_jobs()
    assert len(outcome(job)) == 10


def test_an_archive_that_shows_its_size_late_becomes_a_job_and_leaves_nothing_behind(
    api, ada, settings, run_jobs
):
    settings.BATCH_FILES = 5
    archive = SimpleUploadedFile("x.tgz", tarred(MANY, "w:gz"))
    answer = api(ada).post(URL, {"archive": archive}, format="multipart")
    assert answer.status_code == 202
    assert not File.objects.exists()
    (job,) = run_jobs()
    assert len(outcome(job)) == File.objects.count() == 10


def test_progress_is_in_bytes_where_nobody_knows_how_many_members_there_are(api, ada):
    job = ask(api(ada), tarred([(f"{n}", bytes(200_000)) for n in range(60)], "w:gz"), name="x.tgz")
    if job.progress_total is None:
        job = attempt(job)
        assert job.progress_unit == "bytes"
    else:
        assert job.progress_total == 60


def test_members_that_cannot_be_kept_have_their_reason(api, ada):
    job = attempt(ask(api(ada), archives.with_special_members()))
    assert outcome(job)[-2:] == [("/abs", 422), ("good.txt", 201)]
    assert job.result["results"][0]["error"]["code"] == "member_link"
    assert File.objects.get().name == "good.txt"


def test_what_came_before_the_end_of_a_broken_archive_is_kept(api, ada):
    job = attempt(ask(api(ada), archives.truncated(), name="x.tgz"))
    assert [status for _, status in outcome(job)] == [201, 201, 422, 422]
    assert outcome(job)[-1][0] == "x.tgz"


def test_an_archive_that_is_bad_from_the_start_fails_the_job(api, ada, settings):
    settings.DECODED_RATIO_LIMIT = 100
    job = attempt(ask(api(ada), zipped([("zeros", bytes(300_000_000))])))
    assert (job.status, job.error["code"]) == (JobStatus.FAILED, "ratio_limit_exceeded")
    assert not File.objects.exists()


@pytest.mark.parametrize("step", [1, 2, 4])
def test_a_dead_worker_costs_no_member_and_none_comes_twice(api, ada, monkeypatch, step):
    job = ask(api(ada), zipped(MANY))
    dies(job, monkeypatch, step)
    kept = set(File.objects.values_list("pk", flat=True))
    assert len(kept) == 3 * (step - 1)
    job = attempt(job)
    assert job.attempt == 2
    assert outcome(job) == [(name, 201) for name, _ in MANY]
    assert kept <= set(File.objects.values_list("pk", flat=True))
    assert sorted(file.path for file in File.objects.all()) == sorted(name for name, _ in MANY)


@pytest.mark.parametrize("error", [Unavailable("Away."), StorageFull("Full.")])
def test_trouble_with_storage_is_nobodys_fault_and_costs_no_member(api, ada, monkeypatch, error):
    job = ask(api(ada), zipped(MANY))
    with monkeypatch.context() as patch:
        die_at(patch, 3, error)
        job = attempt(job)
    assert File.objects.count() == 6
    if isinstance(error, Unavailable):
        assert job.status == JobStatus.QUEUED, "it is tried again by itself"
        Job.objects.update(available_at=None)
    else:
        assert job.error["code"] == "storage_full"
        job = services.job_retry(job=job, actor=ada)
    assert len(outcome(attempt(job))) == File.objects.count() == 10


def test_a_chunk_that_storage_refuses_is_kept_as_a_whole_or_not_at_all(api, ada, monkeypatch):
    job = ask(api(ada), zipped(MANY))

    def refused(*, items, **others):
        batch_store(items=items[:1], **others)
        items[-1].refusal = Unavailable("Away.")

    monkeypatch.setattr(run, "batch_store", refused)
    assert attempt(job).status == JobStatus.QUEUED
    assert not File.objects.exists()
    assert not BatchItem.objects.exists()


def test_a_worker_whose_job_was_given_away_writes_nothing(api, ada, monkeypatch):
    job = ask(api(ada), zipped(MANY))
    original, seen = run._Run._keep_waiting, []

    def keep(self):
        seen.append(1)
        if len(seen) == 2:
            Job.objects.filter(pk=job.pk).update(fence=99)
        original(self)

    monkeypatch.setattr(run._Run, "_keep_waiting", keep)
    attempt(job)
    assert File.objects.count() == BatchItem.objects.count() == 3


def test_cancelling_keeps_what_was_done_and_a_retry_does_the_rest(api, ada, monkeypatch):
    client = api(ada)
    job = ask(client, zipped(MANY))
    original, seen = run._Run._keep_waiting, []

    def keep(self):
        original(self)
        seen.append(1)
        if len(seen) == 2:
            client.post(f"/api/v1/jobs/{job.pk}/cancel")
            self._ctx.stop(JobCancelled)

    with monkeypatch.context() as patch:
        patch.setattr(run._Run, "_keep_waiting", keep)
        ended = attempt(job)
    assert ended.status == JobStatus.CANCELLED
    kept = set(File.objects.values_list("pk", flat=True))
    assert len(kept) == 6
    again = client.post(f"/api/v1/jobs/{job.pk}/retry").json()
    assert outcome(attempt(Job.objects.get(pk=again["id"]))) == [(name, 201) for name, _ in MANY]
    assert kept < set(File.objects.values_list("pk", flat=True))
    assert File.objects.count() == 10


def test_an_archive_that_is_deleted_meanwhile_is_unpacked_all_the_same(api, ada, stored):
    file = stored(ada, zipped(FILES), name="x.zip")
    answer = api(ada).post(URL, {"file": str(file.pk)}, format="json", headers={"Prefer": "respond-async"})
    job = Job.objects.get(pk=answer.json()["id"])
    assert job.subject_id == file.pk
    file_delete(file=file, actor=ada)
    File.objects.update(deleted_at=timezone.now() - timedelta(days=1))
    duties.purge_deleted_files()
    duties.collect_unreferenced()
    assert len(outcome(attempt(job))) == 4


def test_what_a_job_holds_counts_for_the_quota(api, ada):
    archive = zipped(FILES)
    ada.quota_bytes = int(1.5 * len(archive))
    ada.save()
    client = api(ada)
    ask(client, archive)
    assert held_bytes(ada) == len(archive)
    form = {"archive": SimpleUploadedFile("y.zip", archive)}
    answer = client.post(URL, form, format="multipart", headers={"Prefer": "respond-async"})
    assert (answer.status_code, answer.json()["code"]) == (413, "quota_exceeded")


# All or none


def test_all_files_of_an_atomic_job_appear_at_once(api, ada, monkeypatch, bytes_in):
    job = ask(api(ada), zipped(MANY), "?atomic=true", tags=["t"], folder="f")
    dies(job, monkeypatch, 3)
    assert not File.objects.exists()
    assert BatchItem.objects.count() == 6
    duties.collect_unreferenced()
    assert len(bytes_in()) == 7, "six members and the archive are held"
    job = attempt(job)
    assert outcome(job) == [(name, 201) for name, _ in MANY]
    assert {file.path: file_open(file).read() for file in File.objects.filter(tags=["t"])} == {
        f"f/{name}": content for name, content in MANY
    }
    assert not BatchItem.objects.exists()


def test_an_atomic_job_that_fails_keeps_nothing_for_long(api, ada, bytes_in):
    bad = [*MANY, ("../up", b"1"), ("last", b"2"), ("/abs", b"3")]
    job = attempt(ask(api(ada), zipped(bad), "?atomic=true"))
    assert (job.status, job.error["code"]) == (JobStatus.FAILED, "batch_refused")
    assert [error["field"] for error in job.error["errors"]] == ["../up", "/abs"]
    assert not File.objects.exists()
    assert batches_forget() == 0, "it may be retried"
    Job.objects.filter(pk=job.pk).update(retry_of=None)
    Batch.objects.all().delete()
    duties.collect_unreferenced()
    assert bytes_in() == []


def test_an_atomic_job_beyond_the_quota_keeps_nothing(api, ada):
    archive = zipped([(f"{n}", bytes([n]) * 5000) for n in range(10)])
    ada.quota_bytes = 30_000
    ada.save()
    job = attempt(ask(api(ada), archive, "?atomic=true"))
    assert job.error["errors"][0]["code"] == "quota_exceeded"
    assert not File.objects.exists()


def test_a_quota_that_shrank_meanwhile_refuses_an_atomic_job_in_the_end(api, ada, monkeypatch):
    job = ask(api(ada), zipped(MANY), "?atomic=true")
    complete = run._Run.complete

    def late(self, finish):
        self._ctx.owner.quota_bytes = 1
        complete(self, finish)

    monkeypatch.setattr(run._Run, "complete", late)
    job = attempt(job)
    assert job.error["code"] == "quota_exceeded"
    assert not File.objects.exists()


def test_batches_are_forgotten_a_day_after_their_job(api, ada, monkeypatch):
    job = ask(api(ada), zipped(MANY), "?atomic=true")
    with monkeypatch.context() as patch:
        die_at(patch, 3, StorageFull("Full."))
        assert attempt(job).status == JobStatus.FAILED
    assert batches_forget() == 0
    monkeypatch.setattr("files.batch.services.RETRIED_WITHIN", timedelta(seconds=-5))
    assert batches_forget() == 1
    duties.collect_unreferenced()
    assert not StoredObject.objects.exists()
    again = services.job_retry(job=Job.objects.get(), actor=ada)
    failed = attempt(again)
    assert (failed.status, failed.error["code"]) == (JobStatus.FAILED, "archive_gone")
