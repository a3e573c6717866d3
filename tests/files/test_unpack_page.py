"""The offer to unpack an archive, on its page."""

import pytest

from core.models import Job
from files.batch.views import may_hold_files
from files.choices import Kind
from files.models import File
from tests.files.archives import FILES, tarred, zipped

pytestmark = pytest.mark.xdist_group("unpack")


@pytest.mark.parametrize(
    ("name", "kind", "offered"),
    [
        ("a.zip", Kind.ARCHIVE, True),
        ("a", Kind.ARCHIVE, True),
        ("a.tar.gz", Kind.COMPRESSED, True),
        ("a.TGZ", Kind.COMPRESSED, True),
        ("a.tar.zst", Kind.COMPRESSED, True),
        ("a.gz", Kind.COMPRESSED, False),
        ("tar.txt", Kind.TEXT, False),
    ],
)
def test_what_may_hold_files(name, kind, offered):
    assert may_hold_files(File(name=name, kind=kind)) is offered


def test_an_archive_is_unpacked_beside_itself(browser, ada, stored, run_jobs):
    file = stored(ada, tarred(FILES, "w:gz"), name="logs.tar.gz", folder="2026")
    client = browser(ada)
    page = client.get(file.get_absolute_url())
    assert f'action="/files/{file.pk}/unpack"' in page.content.decode()
    answer = client.post(f"/files/{file.pk}/unpack")
    job = Job.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/jobs/{job.pk}")
    run_jobs()
    assert {kept.path for kept in File.objects.exclude(pk=file.pk)} == {
        f"2026/logs/{name}" for name, _ in FILES
    }
    assert "Unpack logs.tar.gz" in client.get(answer["Location"]).content.decode()


def test_what_is_no_archive_is_said_on_the_page(browser, ada, stored):
    file = stored(ada, b"text")
    client = browser(ada)
    assert "/unpack" not in client.get(file.get_absolute_url()).content.decode()
    answer = client.post(f"/files/{file.pk}/unpack", follow=True)
    assert answer.redirect_chain == [(f"/files/{file.pk}", 302)]
    assert "no archive" in answer.content.decode()
    assert not Job.objects.exists()


def test_who_may(browser, ada, ben, vera, stored):
    file, own = stored(ada, zipped(FILES), name="x.zip"), stored(vera, zipped(FILES), name="x.zip")
    assert browser(ben).post(f"/files/{file.pk}/unpack").status_code == 404
    client = browser(vera)
    assert "/unpack" not in client.get(own.get_absolute_url()).content.decode()
    assert client.post(f"/files/{own.pk}/unpack").status_code == 403
