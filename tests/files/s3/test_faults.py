"""A store that is gone, comes back, refuses, is slow or breaks off: clear errors, fast, and nothing lost."""

import os
import time
from datetime import timedelta
from typing import Any, cast

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone

from core import health
from core.choices import JobStatus
from core.errors import Unavailable
from core.jobs import runner
from core.models import Job
from files import duties
from files.models import File, StoredObject
from files.services import file_delete, file_open, files_purge
from files.staging import staging_folder
from files.storage import objects
from files.storage.s3_calls import BREAKER

pytestmark = pytest.mark.xdist_group("s3")

UPLOAD = "/api/v1/files/upload"


def upload(client, content=b"content"):
    return client.post(UPLOAD, {"file": SimpleUploadedFile("a.txt", content)}, format="multipart")


@pytest.fixture
def asked():
    """Return a function that calls another and says how often the store was asked meanwhile."""

    def counted(function, *args):
        calls = []
        events = cast(Any, objects()).client.meta.events
        events.register("before-send.s3", note := lambda **_: calls.append(1))
        try:
            return function(*args), len(calls)
        finally:
            events.unregister("before-send.s3", note)

    return counted


def breaker(settings, **numbers):
    """Change numbers of the breaker."""
    settings.BREAKERS = {"storage": {**settings.BREAKERS["storage"], **numbers}}


def eventually(condition, seconds=40):
    """Return what the condition gives as soon as it is true."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def is_unavailable(answer) -> bool:
    assert (answer.status_code, answer.json()["code"]) == (503, "storage_unavailable"), answer.content
    assert int(answer["Retry-After"]) >= 1
    return True


def storage_health():
    return next(component for component in health.look() if component.name == "storage")


def test_a_store_that_is_gone_refuses_fast_and_everything_is_back_when_it_is(
    api, ada, stored, rclone, asked, settings
):
    client = api(ada)
    breaker(settings, open_s=60)
    before = stored(ada, b"before")
    large = stored(ada, os.urandom(2_000_000))
    rclone.kill()
    answer, times = asked(upload, client)
    assert is_unavailable(answer)
    assert times
    for _ in range(3):
        assert is_unavailable(upload(client))
    answer, times = asked(upload, client)
    assert is_unavailable(answer)
    assert not times, "the breaker is open"
    for file in (before, large):
        assert is_unavailable(client.get(f"/api/v1/files/download/{file.pk}"))
    assert list(staging_folder().iterdir()) == []
    assert File.objects.count() == 2
    seen = storage_health()
    assert (seen.ok, "breaker open" in seen.detail) == (False, True)
    rclone.start()
    breaker(settings, open_s=0)
    answer = eventually(lambda: (found := upload(client)).status_code == 201 and found)
    assert file_open(File.objects.get(pk=answer.json()["id"])).read() == b"content"
    assert file_open(before).read() == b"before"
    assert storage_health().detail == "S3 bucket dynacomp, breaker closed"


def test_lists_and_pages_need_no_store(api, ada, stored, rclone):
    stored(ada)
    rclone.kill()
    assert api(ada).get("/api/v1/files/list").json()["count"] == 1


def test_a_deletion_of_bytes_waits_for_the_store(ada, stored, rclone, bytes_in):
    file = stored(ada)
    file_delete(file=file, actor=ada)
    File.objects.update(deleted_at=timezone.now() - timedelta(hours=1))
    rclone.kill()
    with pytest.raises(Unavailable):
        files_purge()
    assert StoredObject.objects.count() == 1
    rclone.start()
    eventually(lambda: BREAKER.state() and _collected())
    assert bytes_in() == []


def _collected() -> bool:
    try:
        duties.collect_unreferenced()
    except Unavailable:
        return False
    return not StoredObject.objects.exists()


def test_a_job_is_tried_again_when_the_store_is_back(api, ada, stored, rclone, run_jobs):
    """Compressing waits for its input: the attempt goes back to the queue, and the next succeeds."""
    call_command("seed", verbosity=0)
    file = stored(ada, b"compress me " * 100)
    body = {"file": str(file.pk), "algorithm": "zstd"}
    answer = api(ada).post("/api/v1/compression/compress", body, HTTP_PREFER="respond-async")
    assert answer.status_code == 202, answer.content
    rclone.kill()
    runner.run(answer.json()["id"], worker="test", threaded=False)
    job = Job.objects.get()
    assert (job.status, job.error) == (JobStatus.QUEUED, None)
    assert job.available_at is not None
    assert job.available_at > timezone.now()
    rclone.start()
    eventually(lambda: storage_health().ok)
    run_jobs()
    assert Job.objects.get().status == JobStatus.SUCCEEDED


def test_wrong_credentials_are_said_and_open_no_breaker(api, ada, use, rclone, caplog):
    use(rclone.url, secret_key="wrong")
    for _ in range(5):
        answer = upload(api(ada))
        assert is_unavailable(answer)
        assert "refuses to work for the platform" in answer.json()["detail"]
    assert BREAKER.describe() == "breaker closed"
    assert "refuses" in storage_health().detail


def test_a_bucket_that_is_missing_is_said_and_no_object_is_called_lost(api, ada, stored, use, rclone):
    file, large = stored(ada), stored(ada, os.urandom(2_000_000))
    use(rclone.url, bucket_name="nowhere")
    for answer in (upload(api(ada), b"new"), *(_download(api(ada), one) for one in (file, large))):
        assert is_unavailable(answer)
        assert "bucket" in answer.json()["detail"]
    assert BREAKER.describe() == "breaker closed"


def _download(client, file):
    return client.get(f"/api/v1/files/download/{file.pk}")


@pytest.mark.slow
def test_a_store_that_says_nothing_is_given_up_and_then_not_asked(api, ada, proxy, asked, settings):
    client = api(ada)
    breaker(settings, open_s=60)
    assert upload(client, b"first").status_code == 201
    proxy.silent = True
    answer, times = asked(upload, client)
    assert is_unavailable(answer)
    assert times == 2
    for _ in range(2):
        upload(client)
    answer, times = asked(upload, client)
    assert is_unavailable(answer)
    assert not times
    breaker(settings, open_s=0)
    proxy.silent = False
    proxy.cut()
    assert eventually(lambda: upload(client, b"later").status_code == 201)


def test_a_slow_store_opens_the_breaker(ada, stored, proxy, settings):
    settings.BREAKERS = {"storage": {"slow_s": 0.02, "calls": 4, "open_s": 60}}
    proxy.delay_s = 0.05

    def store(count):
        for number in range(count):
            stored(ada, b"%d" % number)

    with pytest.raises(Unavailable):
        store(20)
    assert "calls took longer than 0.02 s" in BREAKER.describe()


def test_a_download_that_breaks_off_goes_on_where_it_was(ada, stored, proxy):
    content = os.urandom(6_000_000)
    file = stored(ada, content)
    proxy.cut_after = 3_000_000
    with objects().open_object(file.sha256, file.size) as source:
        assert b"".join(iter(lambda: source.read(300_000), b"")) == content
    assert proxy.cut_after is None, "it was cut"
    assert BREAKER.describe() == "breaker closed"


@pytest.mark.slow
def test_a_server_that_dies_during_a_large_upload_leaves_nothing(api, ada, rclone, bytes_in):
    begun: list[object] = []

    def die(**_):
        begun.append(rclone.kill())

    kept: Any = objects()
    kept.client.meta.events.register("before-call.s3.UploadPart", die)
    assert is_unavailable(upload(api(ada), os.urandom(20_000_000)))
    assert begun
    assert not File.objects.exists()
    rclone.start()
    eventually(lambda: storage_health().ok)
    assert bytes_in() == []
