"""Analyses through the API: looked at, kept once, listed, deleted."""

import struct
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.models import AuditEntry, User
from compression.analyses import looking
from compression.engine import errors as engine
from compression.models import Analysis
from core.models import Job
from files.models import File

API = "/api/v1/compression/enhanced/analyze"
TABLE = "when,place,value\n" + "".join(
    f"2024-01-{1 + n % 28:02d},{'ABC'[n % 3]}{n % 7},{n * 37 % 1000 / 10}\n" for n in range(3000)
)
_RANDOM = Random(5)
RECORDS = b"".join(
    struct.pack("<IBH5s", n * 3, _RANDOM.randrange(4), 1000 + n % 97, _RANDOM.randbytes(5))
    for n in range(6000)
)


@pytest.fixture(autouse=True)
def patience(settings: Any) -> None:
    """The process that has the engine loaded may have to be started first."""
    settings.INLINE_WALL_S = 60


@pytest.fixture
def client(api: Callable[..., APIClient], ada: User) -> APIClient:
    return api(ada)


def analysed(client: APIClient, data: bytes | str = TABLE, status: int = 201) -> dict[str, Any]:
    file = SimpleUploadedFile("measured.dat", data if isinstance(data, bytes) else data.encode())
    response = client.post(API, {"file": file}, format="multipart")
    assert response.status_code == status, response.content
    found: dict[str, Any] = response.json()
    return found


def test_a_table_is_told_of_by_its_columns(client: APIClient, ada: User) -> None:
    body = analysed(client)
    assert body["size"] == len(TABLE)
    assert (body["kind"], body["file_name"]) == (File.objects.get().kind, "measured.dat")
    assert body["features"]["ascii"] == 1
    structure = body["structure"]
    assert structure["summary"].startswith("Lines of 3 fields")
    assert structure["findings"][structure["shown"]]["relative_size"] < 0.9
    place = next(part for part in structure["parts"] if part["label"] == "place")
    assert (place["low"], place["distinct"], place["examples"]) == ("A0", 21, ["A0", "B1", "C2"])
    assert structure["records"] is None
    histogram = body["charts"]["histogram"]
    assert (histogram["bytes"], histogram["complete"]) == (len(TABLE), True)
    assert histogram["counts"][ord("\n")] == 3001
    assert 0 < len(body["charts"]["entropy"]["values"]) <= 256
    assert AuditEntry.objects.filter(action="file.analyzed", actor=ada, target_id=body["id"]).count() == 1
    assert client.get(f"{API}/{body['id']}").json() == body


def test_records_are_told_of_by_their_fields(client: APIClient) -> None:
    structure = analysed(client, RECORDS)["structure"]
    records = structure["records"]
    assert sum(records["widths"]) == records["stride"]
    assert records["stride"] % 12 == 0
    assert structure["summary"].startswith(f"Records of {records['stride']} bytes")
    assert [part["width"] for part in structure["parts"][: len(records["widths"])]] == records["widths"]


@pytest.mark.parametrize("data", [b"", b"x", bytes(1000), bytes(range(256)) * 300])
def test_any_bytes_can_be_looked_at(client: APIClient, data: bytes) -> None:
    body = analysed(client, data)
    assert body["charts"]["histogram"]["bytes"] == body["size"] == len(data)
    assert body["structure"]["summary"]


def test_content_is_looked_at_once(client: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    first = analysed(client)
    monkeypatch.setattr(looking, "analyse", None)
    again = analysed(client, status=200)
    assert (again["id"], again["file"]) == (first["id"], first["file"])
    assert File.objects.count() == 2
    assert client.delete(f"/api/v1/files/delete/{first['file']}").status_code == 204
    other = analysed(client, status=200)
    assert other["id"] == first["id"]
    assert other["file"] != first["file"]
    assert Analysis.objects.count() == 1


def test_others_look_for_themselves(client: APIClient, api: Callable[..., APIClient], ben: User) -> None:
    assert analysed(client)["id"] != analysed(api(ben))["id"]


def test_respond_async_makes_a_job_that_gives_the_same(
    client: APIClient, run_jobs: Callable[[], list[Job]]
) -> None:
    response = client.post(API, {"text": TABLE}, format="json", headers={"Prefer": "respond-async"})
    assert response.status_code == 202
    assert not Analysis.objects.exists()
    (job,) = run_jobs()
    assert (job.kind, job.status) == ("analyze", "succeeded"), job.error
    made = Analysis.objects.get()
    assert client.get(response["Location"]).json()["result"] == client.get(f"{API}/{made.pk}").json()
    assert made.job_id == job.pk


def test_what_took_too_long_becomes_a_job(client: APIClient, settings: Any) -> None:
    settings.INLINE_WALL_S = 0
    assert client.post(API, {"text": TABLE}, format="json").status_code == 202
    assert not Analysis.objects.exists()


def test_of_a_large_file_elsewhere_only_places_are_fetched(
    client: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also what comes of it: the bytes between are never looked at."""
    whole = analysed(client, RECORDS)
    Analysis.objects.all().delete()
    monkeypatch.setattr(looking, "FETCHED_WHOLE", 1000)
    monkeypatch.setattr("files.services.has_descriptor", lambda _: False)
    copied = client.post(API, {"file": whole["file"]}, format="json").json()
    for volatile in ("id", "created_at", "cpu_seconds"):
        del whole[volatile], copied[volatile]
    assert copied == whole


def test_what_fails_is_told_and_leaves_nothing(client: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def crashing(*_: Any, **__: Any) -> Any:
        raise engine.CodecCrashed("The codec crashed (SIGSEGV)", signal=11)

    monkeypatch.setattr(looking, "analyse", crashing)
    response = client.post(API, {"text": TABLE}, format="json")
    assert (response.status_code, response.json()["code"]) == (422, "codec_crashed")
    assert not Analysis.objects.exists()
    assert not File.objects.filter(deleted_at=None).exists()


def test_exactly_one_input(client: APIClient) -> None:
    response = client.post(API, {}, format="json")
    assert (response.status_code, response.json()["errors"][0]["field"]) == (400, "file")


def test_listed_and_deleted(client: APIClient, ada: User, django_assert_num_queries: Any) -> None:
    made, other = analysed(client), analysed(client, RECORDS)
    with django_assert_num_queries(3):  # the token, the count, the page
        listed = client.get(API).json()
    assert [row["id"] for row in listed["results"]] == [other["id"], made["id"]]
    assert "features" not in listed["results"][0]
    assert listed["results"][1]["summary"] == made["structure"]["summary"]
    assert client.get(f"{API}?checksum={made['checksum']}").json()["count"] == 1
    assert client.get(f"{API}?search=records").json()["count"] == 1
    assert client.get(f"{API}?nonsense=1").status_code == 400
    with django_assert_num_queries(2):  # the token, the analysis
        client.get(f"{API}/{made['id']}")
    assert client.delete(f"{API}/{made['id']}").status_code == 204
    assert client.get(f"{API}/{made['id']}").status_code == 404
    assert AuditEntry.objects.filter(action="analysis.deleted", actor=ada, target_id=made["id"]).exists()


def test_it_goes_with_its_file(client: APIClient) -> None:
    made = analysed(client)
    File.objects.filter(pk=made["file"]).delete()
    assert not Analysis.objects.exists()


def test_outsiders_and_viewers(
    api: Callable[..., APIClient], client: APIClient, ben: User, vera: User
) -> None:
    made = analysed(client)
    other = api(ben)
    assert other.get(f"{API}/{made['id']}").status_code == 404
    assert other.delete(f"{API}/{made['id']}").status_code == 404
    assert other.get(API).json()["count"] == 0
    assert other.post(API, {"file": made["file"]}, format="json").status_code == 404
    assert Analysis.objects.count() == 1
    assert api(vera).get(API).status_code == 200
    assert api(vera).post(API, {"text": "x"}, format="json").status_code == 403


def test_the_same_key_looks_once(client: APIClient) -> None:
    first, again = (
        client.post(API, {"text": TABLE}, format="json", headers={"Idempotency-Key": "k"}) for _ in "12"
    )
    assert first.json() == again.json()
    assert (first.status_code, again.status_code) == (201, 201)
    assert File.objects.count() == 1
